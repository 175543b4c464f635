#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# A full disk, and a read-only one. Both are mounted in a mount namespace that ends with this test.
if [ -z "${TW_TEST_NS-}" ] && unshare -m true 2>/dev/null; then
	TW_TEST_NS=1 exec unshare -m --propagation private "$0" "$@"
fi
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

disk=$T/disk
mkdir "$disk"
if [ -z "${TW_TEST_NS-}" ] || ! mount -t tmpfs -o size=24k tmpfs "$disk" 2>/dev/null; then
	skip "full disk" "cannot mount a tmpfs: run as root"
	finish
fi

trap 'umount "$disk"; rm -rf "$T"' EXIT

# Something else fills the disk but for two or three pages.
ballast() { head -c "$1" /dev/zero >"$disk/ballast"; }

ballast 16k
tw "${NOP[@]}" -n 12 -o "$disk/journal"
expect "the disk fills up in the middle" 6 "$disk/journal.*No space left.*--resume"
check "one line of error" test "$(grep -c 'No space left' "$T/err")" = 1
has_no "and no other" "$T/err" 'standard output|Bad file|report:'
measured=$(grep -c '"sample"' "$disk/journal")
holds "what was measured is readable" "$disk/journal" \
	"$measured samples, 0 skips, 0 errors, incomplete"
check "it is something" test "$measured" -ge 1 -a "$measured" -lt 12
tw report "$disk/journal"
expect "report reads it, and warns" 0 "$disk/journal is incomplete"

tw run --resume -q -o "$disk/journal"
# Whether one more line still fits decides between "unusable" and "in the middle".
case $code in
2 | 6) expect "--resume while it is still full" "$code" 'No space left' ;;
*) fail "--resume while it is still full" "exit code $code, expected 2 or 6" ;;
esac
check "nothing was lost" test "$(grep -c '"sample"' "$disk/journal")" -ge "$measured"
tw report "$disk/journal"
expect "report still reads it" 0

rm "$disk/ballast"
tw run --resume -q -o "$disk/journal"
expect "--resume after making room" 0
holds "each sample once" "$disk/journal" "12 samples, 0 skips, 0 errors, complete"

# Not even the header: there is nothing to resume, so the same command must work later.
rm "$disk/journal"
ballast 24k
tw "${NOP[@]}" -n 1 -o "$disk/journal"
refused "no room for the header" 2 "$disk/journal.*No space left"
has_no "nothing to resume is promised" "$T/err" 'resume'
rm "$disk/ballast"
tw "${NOP[@]}" -n 1 -q -o "$disk/journal"
expect "the same command after making room" 0
holds "its journal" "$disk/journal" "1 samples, 0 skips, 0 errors, complete"

mount -o remount,ro "$disk"
tw "${NOP[@]}" -n 1 -o "$disk/readonly"
refused "a read-only file system" 2 "$disk/readonly.*Read-only"
head -n 2 "$disk/journal" >"$T/part"
umount "$disk"
mount -t tmpfs tmpfs "$disk"
cp "$T/part" "$disk/part"
mount -o remount,ro "$disk"
tw run --resume -o "$disk/part"
refused "--resume on a read-only file system" 2 "$disk/part.*Read-only"

finish
