/**
 * `followed PATH` prints what a path leads to, in POSIX sh. A link, or a folder on the way, that neither root nor we made
 * and that leads to what is not its maker's, is no honest one: whoever may write into the folder of a server must not
 * choose which file of the host we change. The same rule as that of apply; but sh cannot hold a file open while it looks, so
 * a link that is made between the look and the change is not seen: apply is the way where an account may be hostile. It asks for `look FILE command…` and `fail`.
 */
export const followed = `owner_of() { look "$1" stat -c %u "$1" 2>/dev/null || look "$1" stat -f %u "$1"; }
honest() {
  maker=$(owner_of "$1") || fail "$1 cannot be looked at"
  case $maker in
    0 | "$(id -u)") return 0 ;;
  esac
  leads=$(look "$1" stat -L -c %u "$1" 2>/dev/null || look "$1" stat -L -f %u "$1" 2>/dev/null) || leads=none
  [ "$maker" = "$leads" ] || fail "$1 is a link that its maker could not follow: not touched"
}
followed() {
  at=$1
  links=0
  while :; do
    above=$(dirname "$at")
    until [ "$above" = / ] || [ "$above" = . ]; do
      ! look "$above" test -L "$above" || honest "$above"
      above=$(dirname "$above")
    done
    look "$at" test -L "$at" || break
    honest "$at"
    links=$((links + 1))
    [ "$links" -le 40 ] || fail "$1: too many links"
    to=$(look "$at" readlink "$at") || fail "$at cannot be read"
    case $to in
      /*) at=$to ;;
      *) at=$(dirname "$at")/$to ;;
    esac
  done
  printf '%s\\n' "$at"
}
`;

/** The same in a script of its own: for root, or whoever may look. */
export const followedAlone = `fail() {
  printf '%s\\n' "$*" >&2
  exit 1
}
look() { shift && "$@"; }
${followed}`;
