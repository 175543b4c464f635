/* SPDX-License-Identifier: GPL-2.0 */
/* A comparison by hand, and its recipe. Include once, after cmocka.h. */
#ifndef TW_LETTER_FIXTURE_H
#define TW_LETTER_FIXTURE_H

#include <math.h>
#include <stdio.h>

#include "cover.h"

#define HASH_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HASH_B "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

struct letter {
	struct comparison c;
	struct side_journal base, head;
	struct side_point points[2];
	struct compare_row rows[4];
	json_t *args;
};

static json_t *header_of(const json_t *args)
{
	return json_pack("{s{ss ss ss} sO si}", "env", "twbench_commit", "0123456789ab",
			 "twbench_version", "0.1.0", "kernel_release", "6.18.1", "args", args,
			 "seed", 7);
}

static void add_row(struct letter *l, enum verdict v, double shift, bool control)
{
	struct compare_row *r = &l->rows[l->c.n_rows++];

	*r = (struct compare_row){
		.base = &l->points[0],
		.head = &l->points[0],
		.metric = l->c.n_rows % 2 ? "call_ns_p50" : "call_ns_p99",
		.data = { .scale = DECIDE_LOG, .floor = 0.01 },
		.d = { .verdict = v,
		       .shift = shift,
		       .lo = shift - 0.01,
		       .hi = shift + 0.01,
		       .level = 0.99 },
		.floor_measured = NAN,
		.control = control,
	};
}

static void make(struct letter *l, json_t *args)
{
	*l = (struct letter){ .args = args };
	l->base = (struct side_journal){ .header = header_of(args), .sha256 = HASH_A };
	l->head = (struct side_journal){ .header = header_of(args), .sha256 = HASH_B };
	l->points[0].id = json_pack("{ss s{si ss}}", "bench", "latency", "params", "rate", 1000,
				    "cpus", "0-1");
	l->c.opts = (struct compare_opts){ .decide = DECIDE_DEFAULTS, .floor = COMPARE_FLOOR };
	l->c.opts.treatment.fields = json_object();
	l->c.base = (struct side){ .journals = &l->base,
				   .n_journals = 1,
				   .points = l->points,
				   .n_points = 1,
				   .select = json_object() };
	l->c.head = l->c.base;
	l->c.head.journals = &l->head;
	l->c.head.select = json_object();
	l->c.rows = l->rows;
	add_row(l, VERDICT_REGRESSION, 0.0512345, false);
	add_row(l, VERDICT_EQUIVALENT, -0.0001, false);
}

static void drop(struct letter *l)
{
	json_decref(l->args);
	json_decref(l->base.header);
	json_decref(l->head.header);
	json_decref(l->points[0].id);
	json_decref(l->c.base.select);
	json_decref(l->c.head.select);
	json_decref(l->c.opts.treatment.fields);
}

static char *write_recipe(const struct letter *l)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_int_equal(cover_recipe(f, &l->c), 0);
	fclose(f);
	return text;
}

static char *plain_recipe(void)
{
	struct letter l;
	char *text;

	make(&l, json_pack("[ssss]", "run", "latency", "-n", "20"));
	text = write_recipe(&l);
	drop(&l);
	return text;
}

#endif
