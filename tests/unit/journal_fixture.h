/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of the journal share: a journal with every kind of line. Include after cmocka.h. */
#ifndef JOURNAL_FIXTURE_H
#define JOURNAL_FIXTURE_H

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "journal.h"

#define HEADER \
	"{\"kind\":\"header\",\"schema\":\"twbench/1\",\"env\":{\"release\":\"6.18.0\"}," \
	"\"args\":[\"run\",\"-p\",\"smoke\"],\"seed\":9223372036854775807," \
	"\"plan\":{\"points\":2,\"samples\":2,\"invocations\":2}," \
	"\"started\":\"2026-01-31T12:00:00.25+01:00\"}"

#define LAWS \
	"\"delivered\":100,\"filtered\":3,\"throttled\":null,\"attempts\":97,\"accepted\":80," \
	"\"ebusy\":12,\"failed\":{\"ENOMEM\":1,\"ESRCH\":4},\"completed\":60,\"cancelled\":7," \
	"\"lost\":8,\"in_flight_at_end\":5"

#define SAMPLE \
	"{\"kind\":\"sample\",\"bench\":\"latency\",\"params\":{\"trigger\":\"syscall\"," \
	"\"rate\":10000,\"self\":true,\"gap\":0.5},\"impl\":\"stock\",\"invocation\":3," \
	"\"order\":17,\"pair\":8,\"boot_id\":\"b\",\"window_s\":0.25,\"elapsed_s\":1.5," \
	"\"counts\":{\"intended\":101,\"late\":2," LAWS "},\"life\":{" LAWS "}," \
	"\"recursion_misses\":0,\"migrations\":0,\"metrics\":{\"delivery_ns_p50\":1000.5," \
	"\"shift_ns\":-3,\"ebusy_ratio\":0.125},\"hist\":{\"delivery_ns\":{\"bits\":7," \
	"\"count\":3,\"under\":1,\"over\":0,\"negative\":2,\"sum\":300,\"min\":0,\"max\":200," \
	"\"bins\":[[100,1],[200,1]]}},\"warnings\":[\"governor: powersave\"]}"

/* of a bench that schedules nothing; with a member of a later twbench */
#define SAMPLE_NOP \
	"{\"kind\":\"sample\",\"bench\":\"nop\",\"params\":{},\"impl\":\"stock\",\"invocation\":0," \
	"\"order\":0,\"boot_id\":\"\",\"window_s\":0,\"elapsed_s\":0,\"recursion_misses\":0," \
	"\"migrations\":0,\"metrics\":{},\"hist\":{},\"warnings\":[],\"colour\":[null]}"

#define SKIP \
	"{\"kind\":\"skip\",\"bench\":\"latency\",\"params\":{\"trigger\":\"perf-hw\"}," \
	"\"reason\":\"no hardware counters\"}"
#define ERROR "{\"kind\":\"error\",\"bench\":\"latency\",\"reason\":\"law broken\"}"
#define RESUME "{\"kind\":\"resume\",\"args\":[\"--resume\"],\"started\":\"2026-01-31T12:00:00Z\"}"
#define FOOTER "{\"kind\":\"footer\",\"samples\":2,\"skipped\":1,\"errors\":1,\"elapsed_s\":171.5}"

enum { L_HEADER, L_SAMPLE, L_NOP, L_SKIP, L_ERROR, L_RESUME, L_FOOTER, LINES };

static const char *const whole_journal[LINES] = { HEADER, SAMPLE, SAMPLE_NOP, SKIP,
						  ERROR,  RESUME, FOOTER };

/* The caller frees it. */
static inline char *join_lines(const char *const *lines, size_t n)
{
	size_t size = 0;
	char *text, *end;

	for (size_t i = 0; i < n; i++)
		size += strlen(lines[i]) + 1;
	end = text = malloc(size + 1);
	if (!text)
		abort();
	for (size_t i = 0; i < n; i++)
		end += sprintf(end, "%s\n", lines[i]);
	*end = '\0';
	return text;
}

static inline int read_bytes(const char *text, size_t len, struct journal *j, char *why,
			     size_t size)
{
	int fd = memfd_create("journal", MFD_CLOEXEC), err;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	err = journal_read_fd(fd, "test.jsonl", j, why, size);
	close(fd);
	return err;
}

/* What a journal of these bytes must be: -errno, or the state. */
static unsigned int cases;

static inline void expect_bytes(const char *text, size_t len, int want)
{
	struct journal j;
	char why[300] = "";
	int got = read_bytes(text, len, &j, why, sizeof(why));

	cases++;
	if (got ? got != want : (int)j.state != want)
		fail_msg("want %d, got %d (%s): %.*s", want, got ? got : (int)j.state, why,
			 (int)(len < 2000 ? len : 2000), text);
	if (got)
		assert_true(!strncmp(why, "test.jsonl:", 11) && !strchr(why, '\n') && !j.lines);
	else
		journal_free(&j);
}

static inline void expect(const char *text, int want)
{
	expect_bytes(text, strlen(text), want);
}

static inline void expect_lines(const char *const *lines, size_t n, int want)
{
	char *text = join_lines(lines, n);

	expect(text, want);
	free(text);
}

/* The journal with one line exchanged. */
static inline void expect_with(int which, const char *line, int want)
{
	const char *lines[LINES];

	memcpy(lines, whole_journal, sizeof(lines));
	lines[which] = line;
	expect_lines(lines, LINES, want);
}

#endif
