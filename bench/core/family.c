// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "family.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "params.h"

#define MAX_MAPS 32

int family_fail(struct invocation *inv, struct bpf_family *f, int err)
{
	return err == -EPERM ? inv_skip(inv, "%s", f->why) : inv_fail(inv, err, "%s", f->why);
}

void family_config(const struct invocation *inv, struct tw_config *config)
{
	const char *mode = inv_str(inv, "mode"), *at = inv_str(inv, "inject_at");

	memset(config, 0, sizeof(*config));
	config->tgid = getpid();
	config->mode = mode ? name_index(mode_names, mode) : 0;
	config->inject_at =
		at && inv_u64(inv, "inject_ns") ? name_index(inject_at_names, at) + 1 : 0;
	for (unsigned int i = 0; i < inv->n_workers; i++)
		config->tid[inv->workers[i].cpu] = inv->workers[i].tid;
}

int family_open(struct invocation *inv, struct bpf_family *f, const char *name, const char *by_cpu,
		const struct tw_config *config, bool *opened)
{
	int err = bpf_family_open(f, name);

	*opened = !err;
	if (!err)
		err = bpf_family_use(f, inv->trigger->program);
	if (!err)
		err = bpf_family_config(f, config);
	if (!err)
		err = bpf_family_resize(f, by_cpu, inv->workers[inv->n_workers - 1].cpu + 1);
	return err ? family_fail(inv, f, err) : 0;
}

int family_load(struct invocation *inv, struct bpf_family *f)
{
	uint32_t ids[MAX_MAPS];
	int err = bpf_family_load(f), n;

	if (err)
		return family_fail(inv, f, err);
	inv->knobs = f->knobs;
	n = bpf_family_map_ids(f, ids, MAX_MAPS);
	if (n < 0)
		return family_fail(inv, f, n);
	err = inv_publish_maps(inv, ids, n);
	if (err)
		return err;
	err = bpf_family_seal(f);
	return err ? family_fail(inv, f, err) : 0;
}

int family_attach(struct invocation *inv, struct bpf_family *f)
{
	struct bpf_program *prog = bpf_family_program(f, inv->trigger->program);
	int err;

	if (!prog)
		return inv_fail(inv, -ENOENT, "%s has no program for trigger %s", inv->bench->name,
				inv->trigger->name);
	err = inv->trigger->open(inv, prog);
	if (err)
		return err;
	err = bpf_family_check_order(f);
	return err ? family_fail(inv, f, err) : 0;
}

int family_hists(struct invocation *inv, struct bpf_family *f, const char *const *names, uint32_t n)
{
	struct tw_hist h;

	for (uint32_t i = 0; i < n; i++) {
		int err = names[i] ? bpf_family_hist(f, i, &h) : 0;

		if (err)
			return family_fail(inv, f, err);
		if (names[i] && (inv->trigger->has_due || strcmp(names[i], "latency_ns")))
			inv_hist(inv, names[i], &h);
	}
	return 0;
}

void family_inject(struct invocation *inv, const struct calib_cost *cost)
{
	inv->knobs->inject_iters = inv_u64(inv, "inject_ns") / cost->loop_ns + 0.5;
}

static int pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

static int calibrate_workers(struct invocation *inv, struct calib *c, struct calib_cost *cost)
{
	for (unsigned int i = 0; i < inv->n_workers; i++) {
		struct calib_cost one;
		int err = pin_to(inv->workers[i].cpu);

		if (!err)
			err = calib_measure(c, &one);
		if (err)
			return inv_fail(inv, err, "cannot calibrate the clock on CPU %d: %s",
					inv->workers[i].cpu, strerror(-err));
		cost->loop_ns += one.loop_ns / inv->n_workers;
		cost->clock_ns += one.clock_ns / inv->n_workers;
	}
	return 0;
}

int family_calibrate(struct invocation *inv, struct calib_cost *cost)
{
	struct calib *c;
	cpu_set_t old;
	char why[200];
	int err;

	*cost = (struct calib_cost){ 0 };
	err = calib_open(&c, why, sizeof(why));
	if (err)
		return inv_fail(inv, err, "%s", why);
	sched_getaffinity(0, sizeof(old), &old);
	err = calibrate_workers(inv, c, cost);
	sched_setaffinity(0, sizeof(old), &old);
	calib_close(c);
	return err;
}
