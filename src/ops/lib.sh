# shellcheck shell=bash
# Shell functions the scripts here and in tests/ share: who runs the servers,
# and how they are started without privileges.  Sourced, not run.

SOCKET_DIR_MAX=80	# a socket's whole path may have 107 bytes

# The newest PostgreSQL server's programs, which are not on the PATH.
if [ -z "${PG_BIN:-}" ]; then
	PG_BIN=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
fi

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# The user the servers run as: ourselves, or when called by root, nobody.
run_user() { if [ "$(id -u)" = 0 ]; then echo nobody; else id -un; fi; }

# Become that user and run a command with this environment, in this process.
exec_as_user()
{
	if [ "$(id -u)" = 0 ]; then
		exec setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups -- "$@"
	else
		exec "$@"
	fi
}

# The same in a process of its own.
as_user() { (exec_as_user "$@"); }

# Can that user use this directory?
can_reach() { as_user test -x "$1" -a -r "$1"; }

# Has a path only characters that need no quoting in nginx's and libpq's settings?
is_plain() { case $1 in *[!A-Za-z0-9/._+@-]*) return 1 ;; esac; }

# Can the servers keep their files and sockets in this directory, or in one
# that will be made there?
can_house()
{
	near=$1
	[ -d "$near" ] || near=$(dirname "$near")
	is_plain "$1" && [ ${#1} -le $SOCKET_DIR_MAX ] && can_reach "$near"
}

# A directory for state that the servers' user can reach, whose path is plain
# and short enough for sockets: DIR itself, else one below /var/tmp that DIR
# links to.  Prints its real path.
state_dir()
{
	mkdir -p "$(dirname "$1")" || die "$1: there is no place for it"
	parent=$(cd "$(dirname "$1")" && pwd -P)
	wanted=${parent%/}/$(basename "$1")
	# A link whose target is gone.
	[ ! -L "$wanted" ] || [ -d "$wanted" ] || rm -f "$wanted"
	if [ -L "$wanted" ]; then
		real=$(cd "$wanted" && pwd -P)
	elif can_house "$wanted"; then
		mkdir -p "$wanted" || die "$wanted: it can't be made; choose another VAR"
		real=$wanted
	else
		[ ! -e "$wanted" ] || rmdir "$wanted" 2>/dev/null ||
			die "$wanted: the servers can't work there; choose another VAR"
		real=$(mktemp -d /var/tmp/piste.XXXXXX)
		ln -s "$real" "$wanted"
		say "$wanted is a link to $real, which the servers can reach"
	fi
	[ "$(id -u)" != 0 ] || chown nobody: "$real"
	as_user chmod 0755 "$real" 2>/dev/null ||
		die "$wanted belongs to another user; choose another VAR"
	echo "$real"
}

# Does somebody listen on this TCP port of loopback?
port_is_taken() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
port_is_free() { ! port_is_taken "$1"; }

# A TCP port on loopback that nobody listens on now.
free_port()
{
	port=${1:-0}
	while :; do
		[ "$port" -gt 0 ] || port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 30000))
		port_is_taken "$port" || { echo "$port"; return; }
		port=0
	done
}

# Wait until a command succeeds: await SECONDS COMMAND…
await()
{
	until_s=$(($(date +%s) + $1)); shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$until_s" ] || return 1
		sleep 0.05
	done
}

# Does an HTTP server on a loopback port answer this path with 200?
answers_ok()
{
	{
		printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3
		read -r -t 5 _ status _ <&3
	} 3<>"/dev/tcp/127.0.0.1/$1" && [ "$status" = 200 ]
}

# Print a file with each @NAME@ replaced: fill FILE NAME=VALUE…
# A value must not hold | & or a backslash.
fill()
{
	template=$1; shift
	edits=()
	for pair; do edits+=(-e "s|@${pair%%=*}@|${pair#*=}|g"); done
	filled=$(sed "${edits[@]}" "$template")
	case $filled in
	*@[A-Z]*@*) die "$template: $(grep -o '@[A-Z_]*@' <<<"$filled" | head -n 1) has no value" ;;
	esac
	printf '%s\n' "$filled"
}

# "a, b c" as nginx's list of trusted proxies.
real_ip_lines()
{
	for proxy in ${1//,/ }; do printf 'set_real_ip_from %s; ' "$proxy"; done
}

# A name for the static files that changes with what they hold, so that they
# may be cached for ever.
static_url()
{
	hash=$(cd "$1" && find . -type f -print0 | sort -z | xargs -0 cat | sha256sum)
	echo "/static/v-${hash:0:12}"
}
