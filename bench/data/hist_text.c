// SPDX-License-Identifier: GPL-2.0
#include "hist_text.h"

#include <string.h>

#include "hist_bounds.h"

/* More histograms in one sample, or longer names, go the long way. */
#define MAX_NAMES 32

struct text {
	const char *at, *end;
};

static char peek(struct text *t)
{
	while (t->at < t->end && *t->at == ' ')
		t->at++;
	return t->at < t->end ? *t->at : '\0';
}

static bool take(struct text *t, char c)
{
	if (peek(t) != c)
		return false;
	t->at++;
	return true;
}

/* Plain names only: letters, digits and what stands between them; nothing that JSON escapes. */
static bool take_name(struct text *t, const char **name, size_t *len)
{
	if (!take(t, '"'))
		return false;
	*name = t->at;
	while (t->at < t->end && *t->at != '"' && *t->at != '\\' && *t->at >= ' ' && *t->at < 0x7f)
		t->at++;
	*len = t->at - *name;
	return t->at < t->end && *t->at++ == '"' && take(t, ':');
}

/* At most 18 digits: below INT64_MAX without a look. */
static bool take_number(struct text *t, uint64_t *v)
{
	char first = peek(t);
	const char *start = t->at;

	*v = 0;
	while (t->at < t->end && *t->at >= '0' && *t->at <= '9')
		*v = *v * 10 + (*t->at++ - '0');
	/* 1.5 and 1e9 end at a character that nobody takes; 01 is no JSON. */
	return t->at > start && t->at - start <= 18 && (first != '0' || t->at - start == 1);
}

static bool take_bins(struct text *t, struct hist_bounds *bins)
{
	uint64_t next = 0, index, count;

	if (!take(t, '['))
		return false;
	if (take(t, ']'))
		return true;
	do {
		if (!take(t, '[') || !take_number(t, &index) || !take(t, ',') ||
		    !take_number(t, &count) || !take(t, ']'))
			return false;
		if (index < next || index >= TW_HIST_BINS || !count)
			return false;
		hist_bounds_add_bin(bins, index, count);
		next = index + 1;
	} while (take(t, ','));
	return take(t, ']');
}

static bool is_name(const char *name, size_t len, const char *text)
{
	return len == strlen(text) && !memcmp(name, text, len);
}

/* One member; its bit in *seen, so that none comes twice. */
static bool take_member(struct text *t, struct tw_hist *h, struct hist_bounds *bins,
			unsigned int *seen)
{
	const struct hist_member *m = hist_members;
	unsigned int bit = 1U << 31;
	const char *name;
	size_t len;
	uint64_t v;
	bool good;

	if (!take_name(t, &name, &len))
		return false;
	while (m->key && !is_name(name, len, m->key))
		m++;
	if (m->key) {
		bit = 1U << (m - hist_members);
		good = take_number(t, &v);
		*(__u64 *)((char *)h + m->offset) = v;
	} else if (is_name(name, len, "bins")) {
		bit = 1U << 30;
		good = take_bins(t, bins);
	} else {
		good = is_name(name, len, "bits") && take_number(t, &v) && v == TW_HIST_BITS;
	}
	good = good && !(*seen & bit);
	*seen |= bit;
	return good;
}

static bool take_hist(struct text *t)
{
	struct hist_bounds bins = { 0 };
	unsigned int seen = 0, all = 3U << 30;
	/* Not zeroed: its bins alone are 28 KB, and nobody looks at them. */
	struct tw_hist h;

	for (const struct hist_member *m = hist_members; m->key; m++)
		all |= 1U << (m - hist_members);
	if (!take(t, '{'))
		return false;
	do {
		if (!take_member(t, &h, &bins, &seen))
			return false;
	} while (take(t, ','));
	return take(t, '}') && seen == all && hist_bounds_allow(&bins, &h);
}

static bool take_hists(struct text *t)
{
	const char *names[MAX_NAMES];
	size_t lens[MAX_NAMES], n = 0;

	if (!take(t, '{'))
		return false;
	if (take(t, '}'))
		return true;
	do {
		if (n == MAX_NAMES || !take_name(t, &names[n], &lens[n]))
			return false;
		for (size_t i = 0; i < n; i++)
			if (lens[i] == lens[n] && !memcmp(names[i], names[n], lens[n]))
				return false;
		n++;
		if (!take_hist(t))
			return false;
	} while (take(t, ','));
	return take(t, '}');
}

/* Behind a string whose opening quote was taken. */
static bool skip_string(struct text *t)
{
	while (t->at < t->end && *t->at != '"')
		t->at += *t->at == '\\' ? 2 : 1;
	return t->at++ < t->end;
}

/*
 * To the value of the member "hist" of the outermost object. If the text is no JSON, what is found
 * may be anything: the rest is parsed, and will not be JSON either.
 */
static bool find_hist(struct text *t)
{
	int depth = 0;

	while (t->at < t->end) {
		char c = *t->at++;
		const char *name = t->at;

		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		else if (c == '"' && !skip_string(t))
			return false;
		else if (c == '"' && depth == 1 && is_name(name, t->at - name, "hist\"") &&
			 take(t, ':'))
			return true;
	}
	return false;
}

bool hist_text_cut(const char *line, size_t len, char *out, size_t *out_len)
{
	struct text t = { line, line + len };
	size_t before;

	if (!find_hist(&t))
		return false;
	before = t.at - line;
	if (!take_hists(&t))
		return false;
	memcpy(out, line, before);
	memcpy(out + before, "{}", 2);
	memcpy(out + before + 2, t.at, t.end - t.at);
	*out_len = before + 2 + (t.end - t.at);
	return true;
}
