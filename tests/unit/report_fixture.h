/* SPDX-License-Identifier: GPL-2.0 */
/* Small journals, a registry of two benches, and commands run with their output caught. Include
 * once, after cmocka.h. */
#ifndef TW_REPORT_FIXTURE_H
#define TW_REPORT_FIXTURE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "commands.h"

/* ---- registry ---- */

static const struct metric latency_metrics[] = {
	{ "latency_ns", "ns", METRIC_HIST, BETTER_LOWER, "" },
	{ "delivery_ns", "ns", METRIC_HIST, BETTER_LOWER, "" },
	{ "accepted_per_s", "1/s", METRIC_GAUGE, BETTER_HIGHER, "" },
	{ 0 },
};

static const struct column served[] = {
	{ "accepted\n_per_s", "accepted_per_s" },
	{ "ebusy\n_ratio", "ebusy_ratio" },
	{ "p50", "delivery_ns_p50", .spread = "delivery_ns\nspread" },
	{ "p99", "delivery_ns_p99" },
	{ "p99.9", "delivery_ns_p99_9" },
	{ 0 },
};

static const struct column parts[] = {
	{ "service_ns\np50", "service_ns_p50", .optional = true },
	{ 0 },
};

static const struct table_desc latency_tables[] = {
	{ "Served: requests that the kernel accepted.", served },
	{ "Parts: cost of the call, time the element is busy, due to run.", parts },
	{ 0 },
};

static const struct metric nop_metrics[] = {
	{ "recorder_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "" },
	{ "clock_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "" },
	{ "loops", "laps", METRIC_GAUGE, BETTER_NONE, "" },
	{ 0 },
};

static const struct opt latency_opts[] = {
	{ .name = "trigger" }, { .name = "rate" }, { .name = "mode" }, { .name = NULL }
};

static const struct bench latency_bench = {
	.name = "latency",
	.question = "How long until the callback runs?",
	.metrics = latency_metrics,
	.tables = latency_tables,
	.opts = latency_opts,
};

static const struct bench nop_bench = {
	.name = "nop",
	.question = "What does the harness cost?",
	.metrics = nop_metrics,
};

/* A bench of the test's own, with this name; NULL: none. */
__attribute__((unused)) static const struct bench *own_bench;

const struct bench *bench_by_name(const char *name)
{
	if (own_bench && !strcmp(name, own_bench->name))
		return own_bench;
	if (!strcmp(name, "latency"))
		return &latency_bench;
	return strcmp(name, "nop") ? NULL : &nop_bench;
}

/* The rest of what bench/core/registry.c has: or it would be linked, with another bench_by_name(). */
const struct trigger *trigger_by_name(const char *name)
{
	return NULL;
}

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* ---- journals ---- */

struct fixture {
	char dir[32], path[4][64];
	FILE *f;
	int order, skips, errors;
	const char *boot;
	char *out, *err; /* of the last command */
};

static void journal_open(struct fixture *x, int which, const char *env)
{
	x->f = fopen(x->path[which], "w");
	assert_non_null(x->f);
	x->order = x->skips = x->errors = 0;
	fprintf(x->f,
		"{\"kind\":\"header\",\"schema\":\"twbench/1\",\"env\":%s,\"args\":"
		"[\"run\",\"-p\",\"it's mine\"],\"seed\":7,\"started\":\"2025-01-31T12:00:00Z\"}\n",
		env);
}

static const char env_plain[] =
	"{\"cpu_model\":\"Frob 9\",\"threads\":2,\"kernel_release\":\"6.18.15\","
	"\"hypervisor\":\"none\",\"kfunc_flavour\":\"impl\",\"twbench_commit\":\"abc123\","
	"\"clocksource\":null,\"loadavg\":[0.1,0.2,0.3],"
	"\"mitigations\":{\"a\":\"Not affected\",\"b\":\"Mitigation: x\",\"c\":\"Vulnerable\"},"
	"\"debug_options\":{\"KASAN\":true,\"KCSAN\":false}}";

/* counts: "" or `"counts":{..},"life":{..},`. */
static void add_sample(struct fixture *x, const char *bench, const char *params,
		       const char *metrics, const char *hist, const char *counts)
{
	fprintf(x->f,
		"{\"kind\":\"sample\",\"bench\":\"%s\",\"params\":%s,\"impl\":\"stock\","
		"\"invocation\":%d,\"order\":%d,\"boot_id\":\"%s\",\"window_s\":1.0,"
		"\"elapsed_s\":1.25,\"recursion_misses\":0,\"migrations\":2,%s\"metrics\":%s,"
		"\"hist\":%s,\"warnings\":[\"governor: powersave\"]}\n",
		bench, params, x->order, x->order, x->boot ? x->boot : "b", counts, metrics, hist);
	x->order++;
}

/* Cohorts of 400 completed calls, with so many EBUSY beside them. */
__attribute__((unused)) static const char *counts_text(int ebusy)
{
	static char text[1024];
	char laws[400];

	snprintf(laws, sizeof(laws),
		 "\"delivered\":%d,\"filtered\":3,\"throttled\":null,\"attempts\":%d,"
		 "\"accepted\":400,\"ebusy\":%d,\"failed\":{\"ENOMEM\":0},\"completed\":400,"
		 "\"cancelled\":0,\"lost\":0,\"in_flight_at_end\":0",
		 403 + ebusy, 400 + ebusy, ebusy);
	snprintf(text, sizeof(text), "\"counts\":{\"intended\":%d,\"late\":1,%s},\"life\":{%s},",
		 400 + ebusy, laws, laws);
	return text;
}

/* 400 values: p50 is 100, p99 (rank 396) is 110. */
static const char hist_400[] =
	"{\"delivery_ns\":{\"bits\":7,\"count\":400,\"under\":0,\"over\":0,\"negative\":0,"
	"\"sum\":40100,\"min\":100,\"max\":110,\"bins\":[[100,390],[110,10]]}}";

__attribute__((unused)) static void add_skip(struct fixture *x, const char *kind,
					     const char *params, const char *reason)
{
	fprintf(x->f, "{\"kind\":\"%s\",\"bench\":\"latency\",\"params\":%s,\"reason\":\"%s\"}\n",
		kind, params, reason);
	if (!strcmp(kind, "skip"))
		x->skips++;
	else
		x->errors++;
}

static void journal_close(struct fixture *x, bool footer)
{
	if (footer)
		fprintf(x->f,
			"{\"kind\":\"footer\",\"samples\":%d,\"skipped\":%d,\"errors\":%d,"
			"\"elapsed_s\":3.5}\n",
			x->order, x->skips, x->errors);
	assert_int_equal(fclose(x->f), 0);
}

/* Six invocations of one point, p50 1210 .. 1260, and one sample that may differ by EBUSY. */
__attribute__((unused)) static void journal_of_six(struct fixture *x, int which)
{
	char metrics[256];
	int i;

	journal_open(x, which, env_plain);
	for (i = 0; i < 6; i++) {
		snprintf(metrics, sizeof(metrics),
			 "{\"accepted_per_s\":12345.6,\"ebusy_ratio\":0.00421,"
			 "\"delivery_ns_p50\":%d,\"delivery_ns_p99\":4870}",
			 1260 - 10 * i);
		add_sample(x, "latency", "{\"trigger\":\"syscall\",\"rate\":1000}", metrics, "{}",
			   "");
	}
	journal_close(x, true);
}

/* ---- commands ---- */

static char *slurp(FILE *f)
{
	long size;
	char *text;

	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	text = calloc(1, size + 1);
	assert_int_equal(fread(text, 1, size, f), size);
	return text;
}

/* Runs it with up to five arguments; returns the exit code. */
static int run(struct fixture *x, int (*command)(int, char **), const char *a, const char *b,
	       const char *c, const char *d)
{
	char *argv[] = { (char *)"command", (char *)a, (char *)b, (char *)c, (char *)d, NULL };
	FILE *out = tmpfile(), *err = tmpfile();
	int argc = 0, code, old_out = dup(1), old_err = dup(2);

	while (argv[argc])
		argc++;
	fflush(NULL);
	dup2(fileno(out), 1);
	dup2(fileno(err), 2);
	code = command(argc, argv);
	fflush(NULL);
	dup2(old_out, 1);
	dup2(old_err, 2);
	close(old_out);
	close(old_err);
	free(x->out);
	free(x->err);
	x->out = slurp(out);
	x->err = slurp(err);
	fclose(out);
	fclose(err);
	return code;
}

/* Fails with the whole output in sight. */
static void assert_says(const char *text, const char *part)
{
	if (strstr(text, part))
		return;
	fprintf(stderr, "%s", text);
	fail_msg("no \"%s\" in the above", part);
}

__attribute__((unused)) static void assert_silent(const char *text, const char *part)
{
	if (!strstr(text, part))
		return;
	fprintf(stderr, "%s", text);
	fail_msg("\"%s\" in the above", part);
}

static int fixture_setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));
	int i;

	strcpy(x->dir, "/tmp/twbench-report.XXXXXX");
	assert_non_null(mkdtemp(x->dir));
	for (i = 0; i < 4; i++)
		snprintf(x->path[i], sizeof(x->path[i]), "%s/%d.jsonl", x->dir, i);
	*state = x;
	return 0;
}

static int fixture_teardown(void **state)
{
	struct fixture *x = *state;
	int i;

	for (i = 0; i < 4; i++)
		unlink(x->path[i]);
	rmdir(x->dir);
	free(x->out);
	free(x->err);
	free(x);
	return 0;
}

#define fixture_test(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

#endif
