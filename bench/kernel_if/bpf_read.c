// SPDX-License-Identifier: GPL-2.0
/* Per-CPU counters and histograms, summed over CPUs. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf_family.h"
#include "hist.h"

/* Reads entry key of a per-CPU map: *out is an array of *n values. */
static int read_percpu(int fd, uint32_t key, size_t value_size, void **out, int *n)
{
	*n = libbpf_num_possible_cpus();
	if (*n < 0)
		return *n;
	*out = calloc(*n, (value_size + 7) & ~7UL);
	if (!*out)
		return -ENOMEM;
	if (!bpf_map_lookup_elem(fd, &key, *out))
		return 0;
	free(*out);
	return -errno;
}

static int fail(struct bpf_family *f, int err, const char *map)
{
	snprintf(f->why, sizeof(f->why), "cannot read map %s: %s", map, strerror(-err));
	return err;
}

/* A counter block is nothing but __u64, so it is summed as an array of them. */
static void add_counters(struct tw_counts out[TW_PHASES], const struct tw_counters *c)
{
	const __u64 *from = (const void *)c;
	__u64 *to = (void *)out;

	for (size_t i = 0; i < sizeof(*c) / sizeof(*from); i++)
		to[i] += from[i];
}

int bpf_family_counts(struct bpf_family *f, struct tw_counts out[TW_PHASES])
{
	struct tw_counters *all;
	int n, err;

	err = read_percpu(bpf_family_map_fd(f, "counters"), 0, sizeof(*all), (void **)&all, &n);
	if (err)
		return fail(f, err, "counters");
	memset(out, 0, TW_PHASES * sizeof(*out));
	for (int i = 0; i < n; i++)
		add_counters(out, &all[i]);
	free(all);
	return 0;
}

int bpf_family_window_counts(struct bpf_family *f, int cpu, struct tw_counts *out)
{
	struct tw_counters *all;
	int n, err;

	err = read_percpu(bpf_family_map_fd(f, "counters"), 0, sizeof(*all), (void **)&all, &n);
	if (err)
		return fail(f, err, "counters");
	*out = cpu < n ? all[cpu].phase[TW_WINDOW] : (struct tw_counts){ 0 };
	free(all);
	return 0;
}

int bpf_family_unmatched(struct bpf_family *f, uint64_t *out)
{
	struct tw_marks *all;
	int n, err;

	err = read_percpu(bpf_family_map_fd(f, "marks"), 0, sizeof(*all), (void **)&all, &n);
	if (err)
		return fail(f, err, "marks");
	*out = 0;
	for (int i = 0; i < n; i++)
		*out += all[i].unmatched[TW_WINDOW];
	free(all);
	return 0;
}

int bpf_family_hist(struct bpf_family *f, uint32_t key, struct tw_hist *out)
{
	struct tw_hist *all;
	int n, err;

	err = read_percpu(bpf_family_map_fd(f, "hists"), key, sizeof(*all), (void **)&all, &n);
	if (err)
		return fail(f, err, "hists");
	memset(out, 0, sizeof(*out));
	for (int i = 0; i < n; i++)
		hist_merge(out, &all[i]);
	free(all);
	return 0;
}

/* One CPU's share takes them: nothing adds to the counters any more. */
int bpf_family_add_lost(struct bpf_family *f, const uint64_t lost[TW_PHASES])
{
	int fd = bpf_family_map_fd(f, "counters"), n, err;
	struct tw_counters *all;
	uint32_t zero = 0;

	err = read_percpu(fd, 0, sizeof(*all), (void **)&all, &n);
	if (err)
		return fail(f, err, "counters");
	for (int p = 0; p < TW_PHASES; p++)
		all[0].phase[p].lost += lost[p];
	err = bpf_map_update_elem(fd, &zero, all, BPF_EXIST) ? -errno : 0;
	free(all);
	if (err)
		snprintf(f->why, sizeof(f->why), "cannot write map counters: %s", strerror(-err));
	return err;
}

int bpf_family_size(struct bpf_family *f, const char *program, struct bpf_size *out)
{
	struct bpf_program *prog = bpf_family_program(f, program);
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (!prog || bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len)) {
		snprintf(f->why, sizeof(f->why), "cannot ask for program %s: %s", program,
			 strerror(errno));
		return -errno;
	}
	*out = (struct bpf_size){ info.verified_insns, info.jited_prog_len };
	return 0;
}
