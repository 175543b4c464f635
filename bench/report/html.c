// SPDX-License-Identifier: GPL-2.0
#include "html.h"

#include <errno.h>
#include <string.h>

#include "table.h"

/* ---- text ---- */

static const char *entity(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

bool html_is_utf8(const char *text)
{
	json_t *v = json_string(text);

	json_decref(v);
	return v;
}

/* Length of what neither XML nor HTML take at p: U+0080 .. U+009F, U+FFFE, U+FFFF; 0: none of it. */
static size_t no_character(const unsigned char *p)
{
	if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
		return 2;
	return p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe ? 3 : 0;
}

void html_text(FILE *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	bool utf8 = html_is_utf8(text);

	while (*p) {
		size_t n = utf8 ? no_character(p) : *p >= 0x80;

		if (n)
			fputs("\xef\xbf\xbd", out);
		else if (entity(*p))
			fputs(entity(*p), out);
		else
			fputc(*p < ' ' || *p == 0x7f ? ' ' : *p, out);
		p += n ?: 1;
	}
}

/* ---- headings, lists, paragraphs ---- */

void html_end_list(struct html *h)
{
	if (h->in_list)
		fputs("</dl>\n", h->out);
	h->in_list = false;
}

int html_heading(struct html *h, const char *title)
{
	char id[32];

	html_end_list(h);
	snprintf(id, sizeof(id), "s%zu", ++h->ids);
	fprintf(h->out, "<h%d id=\"%s\">", h->level, id);
	html_text(h->out, title);
	fprintf(h->out, "</h%d>\n", h->level);
	return json_array_append_new(h->contents, json_pack("[i,s,s]", h->level, id,
							    html_is_utf8(title) ? title : "?"))
		       ? -ENOMEM
		       : 0;
}

/* What a reader must not miss. */
static const char *kind_of(const char *label)
{
	static const char *const loud[] = { "warnings", "errors", "INCOMPLETE" };

	for (size_t i = 0; i < sizeof(loud) / sizeof(loud[0]); i++)
		if (!strcmp(label, loud[i]))
			return " class=\"loud\"";
	return !strcmp(label, "command") ? " class=\"code\"" : "";
}

void html_item(struct html *h, const char *label, const char *text)
{
	if (!h->in_list)
		fputs("<dl>\n", h->out);
	if (*label || !h->in_list) {
		fprintf(h->out, "<dt%s>", kind_of(label));
		html_text(h->out, label);
		fputs("</dt>\n", h->out);
		h->kind = kind_of(label);
	}
	h->in_list = true;
	h->items++;
	fprintf(h->out, "<dd%s>", h->kind);
	html_text(h->out, text);
	fputs("</dd>\n", h->out);
}

void html_paragraph(struct html *h, const char *kind, const char *text)
{
	html_end_list(h);
	fprintf(h->out, "<p class=\"%s\">", kind);
	html_text(h->out, text);
	fputs("</p>\n", h->out);
}

/* ---- tables ---- */

static void put_head(FILE *out, const char *head)
{
	const char *nl = strchr(head, '\n');

	if (nl) {
		char first[128];

		snprintf(first, sizeof(first), "%.*s", (int)(nl - head), head);
		html_text(out, first);
		fputs("<br/>", out);
		head = nl + 1;
	}
	html_text(out, head);
}

void html_table_begin(struct html *h, const char *caption)
{
	html_end_list(h);
	/* Not <caption>: that would be as narrow as the table, and scroll with it. */
	if (caption) {
		fprintf(h->out, "<p class=\"caption\" id=\"s%zu\">", ++h->ids);
		html_text(h->out, caption);
		fputs("</p>\n", h->out);
	}
	fputs("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"table\"><table",
	      h->out);
	if (caption)
		fprintf(h->out, " aria-labelledby=\"s%zu\"", h->ids);
	fputs(">\n", h->out);
}

void html_table_end(struct html *h)
{
	fputs("</table></div>\n", h->out);
}

int html_table(struct html *h, const struct table *t, const char *caption)
{
	static const char *const look[] = { [ALIGN_LEFT] = "", [ALIGN_RIGHT] = " class=\"n\"" };
	size_t i;

	if (t->err)
		return t->err;
	html_table_begin(h, caption);
	fputs("<thead><tr>", h->out);
	for (i = 0; i < t->n_cols; i++) {
		fprintf(h->out, "<th scope=\"col\"%s>", look[t->align[i]]);
		put_head(h->out, t->head[i]);
		fputs("</th>", h->out);
	}
	fputs("</tr></thead>\n<tbody>\n", h->out);
	for (i = 0; i < t->n_cells; i++) {
		size_t col = i % t->n_cols;

		fprintf(h->out, "%s<td%s>", col ? "" : "<tr>", look[t->align[col]]);
		html_text(h->out, t->cells[i]);
		fprintf(h->out, "</td>%s", col + 1 == t->n_cols ? "</tr>\n" : "");
	}
	fputs("</tbody>\n", h->out);
	html_table_end(h);
	return 0;
}
