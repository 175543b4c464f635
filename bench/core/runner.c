// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "runner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "kmsg.h"
#include "laws.h"
#include "noise.h"
#include "progress.h"
#include "resumed.h"

/* This many failed invocations in a row are not bad luck. */
#define MAX_FAILURES_IN_A_ROW 5

static volatile int interrupted;

static void on_signal(int sig)
{
	interrupted = 1;
}

struct run {
	const struct runner *r;
	struct progress progress;
	int kmsg;
	json_t *noise; /* warnings that belong to every sample */
	bool *given_up; /* by point: the child found out that it cannot be measured here */
	size_t samples, skips, errors;
	unsigned int failures_in_a_row;
	const struct point *last; /* measured last; NULL: none yet */
	bool untrusted, broken;
	bool stopped; /* before its end: no footer, so that --resume can go on */
	bool usable; /* the journal took its first line */
	int io_err;
	uint64_t started;
};

static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	/* nohup(1). (An ignored SIGINT proves nothing: every background job of a script has it.) */
	if (signal(SIGHUP, SIG_IGN) != SIG_IGN)
		sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a size limit is an error of write(2), like a full disk */
}

/* Says once what is wrong with the journal. */
static int check_write(struct run *run, int err)
{
	const char *why = err == -EBADMSG || err == -EPROTONOSUPPORT
				  ? journal_writer_why(run->r->journal)
				  : strerror(-err);

	if (!err || run->io_err)
		return err;
	run->io_err = err;
	if (run->r->full)
		*run->r->full = true;
	progress_clear(&run->progress);
	fprintf(stderr, "twbench run: cannot write %s: %s", run->r->journal_path, why);
	if (run->usable && strcmp(run->r->journal_path, "-"))
		fprintf(stderr, "; %zu samples are in it, --resume goes on from there",
			run->samples);
	fputc('\n', stderr);
	return err;
}

/* Takes line. */
static int write_line(struct run *run, json_t *line)
{
	int err = line ? journal_write(run->r->journal, line) : -ENOMEM;

	json_decref(line);
	return check_write(run, err);
}

static json_t *now_json(void)
{
	char text[32];
	time_t t = time(NULL);
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
	return json_string(text);
}

static int write_start(struct run *run)
{
	const struct runner *r = run->r;
	const struct plan *p = r->plan;

	if (r->resumed)
		return write_line(run, json_pack("{ss sO so}", "kind", "resume", "args", r->args,
						 "started", now_json()));
	return write_line(run,
			  json_pack("{ss ss sO sO sI so s{sI sI sI sf}}", "kind", "header",
				    "schema", JOURNAL_SCHEMA, "env", r->env, "args", r->args,
				    "seed", (json_int_t)p->seed, "started", now_json(), "plan",
				    "points", (json_int_t)p->n_points, "samples",
				    (json_int_t)p->n_items, "invocations",
				    (json_int_t)p->invocations, "window_s", p->window_ns / 1e9));
}

static json_t *line_of(const char *kind, const struct point *p, const char *reason)
{
	return json_pack("{ss ss sO ss ss}", "kind", kind, "bench", p->bench->name, "params",
			 p->params, "impl", p->impl, "reason", reason);
}

static int write_skips(struct run *run)
{
	const struct plan *plan = run->r->plan;
	int err = 0;

	for (size_t i = 0; i < plan->n_points && !err; i++) {
		const struct point *p = &plan->points[i];

		if (!p->unfit[0] || resumed_skipped(run->r->resumed, p))
			continue;
		run->skips++;
		err = write_line(run, line_of("skip", p, p->unfit));
	}
	return err;
}

static void give_up(struct run *run, size_t point, const char *why)
{
	const struct point *p = &run->r->plan->points[point];
	char label[160];

	point_label(p, label, sizeof(label));
	progress_clear(&run->progress);
	fprintf(stderr, "twbench run: skipping %s: %s\n", label, why);
	run->given_up[point] = true;
	run->skips++;
	run->failures_in_a_row = 0;
	write_line(run, line_of("skip", p, why));
}

static void report_error(struct run *run, const struct point *p, const char *why)
{
	char label[160];

	point_label(p, label, sizeof(label));
	progress_clear(&run->progress);
	fprintf(stderr, "twbench run: %s: %s\n", label, why);
	run->errors++;
	run->failures_in_a_row++;
	write_line(run, line_of("error", p, why));
}

/* Whether the kernel log has had a complaint since the last look; its words in text. */
static bool kernel_complained(struct run *run, char *text, size_t size)
{
	enum kmsg_verdict v = kmsg_scan(run->kmsg, text, size);

	run->broken |= v == KMSG_BROKEN;
	run->untrusted |= v != KMSG_QUIET;
	return v != KMSG_QUIET;
}

/* A sample counts only if the kernel kept quiet and nothing went uncounted. */
static bool is_trustworthy(struct run *run, const json_t *sample, char *why, size_t size)
{
	char text[200];

	if (kernel_complained(run, text, sizeof(text)))
		snprintf(why, size, "the kernel log says: %s", text);
	else if (!laws_check(sample, why, size))
		return true;
	run->untrusted = true;
	return false;
}

static void write_sample(struct run *run, size_t order, uint64_t seed, json_t *sample)
{
	const struct item *item = &run->r->plan->items[order];
	const struct point *p = &run->r->plan->points[item->point];
	const char *boot_id = json_string_value(json_object_get(run->r->env, "boot_id"));
	json_t *line = json_pack("{ss ss sO ss sI sI sI ss}", "kind", "sample", "bench",
				 p->bench->name, "params", p->params, "impl", p->impl, "invocation",
				 (json_int_t)item->invocation, "order", (json_int_t)order, "seed",
				 (json_int_t)seed, "boot_id", boot_id ? boot_id : "");
	char why[256];
	int err;

	if (item->pair >= 0)
		json_object_set_new(line, "pair", json_integer(item->pair));
	json_object_update(line, sample);
	json_array_extend(json_object_get(line, "warnings"), run->noise);
	err = journal_write(run->r->journal, line);
	json_decref(line);
	if (err == -EBADMSG) {
		/* a sample that no reader would take is this invocation's error, not the journal's */
		snprintf(why, sizeof(why), "%s", journal_writer_why(run->r->journal));
		report_error(run, p, why);
		return;
	}
	if (!check_write(run, err))
		run->samples++;
	run->failures_in_a_row = 0;
}

/*
 * What the kernel said since the last look. Maps are freed, and what is wrong with that shows, a
 * grace period after the invocation that is charged: a complaint that belongs to no invocation is
 * still one about this run.
 */
static void check_between(struct run *run)
{
	char text[200], why[256];
	json_t *line;

	if (!kernel_complained(run, text, sizeof(text)))
		return;
	run->errors++;
	snprintf(why, sizeof(why), "between invocations the kernel log says: %s", text);
	progress_clear(&run->progress);
	fprintf(stderr, "twbench run: %s\n", why);
	line = json_pack("{ss ss ss}", "kind", "error", "bench",
			 run->last ? run->last->bench->name : "-", "reason", why);
	write_line(run, line);
}

static void run_item(struct run *run, size_t order)
{
	const struct plan *plan = run->r->plan;
	const struct point *p = &plan->points[plan->items[order].point];
	/* Any injective mix will do: every invocation has a schedule of its own, fixed by the seed. */
	uint64_t seed = (plan->seed * 1000003 + order * 4099) & 0x7fffffff;
	char why[512] = "", label[160];
	json_t *sample = NULL;
	enum child_status status;

	point_label(p, label, sizeof(label));
	progress_step(&run->progress, label);
	run->last = p;
	status =
		child_run(plan, &plan->items[order], seed, &interrupted, &sample, why, sizeof(why));
	if (status == CHILD_SKIP) {
		give_up(run, plan->items[order].point, why);
	} else if (status == CHILD_ERROR) {
		char kernel[512];

		/* A kernel that complains is the better explanation. */
		if (!is_trustworthy(run, NULL, kernel, sizeof(kernel)))
			snprintf(why, sizeof(why), "%s", kernel);
		report_error(run, p, why);
	} else if (status == CHILD_SAMPLE) {
		if (is_trustworthy(run, sample, why, sizeof(why)))
			write_sample(run, order, seed, sample);
		else
			report_error(run, p, why);
	}
	json_decref(sample);
	progress_done(&run->progress);
}

/* In the part of an interrupted run that is in the journal. */
static bool is_over(const struct runner *r, const struct item *item)
{
	return resumed_measured(r->resumed, &r->plan->points[item->point], item->invocation);
}

static size_t count_left(const struct runner *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->plan->n_items; i++)
		n += !is_over(r, &r->plan->items[i]);
	return n;
}

static void run_items(struct run *run)
{
	const struct runner *r = run->r;

	for (size_t i = 0; i < r->plan->n_items && !interrupted && !run->io_err; i++) {
		if (run->given_up[r->plan->items[i].point] || is_over(r, &r->plan->items[i]))
			continue;
		check_between(run);
		if (!run->broken && !run->io_err)
			run_item(run, i);
		run->stopped = run->broken || run->failures_in_a_row == MAX_FAILURES_IN_A_ROW;
		if (run->broken) {
			fprintf(stderr,
				"twbench run: stopping: this kernel can no longer be trusted; "
				"save its log and reboot\n");
			return;
		}
		if (run->failures_in_a_row == MAX_FAILURES_IN_A_ROW) {
			fprintf(stderr, "twbench run: stopping after %d failures in a row\n",
				MAX_FAILURES_IN_A_ROW);
			return;
		}
	}
}

static enum exit_code conclude(struct run *run)
{
	size_t before = run->r->resumed ? json_array_size(run->r->resumed->samples) : 0;

	progress_clear(&run->progress);
	if (!run->io_err && run->last) {
		const struct timespec grace = { .tv_nsec = 200000000 };

		/* The last maps are freed behind our back. */
		nanosleep(&grace, NULL);
		check_between(run);
		run->stopped |= run->broken;
	}
	if (run->io_err)
		return run->usable ? EXIT_INTERNAL : EXIT_USAGE;
	if (interrupted) {
		fprintf(stderr,
			"twbench run: interrupted; %zu samples are in %s, --resume goes on "
			"from there\n",
			run->samples + before, run->r->journal_path);
		return EXIT_INTERRUPTED;
	}
	if (!run->stopped &&
	    check_write(run,
			journal_write_footer(run->r->journal, (now_ns() - run->started) / 1e9)))
		return EXIT_INTERNAL;
	if (run->untrusted)
		return EXIT_UNTRUSTED;
	if (run->errors)
		return EXIT_INTERNAL;
	return run->samples + before ? EXIT_DONE : EXIT_NOTHING;
}

enum exit_code runner_run(const struct runner *r)
{
	struct run run = { .r = r,
			   .kmsg = kmsg_open(),
			   .noise = noise_warnings(r->env),
			   .given_up = calloc(r->plan->n_points, sizeof(bool)),
			   .started = now_ns() };
	enum exit_code code;

	if (!run.given_up || !run.noise) {
		fprintf(stderr, "twbench run: no memory\n");
		return EXIT_INTERNAL;
	}

	catch_signals();
	if (run.kmsg < 0)
		json_array_append_new(
			run.noise,
			json_string(
				"kernel log: cannot be read, so a kernel warning would go unnoticed (run as root)"));
	progress_start(&run.progress, r->quiet, count_left(r),
		       r->plan->n_items ? plan_total_s(r->plan) / r->plan->n_items : 0);
	run.usable = !write_start(&run);
	if (run.usable && !write_skips(&run))
		run_items(&run);
	code = conclude(&run);
	json_decref(run.noise);
	free(run.given_up);
	if (run.kmsg >= 0)
		close(run.kmsg);
	return code;
}
