/* SPDX-License-Identifier: GPL-2.0 */
/* Runs of the fake bench: the runner in a process and a directory of its own, and what it left
 * there. Include after cmocka.h. */
#ifndef RUNNER_FIXTURE_H
#define RUNNER_FIXTURE_H

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fake_bench.h"
#include "runner.h"

/* What every hook says when nothing goes wrong, one worker. */
#define OPENED "setup open "
#define STARTED OPENED "setup-end work "
#define STOPPED "quiet work-end "
#define CLOSED "close teardown "
#define WHOLE STARTED STOPPED "collect " CLOSED

struct spec {
	const char *values; /* JSON with ' for ", as in struct plan_request */
	const char *bench; /* NULL: fake; "" is all */
	unsigned int invocations; /* 0: 1 */
	uint64_t seed;
	double window_s; /* 0: 0.02 */
	int at, signal; /* $FAKE_AT, $FAKE_SIGNAL; 0: not set */
	bool resume;
	bool nohup; /* SIGHUP ignored from the start */
	rlim_t file_limit; /* bytes; 0: none */
	bool on_full_disk; /* a tmpfs of 8 KiB; the journal is copied from it afterwards */
};

struct run {
	char dir[32];
	pid_t pid;
	int code; /* of exit, or 128 + signal */
};

static inline char *in_dir(const struct run *run, const char *name)
{
	static char path[4][96];
	static int n;

	n = (n + 1) % 4;
	snprintf(path[n], sizeof(path[n]), "%s/%s", run->dir, name);
	return path[n];
}

/* ---- in the runner's process ---- */

static inline json_t *spec_values(const struct spec *s)
{
	char text[512], *p;

	snprintf(text, sizeof(text), "%s", s->values ? s->values : "{}");
	for (p = text; (p = strchr(p, '\'')); p++)
		*p = '"';
	return json_loads(text, 0, NULL);
}

static inline void spec_plan(const struct spec *s, struct plan *plan)
{
	const char *const names[] = { !s->bench ? "fake" : *s->bench ? s->bench : NULL, NULL };
	struct plan_request r = { .benches = names,
				  .values = spec_values(s),
				  .seed = s->seed,
				  .invocations = s->invocations ? s->invocations : 1,
				  .window_s = s->window_s > 0 ? s->window_s : 0.02 };
	char why[256];

	if (!r.values || plan_make(&r, plan, why, sizeof(why))) {
		fprintf(stderr, "%s\n", r.values ? why : "bad JSON in the test");
		_exit(99);
	}
	json_decref(r.values);
}

static inline int spec_run(const struct spec *s, const char *path)
{
	struct runner r = { .journal_path = path, .quiet = true };
	json_t *env = json_pack("{ss}", "boot_id", "boot"), *args = json_pack("[s]", "run");
	struct journal before;
	struct plan plan;
	char why[256];
	int code;

	spec_plan(s, &plan);
	r.plan = &plan;
	r.env = env;
	r.args = args;
	if (s->resume && !journal_read(path, &before, why, sizeof(why)))
		r.resumed = &before;
	if (s->resume ? journal_append_to(path, &r.journal) : journal_create(path, &r.journal))
		_exit(98);
	code = runner_run(&r);
	journal_close_writer(r.journal);
	if (r.resumed)
		journal_free(&before);
	plan_free(&plan);
	json_decref(env);
	json_decref(args);
	return code;
}

static inline void copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	char buf[65536];
	ssize_t n = read(in, buf, sizeof(buf));

	if (n < 0 || write(out, buf, n) != n)
		_exit(97);
}

/* In a mount name space of its own; nobody else sees the disk. */
static inline int run_on_full_disk(const struct spec *s, const struct run *run)
{
	int code;

	mkdir(in_dir(run, "disk"), 0777);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", in_dir(run, "disk"), "tmpfs", 0, "size=8k"))
		return 96;
	code = spec_run(s, in_dir(run, "disk/j"));
	copy_file(in_dir(run, "disk/j"), in_dir(run, "j"));
	umount(in_dir(run, "disk"));
	return code;
}

static inline void set_environment(const struct spec *s, const struct run *run)
{
	const struct rlimit none = { 0, 0 }, size = { s->file_limit, RLIM_INFINITY };
	char text[16];

	setenv("FAKE_LOG", in_dir(run, "log"), 1);
	snprintf(text, sizeof(text), "%d", s->at);
	setenv("FAKE_AT", text, 1);
	snprintf(text, sizeof(text), "%d", s->signal ? s->signal : SIGINT);
	setenv("FAKE_SIGNAL", text, 1);
	setrlimit(RLIMIT_CORE, &none);
	/* whatever the shell that runs the tests has done to them */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	signal(SIGHUP, s->nohup ? SIG_IGN : SIG_DFL);
	if (s->file_limit)
		setrlimit(RLIMIT_FSIZE, &size);
}

/* ---- in the test's process ---- */

static inline void new_run(struct run *run)
{
	strcpy(run->dir, "/tmp/runner_test.XXXXXX");
	assert_non_null(mkdtemp(run->dir));
}

static inline void start(struct run *run, const struct spec *s)
{
	if (!run->dir[0])
		new_run(run);
	fflush(NULL);
	run->pid = fork();
	assert_true(run->pid >= 0);
	if (run->pid)
		return;
	set_environment(s, run);
	if (!freopen(in_dir(run, "out"), "a", stdout) || !freopen(in_dir(run, "err"), "a", stderr))
		_exit(95);
	/* exit(): the leak check of a sanitizer build runs */
	exit(s->on_full_disk ? run_on_full_disk(s, run) : spec_run(s, in_dir(run, "j")));
}

static inline int finish(struct run *run)
{
	int status;

	assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
	run->code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return run->code;
}

/* A file of the run as one line; the caller's until two calls later. */
static inline const char *text_of(const struct run *run, const char *name)
{
	static char text[2][32768];
	static int n;
	int fd = open(in_dir(run, name), O_RDONLY | O_CLOEXEC);
	ssize_t len;

	n = !n;
	len = fd < 0 ? 0 : read(fd, text[n], sizeof(text[n]) - 1);
	if (fd >= 0)
		close(fd);
	text[n][len > 0 ? len : 0] = '\0';
	for (char *p = text[n]; (p = strchr(p, '\n')); p++)
		*p = ' ';
	return text[n];
}

static inline void expect_code(const struct run *run, int code)
{
	if (run->code != code)
		fail_msg("exit code %d, not %d; it said: %s", run->code, code, text_of(run, "err"));
	/* standard output is for data */
	assert_string_equal(text_of(run, "out"), "");
}

static inline void expect_log(const struct run *run, const char *want)
{
	assert_string_equal(text_of(run, "log"), want);
}

static inline void expect_said(const struct run *run, const char *part)
{
	if (!strstr(text_of(run, "err"), part))
		fail_msg("'%s' is not in: %s", part, text_of(run, "err"));
}

/* The caller frees *j. */
static inline void expect_journal(const struct run *run, struct journal *j,
				  enum journal_state state, size_t samples, size_t skips,
				  size_t errors)
{
	char why[300];

	if (journal_read(in_dir(run, "j"), j, why, sizeof(why)))
		fail_msg("%s", why);
	if (j->state != state || json_array_size(j->samples) != samples ||
	    json_array_size(j->skips) != skips || json_array_size(j->errors) != errors)
		fail_msg("state %d, %zu samples, %zu skips, %zu errors; said: %s", j->state,
			 json_array_size(j->samples), json_array_size(j->skips),
			 json_array_size(j->errors), text_of(run, "err"));
}

static inline void expect_reason(const json_t *lines, size_t i, const char *part)
{
	const char *reason = json_string_value(json_object_get(json_array_get(lines, i), "reason"));

	assert_non_null(reason);
	if (!strstr(reason, part))
		fail_msg("'%s' is not in: %s", part, reason);
}

static inline void forget_run(struct run *run)
{
	static const char *const names[] = { "log", "out", "err", "j" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_dir(run, names[i]));
	rmdir(in_dir(run, "disk"));
	rmdir(run->dir);
	run->dir[0] = '\0';
}

/* Runs and expects; *j is the caller's. */
static inline void run_whole(struct run *run, const struct spec *s, int code, struct journal *j,
			     enum journal_state state, size_t samples, size_t skips, size_t errors)
{
	start(run, s);
	finish(run);
	expect_code(run, code);
	expect_journal(run, j, state, samples, skips, errors);
}

#endif
