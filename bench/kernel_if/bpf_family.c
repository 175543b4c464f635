// SPDX-License-Identifier: GPL-2.0
#include "bpf_family.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int bpf_family_fail(struct bpf_family *f, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->why, sizeof(f->why), fmt, ap);
	va_end(ap);
	return err;
}

static const struct bpf_image *find_image(const char *name, enum kfunc_flavour flavour)
{
	const struct bpf_image *i;

	/* A family without kfuncs is the same in both flavours. */
	if (flavour == KFUNC_NONE)
		flavour = KFUNC_IMPL;
	for (i = bpf_images; i->name; i++)
		if (i->flavour == flavour && !strcmp(i->name, name))
			return i;
	return NULL;
}

int bpf_family_open(struct bpf_family *f, const char *name)
{
	char why[160] = "";
	enum kfunc_flavour flavour = probe_kfunc(why, sizeof(why));
	const struct bpf_image *image = find_image(name, flavour);
	struct bpf_program *prog;
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = name);

	memset(f, 0, sizeof(*f));
	if (!image)
		return bpf_family_fail(f, -ENOENT, "no BPF object %s (%s) in this executable", name,
				       kfunc_flavour_name(flavour));
	f->obj = bpf_object__open_mem(image->start,
				      (const char *)image->end - (const char *)image->start, &opts);
	if (!f->obj)
		return bpf_family_fail(f, -errno, "cannot open BPF object %s: %s", name,
				       strerror(errno));
	bpf_object__for_each_program(prog, f->obj)
		bpf_program__set_autoload(prog, false);
	return 0;
}

struct bpf_program *bpf_family_program(struct bpf_family *f, const char *name)
{
	return bpf_object__find_program_by_name(f->obj, name);
}

int bpf_family_use(struct bpf_family *f, const char *program)
{
	struct bpf_program *prog = bpf_family_program(f, program);

	if (!prog)
		return bpf_family_fail(f, -ENOENT, "BPF object %s has no program %s",
				       bpf_object__name(f->obj), program);
	bpf_program__set_autoload(prog, true);
	return 0;
}

/* libbpf 1.1 finds custom data sections by their section name only. */
static struct bpf_map *find_map(const struct bpf_family *f, const char *name)
{
	return bpf_object__find_map_by_name(f->obj, name);
}

int bpf_family_config(struct bpf_family *f, const struct tw_config *config)
{
	struct bpf_map *map = find_map(f, ".rodata.cfg");
	int err;

	if (!map)
		return 0; /* the family reads none of it, so the compiler left it out */
	err = bpf_map__set_initial_value(map, config, sizeof(*config));
	return err ? bpf_family_fail(f, err, "configuration of %s does not fit: %s",
				     bpf_object__name(f->obj), strerror(-err))
		   : 0;
}

int bpf_family_resize(struct bpf_family *f, const char *name, uint32_t entries)
{
	struct bpf_map *map = find_map(f, name);
	int err = map ? bpf_map__set_max_entries(map, entries) : -ENOENT;

	return err ? bpf_family_fail(f, err, "cannot give map %s %u entries: %s", name, entries,
				     strerror(-err))
		   : 0;
}

static int map_knobs(struct bpf_family *f)
{
	int fd = bpf_family_map_fd(f, ".data.knobs");
	void *p;

	if (fd < 0)
		return 0;
	p = mmap(NULL, sizeof(*f->knobs), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return bpf_family_fail(f, -errno, "cannot map the knobs of %s: %s",
				       bpf_object__name(f->obj), strerror(errno));
	f->knobs = p;
	f->knobs->window_start = UINT64_MAX;
	f->knobs->window_end = UINT64_MAX;
	return 0;
}

int bpf_family_load(struct bpf_family *f)
{
	int err = bpf_object__load(f->obj);

	if (err == -EPERM || err == -EACCES)
		return bpf_family_fail(
			f, -EPERM,
			"the kernel refuses BPF object %s (%s): run as root, or with CAP_BPF, "
			"CAP_PERFMON and CAP_SYS_ADMIN",
			bpf_object__name(f->obj), strerror(-err));
	if (err)
		return bpf_family_fail(f, err,
				       "cannot load BPF object %s: %s (the verifier's words: "
				       "TWBENCH_BPF_LOG=1)",
				       bpf_object__name(f->obj), strerror(-err));
	return map_knobs(f);
}

int bpf_family_map_fd(const struct bpf_family *f, const char *name)
{
	struct bpf_map *map = find_map(f, name);

	return map ? bpf_map__fd(map) : -ENOENT;
}

int bpf_family_map_ids(struct bpf_family *f, uint32_t *ids, size_t max)
{
	struct bpf_map *map;
	size_t n = 0;

	bpf_object__for_each_map(map, f->obj) {
		struct bpf_map_info info = {};
		__u32 len = sizeof(info);

		if (bpf_map__fd(map) < 0)
			continue;
		if (n == max)
			return bpf_family_fail(f, -E2BIG, "more than %zu maps", max);
		if (bpf_obj_get_info_by_fd(bpf_map__fd(map), &info, &len))
			return bpf_family_fail(f, -errno, "map %s: %s", bpf_map__name(map),
					       strerror(errno));
		ids[n++] = info.id;
	}
	return n;
}

uint64_t bpf_family_recursion_misses(struct bpf_family *f)
{
	struct bpf_program *prog;
	uint64_t sum = 0;

	bpf_object__for_each_program(prog, f->obj) {
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);

		if (bpf_program__fd(prog) >= 0 &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			sum += info.recursion_misses;
	}
	return sum;
}

int bpf_family_attach(struct bpf_family *f, const char *program)
{
	struct bpf_program *prog = bpf_family_program(f, program);
	struct bpf_link *link;

	if (!prog || f->n_links == sizeof(f->links) / sizeof(f->links[0]))
		return bpf_family_fail(f, -ENOENT, "BPF object %s has no program %s",
				       bpf_object__name(f->obj), program);
	link = bpf_program__attach(prog);
	if (!link)
		return bpf_family_fail(f, -errno, "cannot attach %s of %s: %s", program,
				       bpf_object__name(f->obj), strerror(errno));
	f->links[f->n_links++] = link;
	return 0;
}

void bpf_family_detach(struct bpf_family *f)
{
	while (f->n_links)
		bpf_link__destroy(f->links[--f->n_links]);
}

void bpf_family_close(struct bpf_family *f)
{
	bpf_family_detach(f);
	if (f->knobs)
		munmap(f->knobs, sizeof(*f->knobs));
	f->knobs = NULL;
	bpf_object__close(f->obj);
	f->obj = NULL;
	while (f->n_null_fds)
		close(f->null_fds[--f->n_null_fds]);
}
