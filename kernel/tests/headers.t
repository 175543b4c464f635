#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# The implementations compile against the headers of a real kernel, without a warning: what the shim
# offers under a kernel name is what the kernel has. KDIR is a prepared kernel build directory.
. "$(dirname "$0")/../../tests/lib.sh"

kdir=${KDIR:-/lib/modules/$(uname -r)/build}

reason=
[ -f "$kdir/include/generated/autoconf.h" ] ||
	reason="no headers of a kernel in $kdir (package linux-headers-...; KDIR names another)"
# bpf_map_kmalloc_nolock(), and what it stands on.
release=$(cat "$kdir/include/config/kernel.release" 2>/dev/null)
[ -n "$reason" ] || [ "$(printf '7.0\n%s\n' "$release" | sort -V | head -n 1)" = 7.0 ] ||
	reason="Linux $release: 7.0 is the first with all the names"

mkdir "$T/kernel"
cp -r kernel/impl kernel/tw.h "$T/kernel/"
# What no header declares.
cat >"$T/glue.h" <<'END'
#include <linux/bpf.h>
struct task_struct *bpf_task_acquire(struct task_struct *p);
void bpf_task_release(struct task_struct *p);
void *map_key_from_value(struct bpf_map *map, void *value, u32 *idx);
END
# shellcheck disable=SC2016
echo 'ccflags-y := -Werror -include $(src)/glue.h' >"$T/Kbuild"
for file in kernel/impl/*.c; do
	object=${file%.c}.o
	echo "obj-m += $object" >>"$T/Kbuild"
	if [ -n "$reason" ]; then
		skip "$file" "$reason"
	else
		check "$file" make -C "$kdir" M="$T" "$object"
	fi
done
finish
