// SPDX-License-Identifier: GPL-2.0
/*
 * mean_delivery MODE RATE CALLS CPU: the mean time from the schedule call to its callback, in ns.
 *
 * A second opinion on `twbench run latency`: written apart from it, sharing no code. One thread,
 * pinned, is caller and target. A tenth of the calls comes on top as warm-up.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct elem {
	__u64 tw, pad[7], calls, accepted, completed, sum_ns, call_ns[2];
};

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* The object for this kernel: 7.x has the plain names, and a BTF entry for the others too. */
static struct bpf_object *open_object(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	char exe[4096] = "", path[4200];
	const char *name;

	if (!btf)
		err(1, "vmlinux BTF");
	name = btf__find_by_name_kind(btf, "bpf_task_work_schedule_signal", BTF_KIND_FUNC) > 0 ?
		       "mean_delivery.plain.o" :
		       "mean_delivery.impl.o";
	btf__free(btf);
	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0)
		err(1, "/proc/self/exe");
	snprintf(path, sizeof(path), "%s/../../gen/tests/%s", dirname(exe), name);
	if (access(path, R_OK))
		snprintf(path, sizeof(path), "build/gen/tests/%s", name);
	return bpf_object__open_file(path, NULL);
}

/*
 * A dying process releases its descriptors from the top: with every gap below the maps filled, the
 * link comes above them, and the program is gone before its maps are.
 */
static struct bpf_link *attach_above_maps(struct bpf_object *obj, struct bpf_program *prog)
{
	struct bpf_link *link;
	struct bpf_map *map;
	int max = -1, fd;

	bpf_object__for_each_map(map, obj)
		max = bpf_map__fd(map) > max ? bpf_map__fd(map) : max;
	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd < max);
	if (fd < 0)
		err(1, "/dev/null");
	link = bpf_program__attach(prog);
	if (!link)
		err(1, "attach");
	if (bpf_link__fd(link) < max)
		errx(1, "link descriptor %d lies below map descriptor %d", bpf_link__fd(link), max);
	return link;
}

static struct elem read_elem(int map)
{
	struct elem e;
	__u32 zero = 0;

	if (bpf_map_lookup_elem(map, &zero, &e))
		err(1, "read the element");
	return e;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "pin to CPU %d", cpu);
}

/* Calls at start + i * gap, whatever became of the one before. */
static void drive(double gap_ns, long calls)
{
	__u64 start = now_ns();

	for (long i = 0; i < calls; i++) {
		while (now_ns() < start + (__u64)(i * gap_ns))
			__asm__ volatile("" ::: "memory");
		syscall(SYS_sched_get_priority_max, 0);
	}
}

/* Maps are closed only once no work is under way anywhere; or else with the process, later. */
static struct elem quiesce(int map)
{
	struct elem e = read_elem(map);

	for (int ms = 0; e.accepted != e.completed; ms++) {
		if (ms == 1000)
			errx(1, "%llu of %llu works ran", (unsigned long long)e.completed,
			     (unsigned long long)e.accepted);
		usleep(1000);
		e = read_elem(map);
	}
	/* Refused under nohz_full; this thread has run on the only CPU that scheduled by then. */
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	return e;
}

int main(int argc, char **argv)
{
	__u32 tid = gettid();
	struct elem before, after;
	struct bpf_program *prog;
	struct bpf_object *obj;
	struct bpf_link *link;
	double gap_ns;
	long calls;
	int map;

	if (argc != 5 || atol(argv[2]) < 1 || atol(argv[3]) < 1)
		errx(2, "usage: mean_delivery signal|resume RATE CALLS CPU");
	gap_ns = 1e9 / atol(argv[2]);
	calls = atol(argv[3]);
	pin(atoi(argv[4]));
	obj = open_object();
	if (!obj)
		err(1, "open the BPF object");
	bpf_object__for_each_program(prog, obj)
		bpf_program__set_autoload(prog, !strcmp(bpf_program__name(prog), argv[1]));
	prog = bpf_object__find_program_by_name(obj, argv[1]);
	if (!prog)
		errx(2, "no mode '%s'; there are: signal resume", argv[1]);
	if (bpf_map__set_initial_value(bpf_object__find_map_by_name(obj, ".rodata"), &tid,
				       sizeof(tid)) ||
	    bpf_object__load(obj))
		err(1, "load");
	map = bpf_object__find_map_fd_by_name(obj, "only");

	link = attach_above_maps(obj, prog);
	drive(gap_ns, calls / 10);
	before = read_elem(map);
	drive(gap_ns, calls);
	bpf_link__destroy(link);
	after = quiesce(map);
	bpf_object__close(obj);

	if (after.calls - before.calls != (__u64)calls || after.completed == before.completed)
		errx(1, "%llu of %ld calls arrived, %llu callbacks ran",
		     (unsigned long long)(after.calls - before.calls), calls,
		     (unsigned long long)(after.completed - before.completed));
	printf("%.1f\n",
	       (double)(after.sum_ns - before.sum_ns) / (after.completed - before.completed));
	return 0;
}
