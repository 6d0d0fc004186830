/**
 * What we run on the other host: POSIX sh with the programs that coreutils and busybox have in common (cat, chmod,
 * chown, dd, find, head, id, mv, readlink, rm, stat, sync). Each script is one word of a command line, its values are the
 * words after it, file contents come on standard input: nothing is ever put into the text of a script.
 *
 * Files are often in folders that the server's account may write into, and we may be root. So a new file is made
 * with O_EXCL under a name nobody can guess, and from then on touched through its open descriptor
 * (`/proc/self/fd/3`): whoever swaps the name for a link to /etc/shadow gains nothing. For the same reason a
 * symbolic link is followed only where root, we, or the owner of the file behind it made it.
 */

/** How a script ends when it is not 0. */
export const ends = {
  isFolder: 21,
  tooLarge: 27,
  loop: 40,
  absent: 44,
  cutShort: 61,
  forbidden: 77,
} as const;

/**
 * Frames all others: the first line of both outputs is the marker (what a login shell's start files print stands
 * before it), the last of standard error is the marker and the status. Without that last line the connection broke.
 */
export const frame = (body: string): string => `
LC_ALL=C; export LC_ALL
PATH=\${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin; export PATH
marker=$1; shift
printf '%s\\n' "$marker"; printf '%s\\n' "$marker" >&2
( ${body}
)
status=$?
printf '\\n%s %s\\n' "$marker" "$status" >&2
exit 0
`;

/** Leaves with `absent` if there is no such file for sure, with `forbidden` if we may not look. */
const functions = `
missing() {
  up=\${1%/*}
  until [ -d "\${up:-/}" ]; do up=\${up%/*}; done
  if [ -x "\${up:-/}" ]; then exit ${ends.absent}; fi
  exit ${ends.forbidden}
}
mayChange() {
  # Root may; if it cannot, the reason is another one, and its program will say it.
  [ "$(id -u)" = 0 ] || { [ -w "$folder" ] && [ -x "$folder" ]; } || exit ${ends.forbidden}
}
synced() { sync "$1" 2>/dev/null || sync 2>/dev/null || printf 'not synced\\n'; }
follow() {
  path=$1 hops=0
  while [ -L "$path" ]; do
    hops=$((hops + 1))
    [ "$hops" -le 40 ] || exit ${ends.loop}
    maker=$(stat -c %u "$path") || exit 1
    if [ "$maker" != 0 ] && [ "$maker" != "$(id -u)" ] && [ "$maker" != "$(stat -L -c %u "$path" 2>/dev/null)" ]; then
      printf 'the symbolic link %s belongs to another account than the file behind it\\n' "$path" >&2
      exit 1
    fi
    to=$(readlink "$path" && printf x) || exit 1
    to=\${to%?x}
    case $to in /*) path=$to ;; *) path=\${path%/*}/$to ;; esac
  done
  folder=\${path%/*}
  folder=\${folder:-/}
}
`;

/** → uid, groups, and whether words come through whole. */
export const greet = `printf '%s\\n' "$1"; id -u; id -G`;

/** path, most bytes → a line `mode uid gid size`, and the file. */
export const read = `${functions}
[ -e "$1" ] || missing "$1"
[ -d "$1" ] && exit ${ends.isFolder}
[ -f "$1" ] || { printf 'not a file\\n' >&2; exit 1; }
[ -r "$1" ] || exit ${ends.forbidden}
exec 3<"$1"
open=/proc/self/fd/3
[ -e "$open" ] || open=$1
facts=$(stat -L -c '%a %u %g %s' "$open") || exit 1
[ "\${facts##* }" -le "$2" ] || exit ${ends.tooLarge}
printf '%s\\n' "$facts"
head -c "$(($2 + 1))" <&3`;

/** path, random word, size, mode, uid, gid; the file on standard input → `not synced` where that failed. */
export const write = `${functions}
follow "$1"
[ -d "$path" ] && exit ${ends.isFolder}
if [ -e "$path" ]; then
  [ -f "$path" ] || { printf 'not a file\\n' >&2; exit 1; }
elif [ ! -d "$folder" ]; then
  ( missing "$path" )
  [ $? = ${ends.absent} ] || exit ${ends.forbidden}
  printf 'no such folder: %s\\n' "$folder" >&2
  exit ${ends.absent}
fi
mayChange
# What a killed shell left behind, an hour ago or earlier: nobody is still at it.
for left in "$folder"/.keyward-*; do
  if [ -f "$left" ] && [ -n "$(find "$left" -mmin +60 2>/dev/null)" ]; then rm -f "$left"; fi
done
new=$folder/.keyward-$2
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM PIPE
umask 077
set -C
exec 3>"$new"
set +C
open=/proc/self/fd/3
[ -e "$open" ] || open=$new
cat >&3 || exit 1
[ "$(stat -L -c %s "$open")" = "$3" ] || exit ${ends.cutShort}
[ "$(stat -L -c '%u %g' "$open")" = "$5 $6" ] || chown "$5:$6" "$open" || exit 1
chmod "$4" "$open" || exit 1
dd if=/dev/null conv=notrunc,fsync >&3 2>/dev/null || synced "$open"
exec 3>&-
mv -f "$new" "$path" || exit 1
trap - EXIT
synced "$folder"`;

/** path → nothing. */
export const remove = `${functions}
[ -e "$1" ] || [ -L "$1" ] || missing "$1"
[ -d "$1" ] && [ ! -L "$1" ] && exit ${ends.isFolder}
folder=\${1%/*}
folder=\${folder:-/}
mayChange
rm -f "$1" || exit 1
synced "$folder"`;

/** path → `mode uid gid`. */
export const access = `${functions}
[ -e "$1" ] || missing "$1"
stat -L -c '%a %u %g' "$1"`;

/** path, mode or empty, uid or empty, gid or empty. */
export const setAccess = `${functions}
follow "$1"
[ -e "$path" ] || missing "$path"
open=$path
if [ -r "$path" ] && { [ -f "$path" ] || [ -d "$path" ]; }; then
  exec 3<"$path"
  [ -e /proc/self/fd/3 ] && open=/proc/self/fd/3
fi
facts=$(stat -L -c '%a %u %g' "$open") || exit 1
mode=\${facts%% *}
owner=\${facts#* }
uid=\${3:-\${owner% *}}
gid=\${4:-\${owner#* }}
[ "$owner" = "$uid $gid" ] || chown "$uid:$gid" "$open" || exit 1
[ "$facts" = "\${2:-$mode} $uid $gid" ] || chmod "\${2:-$mode}" "$open" || exit 1
synced "$path"`;

/** name of an account → uid, gid. */
export const account = `id -u "$1" && id -g "$1"`;

/** name of a group → gid. */
export const group = `
if command -v getent >/dev/null 2>&1; then
  line=$(getent group "$1") || exit 0
  line=\${line#*:*:}
  printf '%s\\n' "\${line%%:*}"
else
  while IFS=: read -r name _ gid _; do
    [ "$name" = "$1" ] && { printf '%s\\n' "$gid"; exit 0; }
  done </etc/group
  exit 0
fi`;

/** A program and its words. A subshell's exec looks for a program only: no builtin, no function. */
export const run = `exec "$@"`;
export const runAsRoot = `exec sudo -n -- "$@"`;

/** path → `own` where we may replace the file and keep its owner, else `root`. */
export const rights = `${functions}
follow "$1"
[ -w "$folder" ] && [ -x "$folder" ] || { printf 'root\\n'; exit 0; }
[ "$(id -u)" = 0 ] && { printf 'own\\n'; exit 0; }
[ -e "$path" ] || { printf 'own\\n'; exit 0; }
[ "$(stat -c %u "$path")" = "$(id -u)" ] || { printf 'root\\n'; exit 0; }
gid=$(stat -c %g "$path")
case " $(id -G) " in *" $gid "*) printf 'own\\n' ;; *) printf 'root\\n' ;; esac`;
