#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest's root file system. Sourced by scripts/vm, which provides die, $tmp, $here and $files.
# shellcheck disable=SC2154 # tmp, here, files

# make_initramfs COMMAND [ARG...]: writes $tmp/initramfs
make_initramfs() {
	local program file root=$tmp/root

	mkdir -p "$root"/{bin,sbin,dev,etc,proc,root,run,sys,tmp,usr/bin,vm/bin} || exit 1
	install -m 755 "$here/vm.d/init" "$root/init" || exit 1
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	put "$(command -v busybox)" /vm/busybox
	program=$(find_program "$1")
	[ -n "$program" ] || die 2 "no such command on this machine: '$1'"
	put "$program" "/bin/$(basename "$1")"
	for file in ${files[@]+"${files[@]}"}; do
		put_option "$file"
	done
	{
		printf 'exec'
		quote "/bin/$(basename "$1")" "${@:2}"
		echo
	} >"$root/vm/command"
	pack
}

find_program() {
	case $1 in
	*/*) [ ! -f "$1" ] || printf '%s' "$1" ;;
	*) type -P -- "$1" || { [ ! -f "$1" ] || printf '%s' "./$1"; } ;;
	esac
}

put_option() {
	local src=$1 dst

	# A name with a colon of its own is taken whole if such a file exists.
	if [ ! -e "$src" ] && [[ $src == *:* ]]; then
		dst=${src##*:}
		src=${src%:*}
	fi
	[ -e "$src" ] || die 2 "--file: '$src' does not exist"
	put "$src" "${dst:-/$(basename "$src")}"
}

# put SRC DST: a file or directory, and the shared libraries that it names
put() {
	local dst="$tmp/root/${2#/}"

	[[ $2 != */ ]] || dst+=$(basename "$1")
	if ! mkdir -p "$(dirname "$dst")" || ! cp -rLT --preserve=mode -- "$1" "$dst"; then
		die 1 "cannot copy '$1' for the guest"
	fi
	[ ! -f "$1" ] || put_libraries "$1"
}

put_libraries() {
	local lib libs

	[ -x "$1" ] && libs=$(LC_ALL=C ldd "$1" 2>/dev/null) || return 0
	[[ $libs != *'not found'* ]] ||
		die 1 "'$1' needs a library that is not here: $(grep -m1 'not found' <<<"$libs")"
	while read -r lib _; do
		install -D -m 755 "$lib" "$tmp/root$lib" || die 1 "cannot copy '$lib' for the guest"
	done < <(grep -oE '/[^ ]+ \(0x' <<<"$libs")
}

# Single quotes: all that the guest's shell understands for certain.
quote() {
	local word

	for word; do
		printf " '%s'" "${word//\'/\'\\\'\'}"
	done
}

# The same input gives the same bytes: guests that count instructions then repeat exactly.
pack() {
	if ! (
		set -o pipefail
		cd "$tmp/root" && find . -exec touch -h -d @0 {} + && find . -print0 |
			LC_ALL=C sort -z | cpio -0 -o -H newc --reproducible -R 0:0 --quiet
	) >"$tmp/initramfs"; then
		die 1 "cannot pack the guest's root file system"
	fi
	rm -rf "$tmp/root"
}
