import { followed } from '../parts/followed.ts';

/**
 * What every script begins with. POSIX sh and utilities, redis-cli, nothing else. Passwords reach redis-cli on its
 * standard input only: its words can be read by every user of the host. Answers are matched, never printed, since an
 * error of ACL SETUSER repeats the password.
 */
export const shellFunctions = `
REDIS_CLI=\${REDIS_CLI:-redis-cli}
REDIS_USER=\${REDIS_USER:-default}
PATIENCE=\${PATIENCE:-60}
BACKUP=keyward-$PLAN-$(date -u +%Y%m%dT%H%M%SZ)-$$
nl='
'
finished=no
WORK=$(mktemp -d)
ME=$(id -u)

say() { printf '%s\\n' "$*" >&2; }
fail() {
  say "FAILED: $*"
  exit 1
}

# What only root may do, by whoever runs this; sudo asks for nothing, so let it remember you (sudo -v) before.
as_root() {
  if [ "$ME" -eq 0 ]; then "$@"
  else sudo -n -- "$@"; fi
}

# Asks for what is not in the environment; nothing that is typed is shown. A secret is of letters that need no quotes.
secret() {
  eval "given=\\\${$1:-}"
  if [ -z "$given" ]; then
    printf '%s (%s): ' "$2" "$1" >&2
    [ ! -t 0 ] || stty -echo
    IFS= read -r given || given=
    [ ! -t 0 ] || stty echo
    say ''
  fi
  case $given in
    *[!A-Za-z0-9._~-]*) fail "$1: only letters, digits and . _ ~ - please" ;;
  esac
  [ "\${#given}" -ge 16 ] || fail "$1: at least 16 letters please"
  eval "$1=\\$given"
}

quoted_password() { printf '%s' "$1" | sed 's/[\\\\"]/\\\\&/g'; }

login() {
  case $1 in
    operator)
      if [ -z "\${REDIS_PASSWORD:-}" ]; then printf 'PING\\n'
      elif [ "$REDIS_USER" = default ]; then printf 'AUTH "%s"\\n' "$(quoted_password "$REDIS_PASSWORD")"
      else printf 'AUTH "%s" "%s"\\n' "$REDIS_USER" "$(quoted_password "$REDIS_PASSWORD")"; fi
      ;;
    *) plan_login "$1" ;;
  esac
}

# The command is on standard input; gives what the server answers. As whoever is still let in.
ask() {
  command=$(cat)
  for who in $LOGINS; do
    reply=$({
      login "$who"
      printf '%s\\n' "$command"
    } | redis_cli 2>&1) || continue
    case $reply in
      OK"$nl"* | PONG"$nl"*)
        printf '%s\\n' "\${reply#*"$nl"}"
        return 0
        ;;
    esac
  done
  return 1
}

# The same, where only OK will do.
tell() {
  answer=$(ask) || fail 'the server does not answer, or does not let us in'
  case $answer in
    OK | '(integer) '*) ;;
    *) fail "the server refused it: \${answer%%[!A-Za-z ()]*}" ;;
  esac
}

# The value of a setting, in quotes as the server reads it again.
setting() {
  value=$(printf 'CONFIG GET "%s"\\n' "$1" | ask | sed -n 's/^2) //p')
  [ -n "$value" ] || fail "$1 cannot be read"
  printf '%s\\n' "$value"
}

# The line of a user as ACL LIST has it; nothing where there is none.
user_line() {
  lines=$(printf 'ACL LIST\\n' | ask) || fail 'users cannot be read'
  line=$(printf '%s\\n' "$lines" | NAME=$1 awk '{
    sub(/^ *[0-9]+\\) "/, ""); sub(/"$/, "")
    if (index($0, "user " ENVIRON["NAME"] " ") == 1) print
  }')
  case $line in
    *\\\\*) fail "the rules of $1 have letters that a script cannot put back" ;;
  esac
  printf '%s\\n' "$line"
}

restore_user() {
  if [ -z "$2" ]; then printf 'ACL DELUSER "%s"\\n' "$1" | tell
  else printf 'ACL SETUSER "%s" reset %s\\n' "$1" "\${2#user "$1" }" | tell; fi
}

# Whether our own account sees what is there, or that nothing is.
sees() {
  nearest=$(dirname "$1")
  until [ -e "$nearest" ]; do nearest=$(dirname "$nearest"); done
  [ -x "$nearest" ]
}
look() {
  if [ "$ME" -eq 0 ] || sees "$1"; then shift && "$@"
  else shift && as_root "$@"; fi
}
there() {
  [ "$ME" -eq 0 ] || sees "$1" || as_root true || fail "$1 cannot be looked at"
  look "$1" test -e "$1"
}
${followed}
may_replace() {
  where=$(dirname "$1")
  [ -w "$where" ] && [ -x "$where" ] && { [ ! -e "$1" ] || [ "$(owner_of "$1")" = "$ME" ]; }
}
# By our own account where it may, and the file is its own: a copy that it makes of another's would be its own too.
beside() {
  if [ "$ME" -eq 0 ] || may_replace "$1"; then shift && "$@"
  else shift && as_root "$@"; fi
}
# A name that nobody knows before, so that no link waits there.
new_beside() { beside "$1" mktemp "$1.$BACKUP.XXXXXX" </dev/null; }
# half FILE NEW WHY: what is half made goes away.
half() {
  [ -z "$2" ] || beside "$1" rm -f "$2"
  fail "$3"
}

# Files: a copy beside it first; the new one takes its place in one step, with owner and mode as they were.
back_up() {
  file=$(followed "$1") || exit 1
  there "$file" || return 0
  copy=$(new_beside "$file") && beside "$file" cp -p "$file" "$copy" ||
    half "$file" "$copy" "$1 cannot be copied"
  printf '%s\\n' "$copy"
}

restore_file() {
  file=$(followed "$1") || return 1
  if [ -z "$2" ]; then beside "$file" rm -f "$file"
  else
    new=$(beside "$2" mktemp "$file.$BACKUP.XXXXXX") &&
      beside "$2" cp -p "$2" "$new" && beside "$2" mv -f "$new" "$file" ||
      half "$2" "$new" "$1 cannot be written"
  fi
}

# The copies stay; they may hold secrets, whatever the mode of the file was.
close_copy() {
  [ -z "$1" ] || { look "$1" test ! -L "$1" && beside "$1" chmod go= "$1"; } || say "STILL READABLE BY OTHERS: $1"
}

rewrite() {
  file=$(followed "$1") || exit 1
  look "$file" test -f "$file" || fail "$1 is not there, or no file"
  new=$(new_beside "$file") &&
    beside "$file" cat "$file" >"$WORK/was" &&
    awk "$2" "$WORK/was" >"$WORK/new" &&
    beside "$file" cp -p "$file" "$new" &&
    beside "$file" tee "$new" <"$WORK/new" >/dev/null &&
    beside "$file" mv -f "$new" "$file" || half "$file" "$new" "$1 cannot be written"
}

# edit_conf FILE WHAT NAMES BEGINNING: the new lines are on standard input.
edit_conf() {
  LINES=$(cat)
  export LINES
  WHAT=$2 NAMES=" $3 " BEGINNING=$4 rewrite "$1" '
    function lines_from(from, i) { for (i = from; i <= wanted; i++) print line[i] }
    BEGIN { wanted = ENVIRON["LINES"] == "" ? 0 : split(ENVIRON["LINES"], line, "\\n") }
    {
      text[NR] = $0
      word = tolower($1); gsub(/"/, "", word)
      rest = $0; sub(/^[ \\t]*[^ \\t]+[ \\t]*/, "", rest); gsub(/"/, "", rest)
      begins = ENVIRON["BEGINNING"]
      fits = begins == "" || index(rest " ", begins " ") == 1
      if (word !~ /^#/ && word != "" && index(ENVIRON["NAMES"], " " word " ") && fits) { hit[NR] = 1; last = NR; hits++ }
    }
    END {
      what = ENVIRON["WHAT"]
      for (n = 1; n <= NR; n++) {
        if (!hit[n]) print text[n]
        else if (what == "comment-out") print "# " text[n]
        else if (what == "append") print text[n]
        else if (what == "set") print (n == last ? line[1] : text[n])
        else if (what == "replace" && ++used <= wanted) print line[used]
        if (n == last && what == "append") lines_from(1)
        if (n == last && what == "replace") lines_from(used + 1)
      }
      if (!hits && (what == "set" || what == "append" || what == "replace")) lines_from(1)
    }'
}

keep_user() {
  LINE=$(user_line "$2")
  [ -n "$LINE" ] || fail "there is no user $2 to keep"
  export LINE
  NAME=$2 rewrite "$1" '
    tolower($1) == "user" && ($2 == ENVIRON["NAME"] || $2 == "\\"" ENVIRON["NAME"] "\\"") {
      if (!done) print ENVIRON["LINE"]
      done = 1
      next
    }
    { print }
    END { if (!done) print ENVIRON["LINE"] }'
}

# write_file PATH MODE OWNER: the text is on standard input.
write_file() {
  file=$(followed "$1" </dev/null) || exit 1
  into=$(dirname "$file")
  [ -d "$into" ] || (umask 022 && { mkdir -p "$into" 2>/dev/null || as_root mkdir -p "$into" </dev/null; })
  new=$(new_beside "$file") &&
    beside "$file" tee "$new" >/dev/null && beside "$file" chmod "$2" "$new" ||
    half "$file" "$new" "$1 cannot be written"
  [ -z "$3" ] || as_root chown -h "$3" "$new" || half "$file" "$new" "$1 cannot be given to $3"
  beside "$file" mv -f "$new" "$file"
}

# Of what a link leads to: that is what is changed. Elsewhere than on Linux, stat has other words.
access_of() {
  file=$(followed "$1") || exit 1
  look "$file" stat -L -c '%a %u:%g' "$file" 2>/dev/null || look "$file" stat -L -f '%Lp %u:%g' "$file"
}
# set_access FILE OWNER MODE: either may be empty.
set_access() {
  file=$(followed "$1") || exit 1
  { [ -z "$2" ] || chown -h "$2" "$file" 2>/dev/null || as_root chown -h "$2" "$file"; } &&
    { [ -z "$3" ] || chmod "$3" "$file" 2>/dev/null || as_root chmod "$3" "$file"; }
}
restore_access() { set_access "$1" "\${2#* }" "\${2% *}"; }

await_answer() {
  waited=0
  until printf 'PING\\n' | ask >/dev/null 2>&1; do
    [ "$waited" -lt "$PATIENCE" ] || fail 'the server does not answer'
    waited=$((waited + 1))
    sleep 1
  done
}

# Others than ourselves: as a user, or on a port.
others() {
  listed=$(printf 'CLIENT SETNAME keyward-plan\\nCLIENT LIST\\n' | ask) || fail 'clients cannot be listed'
  printf '%s\\n' "$listed" | WORD=$1 VALUE=$2 awk '
    {
      count = split($0, client, /\\\\n/)
      for (i = 1; i <= count; i++) {
        if (client[i] !~ /id=[0-9]/ || client[i] ~ / name=keyward-plan /) continue
        if (ENVIRON["WORD"] == "user" && index(client[i] " ", " user=" ENVIRON["VALUE"] " ")) found++
        if (ENVIRON["WORD"] == "port" && client[i] !~ / laddr=/) found++
        if (ENVIRON["WORD"] == "port" && client[i] ~ (" laddr=[^ ]*:" ENVIRON["VALUE"] " ")) found++
      }
    }
    END { print found + 0 }'
}

await_unused() {
  waited=0
  while count=$(others "$1" "$2") && [ "$count" != 0 ]; do
    [ "$waited" -lt "$PATIENCE" ] || fail "$1 $2 is still used by $count connections"
    waited=$((waited + 1))
    sleep 1
  done
}

# Somebody tries to log in, with the line on standard input: is PING answered?
gets_in() {
  answer=$({
    cat
    printf 'PING\\n'
  } | redis_cli 2>&1)
  case $answer in
    OK"$nl"PONG | PONG"$nl"PONG) return 0 ;;
  esac
  return 1
}

finish() {
  status=$?
  trap - EXIT HUP INT TERM
  [ ! -t 0 ] || stty echo
  if [ "$finished" != yes ]; then
    set +e
    say 'putting everything back'
    undo
    [ "$status" -ne 0 ] || status=1
  fi
  close_copies
  rm -rf "$WORK"
  exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
`;
