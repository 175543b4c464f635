# SPDX-License-Identifier: GPL-2.0
# twbench. `make help` lists targets and variables.

VERSION := 0.1.0

CC ?= gcc
CLANG ?= clang
PKG_CONFIG ?= pkg-config
V ?= 0
SAN ?=
PROFILE ?= quick
ARGS ?=

# Products go into one directory, sanitizer builds beside it.
B := build$(if $(SAN),/$(SAN))
GEN := build/gen

ifeq ($(V),1)
Q :=
msg :=
else
Q := @
msg = @printf '  %-8s %s\n' "$(1)" "$(2)";
MAKEFLAGS += --no-print-directory
endif

COMMIT := $(shell git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)
ARCH_INCLUDE := /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null)

DIRS := core data stats report compare kernel_if cmd
# Each file in drivers/ is a bench; those in drivers/<bench>/ are parts of a long one.
DRIVERS := $(patsubst bench/drivers/%.c,%,$(wildcard bench/drivers/*.c))
PARTS := $(patsubst bench/drivers/%.c,%,$(wildcard bench/drivers/*/*.c))
TRIGGERS := $(patsubst bench/triggers/%.c,%,$(wildcard bench/triggers/*.c))
SRCS := $(wildcard $(DIRS:%=bench/%/*.c)) $(DRIVERS:%=bench/drivers/%.c) \
	$(PARTS:%=bench/drivers/%.c) $(TRIGGERS:%=bench/triggers/%.c)
OBJS := $(SRCS:%.c=$(B)/%.o) $(B)/gen/registry.o $(B)/gen/bpf_images.o $(B)/gen/bpf_data.o $(B)/user.o \
	$(B)/gen/plots.o $(B)/gen/plots_data.o
# kernel/: each file in impl/ is an implementation of the kfuncs, for the shim in user space.
IMPLS := $(patsubst kernel/impl/%.c,%,$(wildcard kernel/impl/*.c))
FAMILIES := $(patsubst bpf/%.bpf.c,%,$(wildcard bpf/*.bpf.c))
BPF_OBJS := $(foreach f,$(FAMILIES),$(GEN)/bpf/$(f).impl.o $(GEN)/bpf/$(f).plain.o)
# Each plots/*.gp is a figure, but for the looks that they share.
FIGURES := $(filter-out common,$(patsubst plots/%.gp,%,$(wildcard plots/*.gp)))
UNITS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*_test.c))
VALIDATE := $(patsubst %.c,$(B)/%.o,$(wildcard tests/validate/*.c))
# Programs that share no code with bench/, to check it against.
INDEPENDENT := $(patsubst tests/independent/%.bpf.c,%,$(wildcard tests/independent/*.bpf.c))

CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wshadow -Wformat=2 \
	-Wno-format-nonliteral -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
TW_CFLAGS = -std=gnu11 $(WARN) -Ibpf $(DIRS:%=-Ibench/%) -Ibench/drivers -Ikernel/user \
	$(LIBPERF_CFLAGS) -pthread
DEFS = -DTW_VERSION='"$(VERSION)"' -DTW_COMMIT='"$(COMMIT)"' \
	-DTW_CLANG_VERSION='"$(shell $(CLANG) --version 2>/dev/null | sed -n 1p)"' \
	-DTW_LIBPERF_VERSION='"$(LIBPERF_VERSION)"'
LIBS := -lbpf -lelf -lz -ljansson -lgsl -lgslcblas -lnettle -lm
ifneq ($(SAN),)
TW_CFLAGS += -fsanitize=$(SAN)$(if $(filter address,$(SAN)),$(comma)undefined) -fno-omit-frame-pointer
endif
comma := ,
# -mcpu=v3: 32-bit subregisters and jumps; every kernel with the kfuncs has them.
BPF_CFLAGS := -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wno-unused-parameter \
	-Wno-missing-declarations -Ibpf -idirafter $(ARCH_INCLUDE)

all: $(B)/twbench

# libperf comes from pkg-config or is built once from the distribution's kernel source. The fragment
# is checked on every make (0.1 s), because the cache that it points to can go away. Targets that
# begin by installing what is missing call make again once that is there.
ifneq ($(filter-out help clean bench user-bench test,$(or $(MAKECMDGOALS),all)),)
-include build/libperf.mk
endif
build/libperf.mk: FORCE
	@mkdir -p $(@D)
	@scripts/deps --check build libperf > $@.missing || { echo "missing packages:" \
		`cat $@.missing` "(scripts/deps --install build libperf)" >&2; exit 1; }
	@scripts/libperf --mk > $@.tmp
	@cmp -s $@.tmp $@ && rm -f $@.tmp || mv $@.tmp $@

# What a product depends on beyond files: the list of sources (one that is gone is newer than
# nothing), the compilers and their flags. Rewritten only if it changed.
define stamp
@mkdir -p $(@D)
@printf '%s\n' '$(subst ','\'',$(1))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(1))' > $@
endef
build/sources: FORCE
	$(call stamp,$(DRIVERS) / $(PARTS) / $(TRIGGERS) / $(FAMILIES) / $(IMPLS) / $(TW_CASES) / $(FIGURES))
build/clang: FORCE
	$(call stamp,$(CLANG) $(BPF_CFLAGS) $(shell $(CLANG) --version 2>/dev/null | sed -n 1p))
$(B)/cc: FORCE
	$(call stamp,$(CC) $(TW_CFLAGS) $(CFLAGS) / $(FLAVOUR_bench) / $(shell $(CC) --version 2>/dev/null | sed -n 1p))

$(GEN)/registry.c: build/sources Makefile
	@mkdir -p $(@D)
	$(call msg,GEN,$@)
	$(Q){ echo '/* Generated from bench/drivers/ and bench/triggers/ by the Makefile. */'; \
	echo '#include "bench.h"'; \
	for d in $(DRIVERS); do echo "extern const struct bench bench_$$d;"; done; \
	for t in $(TRIGGERS); do echo "extern const struct trigger trigger_$$t;"; done; \
	echo 'const struct bench *const benches[] = {'; \
	for d in $(DRIVERS); do echo "	&bench_$$d,"; done; \
	echo '	NULL'; echo '};'; \
	echo 'const struct trigger *const triggers[] = {'; \
	for t in $(TRIGGERS); do echo "	&trigger_$$t,"; done; \
	echo '	NULL'; echo '};'; } > $@

# Each BPF source twice: one object per name of the kfuncs. The memory limit is for clang 14, which
# can eat all of it on an odd source.
$(GEN)/bpf/%.impl.o: bpf/%.bpf.c $(wildcard bpf/*.h) build/clang
	@mkdir -p $(@D)
	$(call msg,BPF,$@)
	$(Q)ulimit -v 8000000; $(CLANG) $(BPF_CFLAGS) -DTW_KFUNC_IMPL -c $< -o $@

$(GEN)/bpf/%.plain.o: bpf/%.bpf.c $(wildcard bpf/*.h) build/clang
	@mkdir -p $(@D)
	$(call msg,BPF,$@)
	$(Q)ulimit -v 8000000; $(CLANG) $(BPF_CFLAGS) -c $< -o $@

# BPF objects become data of the executable: one file to copy, nothing to look up at run time.
$(GEN)/bpf_data.S: Makefile build/sources
	@mkdir -p $(@D)
	$(call msg,GEN,$@)
	$(Q){ echo '/* Generated from bpf/ by the Makefile. */'; \
	echo '	.section .rodata'; \
	for o in $(FAMILIES:%=%_impl) $(FAMILIES:%=%_plain); do \
	echo "	.globl bpf_$$o, bpf_$${o}_end"; echo '	.balign 8'; echo "bpf_$$o:"; \
	echo "	.incbin \"$(GEN)/bpf/$${o%_*}.$${o##*_}.o\""; echo "bpf_$${o}_end:"; done; \
	echo '	.section .note.GNU-stack,"",%progbits'; } > $@

$(GEN)/bpf_images.c: Makefile build/sources $(FAMILIES:%=bpf/%.bpf.c) $(FAMILIES:%=bpf/%.bpf.c)
	@mkdir -p $(@D)
	$(call msg,GEN,$@)
	$(Q){ echo '/* Generated from bpf/ by the Makefile. */'; \
	echo '#include "bpf_family.h"'; \
	for o in $(FAMILIES:%=%_impl) $(FAMILIES:%=%_plain); do \
	echo "extern const char bpf_$$o[], bpf_$${o}_end[];"; done; \
	echo 'const struct bpf_image bpf_images[] = {'; \
	for f in $(FAMILIES); do \
	echo "	{ \"$$f\", KFUNC_IMPL, bpf_$${f}_impl, bpf_$${f}_impl_end },"; \
	echo "	{ \"$$f\", KFUNC_PLAIN, bpf_$${f}_plain, bpf_$${f}_plain_end },"; done; \
	echo '	{ 0 },'; echo '};'; \
	echo 'const char *const bpf_family_names[] = {'; \
	for f in $(FAMILIES); do echo "	\"$$f\","; done; \
	echo '	NULL'; echo '};'; \
	echo 'const char bpf_fired_list[] = "'`grep -lE '^int on_|"tw_triggers.bpf.h"' $(FAMILIES:%=bpf/%.bpf.c) | \
	sed 's,bpf/,,; s,\.bpf\.c,,'`'";'; } > $@

# Likewise the gnuplot sources.
symbol = gp_$(subst -,_,$(1))
$(GEN)/plots_data.S: Makefile build/sources
	@mkdir -p $(@D)
	$(call msg,GEN,$@)
	$(Q){ echo '/* Generated from plots/ by the Makefile. */'; \
	echo '	.section .rodata'; \
	$(foreach p,common $(FIGURES),echo '	.globl $(call symbol,$(p)), $(call symbol,$(p))_end'; \
	echo '$(call symbol,$(p)):'; echo '	.incbin "plots/$(p).gp"'; \
	echo '$(call symbol,$(p))_end:';) \
	echo '	.section .note.GNU-stack,"",%progbits'; } > $@

$(GEN)/plots.c: Makefile build/sources
	@mkdir -p $(@D)
	$(call msg,GEN,$@)
	$(Q){ echo '/* Generated from plots/ by the Makefile. */'; \
	echo '#include "figure.h"'; \
	$(foreach p,common $(FIGURES),echo 'extern const char $(call symbol,$(p))[], \
	$(call symbol,$(p))_end[];';) \
	echo 'const struct figure_source figure_common ='; \
	echo '	{ "common", gp_common, gp_common_end };'; \
	echo 'const struct figure_source figure_sources[] = {'; \
	$(foreach p,$(FIGURES),echo '	{ "$(p)", $(call symbol,$(p)), $(call symbol,$(p))_end },';) \
	echo '	{ 0 },'; echo '};'; } > $@

$(B)/gen/plots_data.o: $(GEN)/plots_data.S $(wildcard plots/*.gp)
	@mkdir -p $(@D)
	$(call msg,AS,$@)
	$(Q)$(CC) -c $< -o $@

$(B)/gen/bpf_data.o: $(GEN)/bpf_data.S $(BPF_OBJS)
	@mkdir -p $(@D)
	$(call msg,AS,$@)
	$(Q)$(CC) -c $< -o $@

$(B)/gen/%.o: $(GEN)/%.c
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(CC) $(TW_CFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(CC) $(TW_CFLAGS) $(if $(filter %/env.o %/main.o %/cli.o,$@),$(DEFS)) $(CFLAGS) -MMD -MP -c $< -o $@

# The commit is part of every journal: what records it is rebuilt when it changes.
$(B)/bench/data/env.o $(B)/bench/main.o $(B)/bench/cmd/cli.o: build/commit
$(B)/bench/data/env.o: build/clang
build/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' > $@

$(B)/libtwbench.a: $(OBJS)
	$(call msg,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/twbench: $(B)/bench/main.o $(OBJS)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(TW_CFLAGS) $(CFLAGS) $(LDFLAGS) $^ $(LIBPERF_LIBS) $(LIBS) -o $@

# A packaged libperf is a shared library only; the static one comes from kernel source.
LIBPERF_STATIC = $(shell scripts/libperf --mk --static | sed -n 's/^LIBPERF_LIBS := //p')

build/static/twbench: $(B)/bench/main.o $(OBJS)
	@mkdir -p $(@D)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(TW_CFLAGS) $(CFLAGS) $(LDFLAGS) -static $^ $(LIBPERF_STATIC) $(LIBS) -o $@

$(B)/tests/unit/%: tests/unit/%.c $(B)/libtwbench.a
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(CC) $(TW_CFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP $< $(B)/libtwbench.a $(LIBPERF_LIBS) $(LIBS) -lcmocka -o $@

$(B)/tests/validate/validate: $(VALIDATE) $(B)/libtwbench.a
	$(call msg,LINK,$@)
	$(Q)$(CC) $(TW_CFLAGS) $(CFLAGS) $(LDFLAGS) $^ $(LIBPERF_LIBS) $(LIBS) -o $@

build/tests/independent/%: tests/independent/%.c $(GEN)/tests/%.impl.o $(GEN)/tests/%.plain.o
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(CC) -std=gnu11 $(WARN) $(CFLAGS) $< -lbpf -lelf -lz -o $@

$(GEN)/tests/%.impl.o: tests/independent/%.bpf.c
	@mkdir -p $(@D)
	$(call msg,BPF,$@)
	$(Q)ulimit -v 8000000; $(CLANG) $(BPF_CFLAGS) -DIMPL=1 -c $< -o $@

$(GEN)/tests/%.plain.o: tests/independent/%.bpf.c
	@mkdir -p $(@D)
	$(call msg,BPF,$@)
	$(Q)ulimit -v 8000000; $(CLANG) $(BPF_CFLAGS) -c $< -o $@

# ---- kernel/ in user space ----

# Three flavours of the same sources: see kernel/shim/machine.h. Each object of one flavour.
KERNEL_CFLAGS = -std=gnu11 $(filter-out -Wpointer-arith,$(WARN)) -Ikernel/shim -pthread \
	$(if $(SAN),-fsanitize=$(SAN)$(if $(filter address,$(SAN)),$(comma)undefined) -fno-omit-frame-pointer)
FLAVOUR_plain :=
# The explorer sees plain accesses too, through the hooks of this option: kernel/tests/explore/hooks.c.
FLAVOUR_explore := -DSHIM_EXPLORE $(if $(SAN),,-fsanitize=thread)
# Instructions per operation are compared: optimised alike, whatever else is asked for. A sanitizer sees
# nothing of memory that a cache of ours keeps. DWARF 4: valgrind 3.19 does not take clang's 5. memset()
# is called by all: what gcc makes of it where it sees the size (rep stos) costs more than the rest of an
# allocation, and would be taken for the implementation's.
FLAVOUR_bench := -O2 -gdwarf-4 -fno-builtin-memset -DSHIM_BENCH $(if $(SAN),-DSHIM_MALLOC)

MACHINE := $(patsubst %.c,%,$(wildcard kernel/shim/machine/*.c))
THREADS := $(patsubst %.c,%,$(wildcard kernel/shim/threads/*.c))
KERNEL_DEPS = kernel/tw.h $(wildcard kernel/impl/*.h kernel/shim/*.h kernel/shim/*/*.h kernel/user/*.h \
	kernel/tests/*.h kernel/tests/*/*.h)

$(GEN)/impls.c: build/sources Makefile
	@mkdir -p $(@D)
	$(call msg,GEN,$@)
	$(Q){ echo '/* Generated from kernel/impl/ by the Makefile. */'; \
	echo '#include "kernel/tw.h"'; \
	for i in $(IMPLS); do echo "TW_DECLARE_IMPL($$i);"; done; \
	echo 'const struct tw_impl *const tw_impls[] = {'; \
	for i in $(IMPLS); do echo "	&tw_impl_$$i,"; done; \
	echo '	NULL'; echo '};'; } > $@

define kernel_flavour
$(B)/$(1)/%.o: %.c $(B)/cc $$(KERNEL_DEPS)
	@mkdir -p $$(@D)
	$$(call msg,CC,$$@)
	$$(Q)$$(CC) $$(KERNEL_CFLAGS) $$(CFLAGS) $$(FLAVOUR_$(1)) -c $$< -o $$@
$(B)/$(1)/gen/impls.o: $(GEN)/impls.c $$(KERNEL_DEPS)
	@mkdir -p $$(@D)
	$$(call msg,CC,$$@)
	$$(Q)$$(CC) $$(KERNEL_CFLAGS) -I. $$(CFLAGS) $$(FLAVOUR_$(1)) -c $$< -o $$@
# The implementations, the list of them, and what is the same for all engines.
$(B)/$(1)/libkernel.a: $(IMPLS:%=$(B)/$(1)/kernel/impl/%.o) $(B)/$(1)/gen/impls.o $(MACHINE:%=$(B)/$(1)/%.o)
	$$(call msg,AR,$$@)
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
$(B)/$(1)/libthreads.a: $(THREADS:%=$(B)/$(1)/%.o)
	$$(call msg,AR,$$@)
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(foreach f,plain explore bench,$(eval $(call kernel_flavour,$(f))))

# tw_test: each file in kernel/tests/tw_test/ is a list of cases.
TW_CASES := $(patsubst kernel/tests/tw_test/%.c,%,$(wildcard kernel/tests/tw_test/*.c))
TW_TEST_OBJS = $(TW_CASES:%=$(B)/plain/kernel/tests/tw_test/%.o) $(B)/plain/gen/tw_cases.o \
	$(B)/plain/kernel/tests/tw_test.o $(B)/plain/kernel/tests/tw_test_world.o

$(GEN)/tw_cases.c: build/sources Makefile
	@mkdir -p $(@D)
	$(call msg,GEN,$@)
	$(Q){ echo '/* Generated from kernel/tests/tw_test/ by the Makefile. */'; \
	echo '#include "kernel/tests/tw_test.h"'; \
	for c in $(TW_CASES); do echo "extern const struct tw_case cases_$$c[];"; done; \
	echo 'const struct tw_case *const tw_cases[] = {'; \
	for c in $(TW_CASES); do echo "	cases_$$c,"; done; \
	echo '	NULL'; echo '};'; } > $@

$(B)/plain/gen/tw_cases.o: $(GEN)/tw_cases.c $(KERNEL_DEPS)
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(CC) $(KERNEL_CFLAGS) -I. $(CFLAGS) -c $< -o $@

define link_tw_test
@mkdir -p $(@D)
$(call msg,LINK,$@)
$(Q)$(CC) $(KERNEL_CFLAGS) $(CFLAGS) $(LDFLAGS) $^ -lcmocka -o $@
endef
$(B)/kernel/tests/tw_test: $(TW_TEST_OBJS) $(B)/plain/libkernel.a $(B)/plain/libthreads.a
	$(link_tw_test)

# The explorer, over the real implementations and over those of one mutant. Only what actors do is built
# with the hooks, not the engine; whose jumps between stacks _FORTIFY_SOURCE would refuse.
EXPLORE := $(patsubst %.c,%,$(wildcard kernel/tests/explore/*.c))
EXPLORE_OBJS := $(EXPLORE:%=build/explore/%.o)
EXPLORE_ENGINE := $(filter-out %/programs.o,$(EXPLORE_OBJS))
$(EXPLORE_ENGINE): FLAVOUR_explore := -DSHIM_EXPLORE -U_FORTIFY_SOURCE

build/kernel/tests/explore: $(EXPLORE_OBJS) build/explore/libkernel.a
	@mkdir -p $(@D)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@
# Those mutants that it is to find.
EXPLORE_MUTANTS := $(patsubst kernel/tests/mutants/%.patch,build/mutants/%/explore/explore, \
	$(shell grep -l '^explore: ' kernel/tests/mutants/*.patch 2>/dev/null))
build/mutants/%/explore/explore: $(EXPLORE_OBJS) build/mutants/%/explore/libkernel.a
	$(call msg,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@

# Timed loops: kernel/user/loops.c once for each implementation, which is compiled into it. With the
# machine they become one object that shows nothing but user_*: the kernel's names must not meet those
# of libbpf.
OBJCOPY ?= objcopy
LOOPS := $(IMPLS:%=$(B)/bench/kernel/user/loops_%.o)

$(GEN)/user_impls.c: build/sources Makefile
	@mkdir -p $(@D)
	$(call msg,GEN,$@)
	$(Q){ echo '/* Generated from kernel/impl/ by the Makefile. */'; \
	echo '#include "kernel/user/loops.h"'; \
	for i in $(IMPLS); do echo "extern const struct user_impl user_impl_$$i;"; done; \
	echo 'const struct user_impl *const user_impls[] = {'; \
	for i in $(IMPLS); do echo "	&user_impl_$$i,"; done; \
	echo '	NULL'; echo '};'; } > $@

$(LOOPS): $(B)/bench/kernel/user/loops_%.o: kernel/user/loops.c kernel/impl/%.c $(B)/cc $(KERNEL_DEPS)
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(CC) $(KERNEL_CFLAGS) $(CFLAGS) $(FLAVOUR_bench) -DIMPL=$* \
		-DIMPL_SOURCE='"../impl/$*.c"' -c $< -o $@

$(B)/bench/gen/user_impls.o: $(GEN)/user_impls.c $(KERNEL_DEPS) $(B)/cc
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(CC) $(KERNEL_CFLAGS) -I. $(CFLAGS) $(FLAVOUR_bench) -c $< -o $@

$(B)/user.o: $(LOOPS) $(B)/bench/kernel/user/bed.o $(B)/bench/gen/user_impls.o \
		$(MACHINE:%=$(B)/bench/%.o) $(THREADS:%=$(B)/bench/%.o)
	$(call msg,LINK,$@)
	$(Q)$(CC) -nostdlib -r $(filter %.o,$^) -o $@.all
	$(Q)$(OBJCOPY) --wildcard --keep-global-symbol='user_*' $@.all $@

# Counted by callgrind: see kernel/tests/insns.t.
$(B)/kernel/tests/insns: kernel/tests/insns.c $(B)/user.o
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(CC) -std=gnu11 $(WARN) -Ikernel/user $(CFLAGS) -O2 -gdwarf-4 $^ -pthread -o $@

# Mutants: kernel/impl/ with one patch applied, to see the tests red. kernel/tests/mutants/<name>.patch
# becomes libkernel.a in $(B)/mutants/<name>/<flavour>/.
MUTANTS := $(patsubst kernel/tests/mutants/%.patch,%,$(wildcard kernel/tests/mutants/*.patch))

$(B)/mutants/%/src/kernel/tw.h: kernel/tests/mutants/%.patch $(KERNEL_DEPS) $(IMPLS:%=kernel/impl/%.c)
	$(call msg,PATCH,$(@D))
	$(Q)rm -rf $(@D) && mkdir -p $(@D) && cp -r kernel/impl $(@D)/ && cp kernel/tw.h $@
	$(Q)patch -s -p1 -F0 -d $(@D)/.. < $<

define kernel_mutant
$(B)/mutants/$(1)/$(2)/impl/%.o: $(B)/mutants/$(1)/src/kernel/tw.h $(B)/cc
	@mkdir -p $$(@D)
	$$(call msg,CC,$$@)
	$$(Q)$$(CC) $$(KERNEL_CFLAGS) $$(FLAVOUR_$(2)) $$(CFLAGS) \
		-c $(B)/mutants/$(1)/src/kernel/impl/$$*.c -o $$@
$(B)/mutants/$(1)/$(2)/libkernel.a: $(IMPLS:%=$(B)/mutants/$(1)/$(2)/impl/%.o) \
		$(B)/$(2)/gen/impls.o $(MACHINE:%=$(B)/$(2)/%.o)
	$$(call msg,AR,$$@)
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(foreach m,$(MUTANTS),$(foreach f,plain explore,$(eval $(call kernel_mutant,$(m),$(f)))))
$(B)/mutants/%/tw_test: $(TW_TEST_OBJS) $(B)/mutants/%/plain/libkernel.a $(B)/plain/libthreads.a
	$(link_tw_test)

# Threads and random operations, on every implementation in the list that claims to be correct.
STRESS := $(patsubst %.c,%,$(wildcard kernel/tests/stress/*.c))

$(B)/kernel/tests/stress: $(STRESS:%=$(B)/plain/%.o) $(B)/plain/libkernel.a $(B)/plain/libthreads.a
	@mkdir -p $(@D)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(KERNEL_CFLAGS) $(CFLAGS) $(LDFLAGS) $^ -o $@

$(B)/mutants/%/stress: $(STRESS:%=$(B)/plain/%.o) $(B)/mutants/%/plain/libkernel.a $(B)/plain/libthreads.a
	$(call msg,LINK,$@)
	$(Q)$(CC) $(KERNEL_CFLAGS) $(CFLAGS) $(LDFLAGS) $^ -o $@

# The program in three kinds of build, and over each mutant that it must find.
STRESS_MUTANTS := $(patsubst kernel/tests/mutants/%.patch,build/mutants/%/stress, \
	$(shell grep -lE '^Caught by:.*stress' kernel/tests/mutants/*.patch))
tests-stress: build/kernel/tests/stress $(STRESS_MUTANTS)
	@$(MAKE) SAN=address build/address/kernel/tests/stress
	@$(MAKE) SAN=thread build/thread/kernel/tests/stress

# ---- what people call ----

bench:
	@scripts/deps --install build libperf
	@scripts/deps --install bench || true
	@$(MAKE) all
	@$(B)/twbench run -p $(PROFILE) $(ARGS)

# The implementations of kernel/ against each other, in user space.
user-bench:
	@scripts/deps --install build libperf
	@$(MAKE) all
	@$(B)/twbench run $(subst _,-,$(filter user_%,$(DRIVERS))) -p $(PROFILE) $(ARGS)

test:
	@scripts/deps --install build libperf bench test
	@scripts/deps --install vm || true
	@scripts/deps --install page || true
	@$(MAKE) all tests
	@$(MAKE) SAN=address all tests-unit tests-kernel
	@$(MAKE) tests-stress
	@tests/run

tests: tests-unit tests-kernel tests-explore build/static/twbench $(INDEPENDENT:%=build/tests/independent/%) \
	build/kernel/tests/insns $(B)/tests/validate/validate
# The program first: a mutant that does not build must not leave an old one in place.
$(EXPLORE_MUTANTS): | build/kernel/tests/explore
tests-explore: build/kernel/tests/explore $(EXPLORE_MUTANTS)
tests-unit: $(UNITS:%=$(B)/tests/unit/%)
tests-kernel: $(B)/kernel/tests/tw_test

static: build/static/twbench

# Written even if a row misses: that is when it is read.
validate: $(B)/tests/validate/validate
	$(Q)mkdir -p build results/validation
	$(Q)code=0; $< > build/validation.md || code=$$?; \
	cat tests/validate/head.md build/validation.md tests/validate/tail.md > results/validation/README.md && \
	cat build/validation.md && exit $$code

# The journals that README and its figures are made of; and those. For pictures, `make plots`.
reference: all
	@scripts/deps --install bench || true
	@scripts/reference $(NAMES)
readme: all
	@scripts/deps --install bench || true
	@scripts/readme --all README.md

doctor: all
	@$(B)/twbench doctor

DIR ?= build/plots
plots: all
	@scripts/deps --install bench || true
	@journal='$(or $(JOURNAL),$(shell ls -t results/*.jsonl results/runs/*.jsonl 2>/dev/null | sed -n 1p))'; \
	[ "$$journal" ] || { echo 'plots: no journal in results/: JOURNAL=FILE, or `make bench`' \
		'first' >&2; exit 2; }; \
	echo "figures of $$journal" >&2; \
	$(B)/twbench plot -d '$(DIR)' $$journal $(ARGS)

compare cover: all
	@test -n "$(BASE)" && test -n "$(HEAD)" || \
		{ echo "make $@ BASE=JOURNAL HEAD=JOURNAL [ARGS=...]" >&2; exit 2; }
	@$(B)/twbench $@ '$(BASE)' '$(HEAD)' $(ARGS)

prefix ?= /usr/local
install: all
	install -D $(B)/twbench $(DESTDIR)$(prefix)/bin/twbench

clean:
	rm -rf build

help:
	@echo 'Targets'
	@echo '  bench         install what is missing, build, measure, print the tables (PROFILE=, ARGS=)'
	@echo '  user-bench    the implementations of kernel/ against each other in user space: needs no'
	@echo '                privilege and no kernel; ranks them, is no kernel time (PROFILE=, ARGS=)'
	@echo '  test          everything that this machine can test'
	@echo '  all           build only, into build/ (default)'
	@echo '  static        one static executable, build/static/twbench'
	@echo '  validate      simulate the decision rule, write the tables into results/validation/ (minutes)'
	@echo '  reference     measure the committed journals of results/reference/ again (a quarter of an hour)'
	@echo '  readme        make tables and figures of README from them again'
	@echo '  compare       BASE=a HEAD=b: better, worse or the same, of two journals; ARGS='
	@echo '  cover         BASE=a HEAD=b: the same as text for a mail; ARGS='
	@echo '  doctor        what this machine can measure, and what disturbs it'
	@echo '  plots         figures of JOURNAL (default: newest in results/) into DIR (build/plots)'
	@echo '  install       into $$(prefix)/bin'
	@echo '  clean         remove build/'
	@echo 'Variables'
	@echo '  PROFILE       smoke, quick (default) or full'
	@echo '  ARGS          further arguments of twbench run, e.g. ARGS="latency --rates 1000"'
	@echo '  SAN           address or thread: a sanitizer build in build/SAN'
	@echo '  NO_INSTALL=1  install nothing, list what is missing'
	@echo '  V=1           show the commands'
	@echo '  CC, CLANG, CFLAGS, LDFLAGS, PKG_CONFIG, prefix, DESTDIR'
	@echo '  TWBENCH_CACHE where libperf and guest kernels are kept (~/.cache/twbench)'

.PHONY: all bench user-bench test tests tests-unit tests-kernel tests-explore tests-stress static validate \
	reference readme compare cover doctor plots install clean help FORCE
.DELETE_ON_ERROR:
.SECONDARY:

# Objects see libperf's headers: a new libperf means new objects.
$(OBJS) $(B)/bench/main.o: build/libperf.mk $(B)/cc

$(VALIDATE): build/libperf.mk $(B)/cc

-include $(OBJS:.o=.d) $(VALIDATE:.o=.d) $(B)/bench/main.d $(wildcard $(B)/tests/unit/*.d)
