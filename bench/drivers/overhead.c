// SPDX-License-Identifier: GPL-2.0
/*
 * Question: what do other programs lose while the kfuncs are at work beside them?
 *
 * One operation: one run of a whole command, timed by hyperfine (a run that does not count, then
 * `runs` of them):
 *   pipe     two processes that send a byte to and fro through pipes, on the first of `cpus`
 *   tar      an archive of the kernel's user-space headers, four times over, into a pipe; they are
 *            there wherever twbench can be built
 *   compile  one small file of C
 * beside
 *   none     nothing of ours in the kernel
 *   idle     the program is loaded and attached, and nobody fires it
 *   busy     a worker on each of `cpus` sleeps until its next due instant, fires, and has a
 *            callback run in itself, `rate` times a second
 *
 * Time stamps: hyperfine's, around whole processes.
 *
 * Read the rows of a workload side by side. `idle` is not for nothing: with trigger syscall, the
 * kernel sends *every* system call of *every* task through its slow entry and exit path while any
 * system call tracepoint is in use, ours or not: 34 ns a system call on two virtual CPUs (pipe,
 * 32,000 of them: 41.96 ms beside none, 43.06 idle; medians of 16 invocations each). prog-run
 * attaches nothing and showed nothing (41.78 ms). `busy` contains the worker's own wake-ups and
 * system calls, which a load without any kfunc would have, too.
 *
 * A sleeping worker calls later than due (at 10,000 a second a third come after the next was due,
 * and the sample carries the generator's warning); the rate is kept all the same.
 *
 * Not measured: the delivery (see `latency`); callbacks in the commands themselves: nobody but the
 * workers is ever scheduled on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cohort.h"
#include "family.h"
#include "hyperfine.h"
#include "params.h"

/* A workload takes 25 to 60 ms on two virtual CPUs, so that an invocation stays below a second. */
#define ROUND_TRIPS 8000
#define TREE_PARENT "/usr/include"
#define TREE "linux"

struct overhead {
	struct hyperfine hyperfine;
	struct bpf_family family;
	bool open;
};

static const struct metric overhead_metrics[] = {
	{ "command_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "the whole command, median of its runs" },
	{ "command_mean_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "the whole command, mean" },
	{ "command_min_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "the whole command, minimum" },
	{ "user_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "its processes in user space, mean" },
	{ "system_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "its processes in the kernel, mean" },
	{ "completed_per_s", "1/s", METRIC_GAUGE, BETTER_NONE, "callbacks meanwhile, all CPUs" },
	{ "ebusy_ratio", "", METRIC_GAUGE, BETTER_NONE, "EBUSY per attempt meanwhile" },
	{ 0 },
};

static const struct column whole[] = {
	{ "median", "command_ns", .spread = "command_ns\nspread" },
	{ "min", "command_min_ns" },
	{ "callbacks\n_per_s", "completed_per_s", .optional = true },
	{ 0 },
};

static const struct column parts[] = {
	{ "user_ns\nmean", "user_ns", .spread = "spread" },
	{ "system_ns\nmean", "system_ns", .spread = "spread" },
	{ 0 },
};

static const struct table_desc overhead_tables[] = {
	{ "Whole commands: beside nothing, an idle program, and callbacks at a rate.", whole },
	{ "Parts: what the command's processes spent of it.", parts },
	{ 0 },
};

static const char *const workload_names[] = { "pipe", "tar", "compile", NULL };
static const char *const load_names[] = { "none", "idle", "busy", NULL };

static bool is_load(const json_t *params, const char *name)
{
	return !strcmp(json_string_value(json_object_get(params, "load")), name);
}

static bool loaded(const json_t *params)
{
	return !is_load(params, "none");
}

static bool busy(const json_t *params)
{
	return is_load(params, "busy");
}

static const struct opt overhead_opts[] = {
	{ .name = "workload",
	  .type = OPT_ENUM,
	  .choices = workload_names,
	  .def = { "pipe", "pipe", "pipe tar compile" },
	  .help = "the command that is timed" },
	{ .name = "load",
	  .type = OPT_ENUM,
	  .choices = load_names,
	  .def = { "none", "none idle busy", "none idle busy" },
	  .help = "what is beside it: nothing, an idle program, callbacks" },
	{ .name = "rate",
	  .type = OPT_U64,
	  .min = 1,
	  .max = 1000000,
	  .def = { "1000", "1000", "100 1000 10000" },
	  .applies = busy,
	  .help = "due instants per CPU and second" },
	{ .name = "trigger",
	  .type = OPT_TRIGGER,
	  .def = { "syscall", "syscall", "syscall prog-run" },
	  .applies = loaded,
	  .help = "what makes the program call the kfunc" },
	{ .name = "mode",
	  .type = OPT_ENUM,
	  .choices = mode_names,
	  .def = { "signal" },
	  .applies = busy,
	  .help = "how the target is notified" },
	{ .name = "arrival",
	  .type = OPT_ENUM,
	  .choices = paced_names,
	  .def = { "poisson" },
	  .applies = busy,
	  .help = "due instants: fixed gaps, or exponential gaps" },
	OPT_ROW_CPUS("all"),
	OPT_ROW_RUNS("2", "5", "10"),
	{ 0 },
};

static double overhead_extra_s(const json_t *params)
{
	return (1 + json_integer_value(json_object_get(params, "runs"))) * 0.06;
}

/* ---- workloads ---- */

static int pipe_prepare(struct invocation *inv, struct hyperfine *h)
{
	char text[80];
	const char *const commands[] = { text, NULL };

	/* By this process's id: inside hyperfine /proc/self/exe would be hyperfine. */
	snprintf(text, sizeof(text), "/proc/%d/exe _pingpong %d %d", getpid(), inv->workers[0].cpu,
		 ROUND_TRIPS);
	return hyperfine_prepare(inv, h, inv_u64(inv, "runs"), commands);
}

static int tar_prepare(struct invocation *inv, struct hyperfine *h)
{
	static const char *const commands[] = { "tar -cf - -C " TREE_PARENT " " TREE " " TREE
						" " TREE " " TREE,
						NULL };

	if (!command_exists("tar"))
		return inv_skip(inv, "tar is not installed (Debian package tar)");
	if (access(TREE_PARENT "/" TREE, R_OK))
		return inv_skip(inv, "no " TREE_PARENT "/" TREE
				     " to make an archive of (Debian package linux-libc-dev)");
	return hyperfine_prepare(inv, h, inv_u64(inv, "runs"), commands);
}

static const char unit[] =
	"#include <ctype.h>\n"
	"#include <stdio.h>\n"
	"#include <stdlib.h>\n"
	"#include <string.h>\n"
	"struct word { char text[32]; unsigned long n; struct word *next; };\n"
	"static struct word *table[4096];\n"
	"static unsigned long hash(const char *s)\n"
	"{ unsigned long h = 5381; while (*s) h = h * 33 + (unsigned char)*s++; return h; }\n"
	"static struct word *find(const char *s)\n"
	"{ struct word **p = &table[hash(s) % 4096];\n"
	"  for (; *p; p = &(*p)->next) if (!strcmp((*p)->text, s)) return *p;\n"
	"  *p = calloc(1, sizeof(**p)); if (*p) strncpy((*p)->text, s, 31); return *p; }\n"
	"static int order(const void *a, const void *b)\n"
	"{ const struct word *x = *(struct word *const *)a, *y = *(struct word *const *)b;\n"
	"  return x->n < y->n ? 1 : x->n > y->n ? -1 : strcmp(x->text, y->text); }\n"
	"static void multiply(double a[8][8], double b[8][8], double c[8][8])\n"
	"{ for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) { c[i][j] = 0;\n"
	"  for (int k = 0; k < 8; k++) c[i][j] += a[i][k] * b[k][j]; } }\n"
	"int main(void)\n"
	"{ static struct word *all[65536]; double a[8][8] = { { 1 } }, b[8][8] = { { 2 } }, c[8][8];\n"
	"  char s[32]; unsigned int n = 0;\n"
	"  while (scanf(\"%31s\", s) == 1) { struct word *w;\n"
	"    for (char *t = s; *t; t++) *t = tolower((unsigned char)*t);\n"
	"    w = find(s); if (w && !w->n++ && n < 65536) all[n++] = w; }\n"
	"  qsort(all, n, sizeof(*all), order); multiply(a, b, c);\n"
	"  for (unsigned int i = 0; i < n; i++) printf(\"%lu %s %g\\n\", all[i]->n, all[i]->text,\n"
	"    c[i % 8][0]); return 0; }\n";

static int write_unit(struct invocation *inv, const char *dir)
{
	char path[256];
	FILE *f;
	bool bad;

	snprintf(path, sizeof(path), "%s/unit.c", dir);
	f = fopen(path, "we");
	if (!f)
		return inv_fail(inv, -errno, "cannot write %s: %s", path, strerror(errno));
	bad = fputs(unit, f) == EOF;
	bad |= fclose(f) != 0;
	return bad ? inv_fail(inv, -EIO, "cannot write %s: %s", path, strerror(errno)) : 0;
}

/* In the command's private directory, where the compiler's own temporary files go, too. */
static int compile_prepare(struct invocation *inv, struct hyperfine *h)
{
	static const char *const commands[] = { "cc -O2 -c -o unit.o unit.c", NULL };
	int err;

	if (!command_exists("cc"))
		return inv_skip(inv, "no C compiler cc (Debian package gcc)");
	err = hyperfine_prepare(inv, h, inv_u64(inv, "runs"), commands);
	return err ? err : write_unit(inv, h->command.dir);
}

static int prepare_workload(struct invocation *inv, struct hyperfine *h)
{
	static int (*const prepare[])(struct invocation *,
				      struct hyperfine *) = { pipe_prepare, tar_prepare,
							      compile_prepare };

	return prepare[name_index(workload_names, inv_str(inv, "workload"))](inv, h);
}

/* ---- life of an invocation ---- */

static int load_family(struct invocation *inv, struct overhead *o)
{
	struct tw_config config;
	int err;

	family_config(inv, &config);
	err = family_open(inv, &o->family, "latency", "elems", &config, &o->open);
	if (!err)
		err = family_load(inv, &o->family);
	return err ? err : family_attach(inv, &o->family);
}

static int overhead_setup(struct invocation *inv)
{
	struct overhead *o = calloc(1, sizeof(*o));
	int err;

	inv->priv = o;
	if (!o)
		return inv_fail(inv, -ENOMEM, "no memory");
	if (inv->trigger && !inv->trigger->fire)
		return inv_skip(inv,
				"trigger %s fires at whatever runs, which is the command: it "
				"would be filtered, and nothing scheduled",
				inv->trigger->name);
	inv->workers_sleep = true;
	err = prepare_workload(inv, &o->hyperfine);
	return err || !loaded(inv->params) ? err : load_family(inv, o);
}

static int overhead_work(struct worker *w)
{
	return busy(w->inv->params) ? worker_drive(w) : 0;
}

static int overhead_during(struct invocation *inv)
{
	struct overhead *o = inv->priv;

	return hyperfine_run(inv, &o->hyperfine);
}

static int overhead_collect(struct invocation *inv)
{
	struct overhead *o = inv->priv;
	const struct hyperfine_times *t = &o->hyperfine.times[0];
	const struct tw_counts *c = &inv->counts[COHORT_WINDOW].bpf;
	int err = busy(inv->params) ? cohort_collect(inv, &o->family) : 0;

	if (err)
		return err;
	inv_gauge(inv, "command_ns", t->median_ns);
	inv_gauge(inv, "command_mean_ns", t->mean_ns);
	inv_gauge(inv, "command_min_ns", t->min_ns);
	inv_gauge(inv, "user_ns", t->user_ns);
	inv_gauge(inv, "system_ns", t->system_ns);
	if (!busy(inv->params))
		return 0;
	inv_gauge(inv, "completed_per_s", c->completed / (inv->window_ns / 1e9));
	if (c->attempts)
		inv_gauge(inv, "ebusy_ratio", (double)c->ebusy / c->attempts);
	return 0;
}

static void overhead_teardown(struct invocation *inv)
{
	struct overhead *o = inv->priv;

	if (o && o->open)
		cohort_teardown(inv, &o->family);
	if (o)
		hyperfine_end(&o->hyperfine);
	free(o);
}

const struct bench bench_overhead = {
	.name = "overhead",
	.question = "what do other programs lose while the kfuncs are at work beside them?",
	.metrics = overhead_metrics,
	.tables = overhead_tables,
	.opts = overhead_opts,
	/* Also for load=none: alone it would say nothing. */
	.needs = NEEDS_BPF | NEEDS_KFUNC,
	.extra_s = overhead_extra_s,
	.setup = overhead_setup,
	.work = overhead_work,
	.during = overhead_during,
	.collect = overhead_collect,
	.teardown = overhead_teardown,
};
