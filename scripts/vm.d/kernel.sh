#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guest kernels: Debian's cloud kernels, fetched with an apt configuration of our own.
# Sourced by scripts/vm, which provides say, die, run_child and $tmp.
# shellcheck disable=SC2154 # tmp

suites='trixie-backports trixie sid'
cache=$(realpath -m "${TWBENCH_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/twbench}/kernels")

kernel_list() {
	local dir

	for dir in "$cache"/*/; do
		[ -f "$dir/vmlinuz" ] || continue
		printf '%s\t%s\t%s\n' "$(basename "$dir")" "$(cat "$dir/release")" "${dir}vmlinuz"
	done
}

# kernel_path NAME|FILE: sets vmlinuz, an absolute path.
kernel_path() {
	case $1 in
	*/*)
		[ -f "$1" ] || die 2 "--kernel: no such file: '$1'"
		[ -r "$1" ] || die 2 "--kernel: cannot read '$1'"
		vmlinuz=$(readlink -f "$1")
		return
		;;
	esac
	[[ $1 =~ ^[0-9]+(\.[0-9]+)*$ ]] ||
		die 2 "--kernel: '$1' is neither a version (7, 6.18) nor a path with a slash"
	vmlinuz=$cache/$1/vmlinuz
	[ -f "$vmlinuz" ] && return
	kernel_fetch "$1"
}

cannot_fetch() {
	die 77 "cannot fetch kernel $1: $2; use --kernel /path/to/bzImage"
}

# One fetch at a time; whoever waited finds the other's result.
kernel_fetch() {
	local tool

	for tool in apt-get apt-cache apt-config dpkg-deb tar flock; do
		command -v "$tool" >/dev/null || cannot_fetch "$1" "$tool is not installed"
	done
	mkdir -p "$cache" 2>/dev/null || cannot_fetch "$1" "cannot write to $cache"
	exec 9>"$cache/.lock" || cannot_fetch "$1" "cannot write to $cache"
	run_child flock 9 || cannot_fetch "$1" "cannot lock $cache/.lock"
	if [ ! -f "$vmlinuz" ]; then
		say "fetching the newest Debian cloud kernel $1"
		fetch_from_suites "$1"
	fi
	exec 9>&-
}

fetch_from_suites() {
	local suite

	apt_private "$1"
	for suite in $suites; do
		apt_suite "$suite" || continue
		fetch_newest "$1" && return
	done
	cannot_fetch "$1" "no such kernel could be had from the Debian mirror of apt's sources"
}

# The system's hooks (apt.conf.d) stay out, its Acquire settings (proxies) stay.
apt_private() {
	local apt=$tmp/apt

	mirror=${TWBENCH_MIRROR:-$(apt-get --print-uris update 2>/dev/null |
		sed -n "s#^'\([^']*\)/dists/[^']*/InRelease'.*#\1#p" |
		grep -E '/debian(\.list)?/?$' | head -n 1)}
	[ -n "$mirror" ] ||
		cannot_fetch "$1" "apt's sources name no Debian mirror (TWBENCH_MIRROR can)"
	mkdir -p "$apt/empty" "$apt/lists/partial" "$apt/cache/archives/partial" || exit 1
	: >"$apt/status"
	apt-config dump Acquire >"$apt/conf"
	cat >>"$apt/conf" <<END
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
APT::Sandbox::User "root";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "$apt/empty";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
END
	export APT_CONFIG=$apt/conf
}

apt_suite() {
	local ring=/usr/share/keyrings/debian-archive-keyring.gpg options='arch=amd64'

	[ ! -r "$ring" ] || options+=" signed-by=$ring"
	echo "deb [$options] $mirror $1 main" >"$tmp/apt/sources.list"
	run_child apt-get -qq update >"$tmp/apt/log" 2>&1
}

# Newest first; a package that the index names but the archive lost makes way for the next.
fetch_newest() {
	local package names

	names=$(apt-cache pkgnames linux- |
		grep -E "^linux-(binary|image)-${1//./\\.}[.-][^ ]*-cloud-amd64\$" |
		sed 's/^linux-\(binary\|image\)-\(.*\)/\2 \1/' | sort -k1,1Vr -k2,2 | head -n 6 |
		sed 's/\(.*\) \(.*\)/linux-\2-\1/')
	for package in $names; do
		fetch_package "$1" "$package" && return
	done
	return 1
}

# Under the lock, so one name for the new directory is enough; the rename makes it whole or absent.
# Some releases keep vmlinuz in linux-image, others in linux-binary with its config in linux-base.
fetch_package() {
	local name=$1 release=${2#linux-*-} new=$cache/.new

	unpack "$2" || return
	find_one 'vmlinuz*' >/dev/null || return
	find_one 'config*' >/dev/null || unpack "linux-base-$release"
	rm -rf "$new"
	mkdir "$new" || cannot_fetch "$name" "cannot write to $cache"
	if cp "$(find_one 'vmlinuz*')" "$new/vmlinuz" && echo "$release" >"$new/release" &&
		{ ! find_one 'config*' >/dev/null || cp "$(find_one 'config*')" "$new/config"; } &&
		sync "$new"/* && rm -rf "${cache:?}/$name" && mv -T "$new" "$cache/$name"; then
		return
	fi
	rm -rf "$new"
	cannot_fetch "$name" "cannot write to $cache"
}

find_one() {
	find "$tmp/apt/x" -type f -name "$1" -print -quit | grep .
}

unpack() {
	local get=$tmp/apt/get

	rm -rf "$get" && mkdir -p "$get" "$tmp/apt/x" || return
	(cd "$get" && exec apt-get -qq download "$1") >>"$tmp/apt/log" 2>&1 &
	child=$!
	wait "$child" || { child=; return 1; }
	child=
	# tar reports the pattern that matches nothing; find_one decides.
	dpkg-deb --fsys-tarfile "$get"/*.deb |
		tar -x -C "$tmp/apt/x" --wildcards '*/vmlinuz*' '*/config*' 2>/dev/null
	return 0
}
