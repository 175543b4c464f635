/* SPDX-License-Identifier: GPL-2.0 */
/* A table of plain text: columns as wide as their widest cell, two blanks between them. */
#ifndef TW_TABLE_H
#define TW_TABLE_H

#include <stddef.h>
#include <stdio.h>

#define TABLE_COLS 32

enum align { ALIGN_LEFT, ALIGN_RIGHT };

struct table {
	size_t n_cols, n_cells, max_cells;
	size_t gap; /* blanks between columns; 0: two */
	enum align align[TABLE_COLS];
	char *head[TABLE_COLS];
	char **cells; /* row-major */
	int err; /* the first failure; table_print() returns it */
};

/* Starts from a zeroed table. The first '\n' in `head` starts its second line. All columns come
 * before the first cell; -E2BIG beyond TABLE_COLS. */
void table_col(struct table *t, enum align align, const char *head);

/* The next cell, row by row; copied, what does not print replaced. */
void table_cell(struct table *t, const char *text);

size_t table_width(const struct table *t);

/* 0 or -errno. */
int table_print(const struct table *t, FILE *out);

/* Back to a zeroed table. */
void table_fini(struct table *t);

#endif
