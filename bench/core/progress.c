// SPDX-License-Identifier: GPL-2.0
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "bench.h"

void progress_start(struct progress *p, bool quiet, size_t total, double item_s)
{
	*p = (struct progress){ .quiet = quiet,
				.terminal = isatty(STDERR_FILENO),
				.total = total,
				.item_s = item_s,
				.started = now_ns() };
}

static double left_s(const struct progress *p)
{
	double per_item = p->done ? (now_ns() - p->started) / 1e9 / p->done : p->item_s;

	return per_item * (p->total - p->done);
}

void progress_clear(const struct progress *p)
{
	if (!p->quiet && p->terminal)
		fprintf(stderr, "\r\033[K");
}

void progress_step(struct progress *p, const char *label)
{
	int left = left_s(p) + 0.5;

	if (p->quiet)
		return;
	if (p->terminal) {
		fprintf(stderr, "\r\033[K[%zu/%zu] %d:%02d left  %.60s", p->done + 1, p->total,
			left / 60, left % 60, label);
	} else if (p->done == p->next_line) {
		fprintf(stderr, "%zu of %zu measured, about %d s left\n", p->done, p->total, left);
		p->next_line += (p->total + 9) / 10;
	}
}

void progress_done(struct progress *p)
{
	p->done++;
}
