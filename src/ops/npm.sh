# shellcheck shell=bash
# How lists that npm has are fetched when building.  Sourced, not run; wants
# lib.sh before it.

FETCH_SECONDS_MAX=30

# go_without WHAT WHY DIR LIST…
go_without()
{
	what=$1 why=$2 dir=$3; shift 3
	if [ -e "$dir/package.json" ]; then
		say "$what: $why: the list of before is compiled in"
	else
		say "$what: $why: ONLY OUR OWN SHORT LIST is compiled in; the next make tries again"
		for list; do
			[ -e "$dir/$list" ] || echo '[]' >"$dir/$list"
		done
	fi
}

# Fetches the one package that src/ops/WHAT-data pins into DIR, once:
#   fetch_package WHAT DIR PACKAGE LIST.json…
# Without npm or its registry the lists in DIR are those fetched before, else
# empty: the build then goes on with our own, and the next one tries again.
fetch_package()
{
	what=$1 package=node_modules/$3
	pinned=$(cd "$(dirname "$0")/$what-data" && pwd -P)
	mkdir -p "$2"
	dir=$(cd "$2" && pwd -P)
	shift 3
	# The lock file is put beside what it named, once that is whole.
	! cmp -s "$pinned/package-lock.json" "$dir/package-lock.json" || return 0
	command -v npm >/dev/null || {
		go_without "$what" 'npm is not installed' "$dir" "$@"
		return
	}
	say "$what: fetching ${package#*/} by npm, once"
	work=$(mktemp -d "$dir/fetch.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	cp "$pinned/package.json" "$pinned/package-lock.json" "$pinned/.npmrc" "$work/"
	# npm has a page to say about a registry it can't reach, at every make.
	(cd "$work" && timeout "$FETCH_SECONDS_MAX" npm ci --ignore-scripts --no-audit \
		--no-fund --no-update-notifier --loglevel=error) >"$work/said" 2>&1 || {
		code=$(sed -n 's/^npm error code //p' "$work/said")
		go_without "$what" "npm could not fetch it (${code:-no answer})" "$dir" "$@"
		return
	}
	for file in LICENSE package.json "$@"; do
		[ -e "$work/$package/$file" ] || continue
		chmod 0644 "$work/$package/$file"
		mv "$work/$package/$file" "$dir/"
	done
	mv "$work/package-lock.json" "$dir/"
	# The registry's files are as old as the release.
	for list; do touch "$dir/${list##*/}"; done
}
