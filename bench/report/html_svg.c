// SPDX-License-Identifier: GPL-2.0
/* gnuplot's SVG as a part of a page. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"

/* What gnuplot draws with; anything else would come from words that it did not escape. */
static bool is_known(const char *tag, size_t n)
{
	static const char *const known[] = { "g",	    "path",	"rect",	   "circle",
					     "polygon",	    "polyline", "text",	   "tspan",
					     "use",	    "defs",	"filter",  "feFlood",
					     "feComposite", "clipPath", "pattern", "linearGradient",
					     "stop" };

	n -= n && tag[n - 1] == '/';
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i]) == n && !strncmp(tag, known[i], n))
			return true;
	return false;
}

/* An attribute's value, with the prefix where it is an identifier or refers to one. */
static void put_value(FILE *out, const char *name, size_t n_name, const char *v, size_t n,
		      size_t figure)
{
	const char *at = memmem(v, n, "url(#", 5);
	size_t before = 0;

	if (at)
		before = at - v + 5;
	else if (n_name >= 4 && !strncmp(name + n_name - 4, "href", 4))
		before = n && *v == '#';
	else if (n_name != 2 || strncmp(name, "id", 2))
		figure = 0;
	fwrite(v, 1, before, out);
	if (figure)
		fprintf(out, "f%zu-", figure);
	fwrite(v + before, 1, n - before, out);
}

/* p: at '<'. Returns the place behind the tag, NULL if it is none that is known. */
static const char *put_tag(FILE *out, const char *p, size_t figure)
{
	const char *name = p + 1 + (p[1] == '/'), *word = name, *end;

	if (!is_known(name, strcspn(name, " \t\n>")))
		return NULL;
	while (*p && *p != '>') {
		if (*p != '"' && *p != '\'') {
			word = *p == ' ' || *p == '\t' || *p == '\n' ? p + 1 : word;
			fputc(*p++, out);
			continue;
		}
		end = strchr(p + 1, *p);
		if (!end)
			return NULL;
		fputc(*p, out);
		put_value(out, word, strcspn(word, "="), p + 1, end - p - 1, figure);
		fputc(*end, out);
		p = end + 1;
	}
	fputc('>', out);
	return *p ? p + 1 : NULL;
}

/* Curves are titled by gnuplot's numbers for them. Returns the place behind that, or NULL. */
static const char *skip_title(const char *p)
{
	const char *end = strncmp(p, "<title>", 7) ? NULL : strstr(p, "</title>");

	return end ? end + 8 : NULL;
}

/* gnuplot leaves a '>' as it is, also where "]]>" is no XML; a name may have been cut in the middle
 * of a character. */
static void put_byte(FILE *out, unsigned char c, bool utf8)
{
	if (c == '>')
		fputs("&gt;", out);
	else if (c >= 0x80 && !utf8)
		fputc('?', out);
	else
		fputc(c, out);
}

/* 0, or -EINVAL. */
static int put_drawing(FILE *out, const char *p, const char *end, size_t figure)
{
	bool utf8 = html_is_utf8(p);

	while (p && p < end) {
		const char *behind = skip_title(p);

		if (behind)
			p = behind;
		else if (*p == '<')
			p = put_tag(out, p, figure);
		else
			put_byte(out, *p++, utf8);
	}
	return p == end ? 0 : -EINVAL;
}

static int put_svg(FILE *out, const char *svg, const char *title, size_t figure)
{
	const char *start = strstr(svg, "<g id=\"gnuplot_canvas\">"), *end = NULL, *p;
	int width, height;

	for (p = svg; (p = strstr(p, "</svg>")); p++)
		end = p;
	p = strstr(svg, "viewBox=\"0 0 ");
	if (!start || !end || !p || sscanf(p, "viewBox=\"0 0 %d %d\"", &width, &height) != 2)
		return -EINVAL;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\""
		" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 %d %d\""
		" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"",
		width, height, width, height);
	html_text(out, title);
	fputs("\">\n<title>", out);
	html_text(out, title);
	fputs("</title>\n", out);
	if (put_drawing(out, start, end, figure))
		return -EINVAL;
	fputs("</svg>\n", out);
	return 0;
}

int html_figure(struct html *h, const char *svg, const char *title, const char *caption)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int err = f ? put_svg(f, svg, title, h->figures + 1) : -ENOMEM;

	if (f && fclose(f))
		err = -ENOMEM;
	if (!err) {
		html_end_list(h);
		h->figures++;
		fprintf(h->out, "<figure id=\"f%zu\">\n<div class=\"scroll\">%s</div>\n",
			h->figures, text);
		fprintf(h->out, "<figcaption><b>Figure %zu.</b> ", h->figures);
		html_text(h->out, caption);
		fputs("</figcaption>\n</figure>\n", h->out);
	}
	free(text);
	return err;
}
