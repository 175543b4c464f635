/* SPDX-License-Identifier: GPL-2.0 */
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static size_t gap(const struct table *t)
{
	return t->gap ? t->gap : 2;
}

void table_col(struct table *t, enum align align, const char *head)
{
	char *copy, *nl;

	if (t->n_cells || t->n_cols == TABLE_COLS) {
		t->err = t->err ?: -E2BIG;
		return;
	}
	copy = strdup(head);
	if (!copy) {
		t->err = -ENOMEM;
		return;
	}
	nl = strchr(copy, '\n');
	text_clean(copy);
	if (nl)
		*nl = '\n';
	t->align[t->n_cols] = align;
	t->head[t->n_cols++] = copy;
}

static int grow(struct table *t)
{
	size_t max = t->max_cells ? 2 * t->max_cells : 64;
	char **cells = reallocarray(t->cells, max, sizeof(*cells));

	if (!cells)
		return -ENOMEM;
	t->cells = cells;
	t->max_cells = max;
	return 0;
}

void table_cell(struct table *t, const char *text)
{
	char *copy;

	if (!t->err && t->n_cells == t->max_cells)
		t->err = grow(t);
	if (t->err)
		return;
	copy = strdup(text);
	if (!copy) {
		t->err = -ENOMEM;
		return;
	}
	text_clean(copy);
	t->cells[t->n_cells++] = copy;
}

/* Line 0 or 1 of a head; a head of one line stands on the lower one. */
static const char *head_line(const char *head, int line, int *len)
{
	const char *nl = strchr(head, '\n');

	if (line == 0) {
		*len = nl ? nl - head : 0;
		return head;
	}
	head = nl ? nl + 1 : head;
	*len = strlen(head);
	return head;
}

static size_t col_width(const struct table *t, size_t col)
{
	size_t i, width = 0;
	int line, len;

	for (line = 0; line < 2; line++) {
		head_line(t->head[col], line, &len);
		if ((size_t)len > width)
			width = len;
	}
	for (i = col; i < t->n_cells; i += t->n_cols) {
		size_t n = text_columns(t->cells[i], strlen(t->cells[i]));

		if (n > width)
			width = n;
	}
	return width;
}

size_t table_width(const struct table *t)
{
	size_t i, width = t->n_cols ? gap(t) * (t->n_cols - 1) : 0;

	for (i = 0; i < t->n_cols; i++)
		width += col_width(t, i);
	return width;
}

struct line {
	FILE *out;
	size_t gap;
	size_t owed; /* blanks: written only before further text, so that no line ends in them */
};

static void put(struct line *l, const char *text, int len, size_t width, enum align align)
{
	size_t columns = text_columns(text, len);
	size_t pad = width > columns ? width - columns : 0;

	if (align == ALIGN_RIGHT)
		l->owed += pad;
	if (len) {
		fprintf(l->out, "%*s%.*s", (int)l->owed, "", len, text);
		l->owed = 0;
	}
	l->owed += l->gap + (align == ALIGN_LEFT ? pad : 0);
}

static void print_heads(const struct table *t, const size_t *width, FILE *out)
{
	const char *text;
	struct line l;
	int line, len;
	size_t i;

	for (line = 0; line < 2; line++) {
		int any = 0;

		l = (struct line){ out, gap(t), 0 };
		for (i = 0; i < t->n_cols; i++) {
			text = head_line(t->head[i], line, &len);
			put(&l, text, len, width[i], t->align[i]);
			any |= len;
		}
		if (any)
			fputc('\n', out);
	}
	for (i = 0; i < t->n_cols; i++) {
		size_t dashes = width[i];

		fprintf(out, "%*s", i ? (int)gap(t) : 0, "");
		while (dashes--)
			fputc('-', out);
	}
	fputc('\n', out);
}

int table_print(const struct table *t, FILE *out)
{
	size_t width[TABLE_COLS], i;
	struct line l = { out, gap(t), 0 };

	if (t->err)
		return t->err;
	for (i = 0; i < t->n_cols; i++)
		width[i] = col_width(t, i);
	print_heads(t, width, out);
	for (i = 0; i < t->n_cells; i++) {
		size_t col = i % t->n_cols;

		put(&l, t->cells[i], strlen(t->cells[i]), width[col], t->align[col]);
		if (col + 1 == t->n_cols) {
			fputc('\n', out);
			l.owed = 0;
		}
	}
	return 0;
}

void table_fini(struct table *t)
{
	while (t->n_cells)
		free(t->cells[--t->n_cells]);
	free(t->cells);
	while (t->n_cols)
		free(t->head[--t->n_cols]);
	memset(t, 0, sizeof(*t));
}
