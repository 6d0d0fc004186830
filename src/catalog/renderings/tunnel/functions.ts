/**
 * What both scripts begin with: POSIX sh. `FORM` names what is ours: a table of nftables, a unit, files that carry the
 * mark. Nothing of others is overwritten or removed. The table is a part of the rules of its own, that only refuses:
 * whatever other rules accept, they stay as they are.
 */
export const tunnelFunctions = `
PATIENCE=\${PATIENCE:-60}
ANYWAY=\${ANYWAY:-no}
LET_IN=\${LET_IN:-}
MARK='Made by Keyward'
RULES=/etc/keyward/$FORM.nft
UNIT=keyward-$FORM.service

say() { printf '%s\\n' "$*" >&2; }
fail() {
  say "FAILED: $*"
  exit 1
}
has_systemd() { [ -d /run/systemd/system ]; }
needs() { command -v "$1" >/dev/null || fail "$1 is not here: install $2"; }

# Which of the hosts this is: by its addresses, or as HOST in the environment says.
this_host() {
  [ -z "\${HOST:-}" ] || {
    printf '%s\\n' "$HOST"
    return
  }
  for one in $HOSTS; do
    if [ -n "$(ip -o addr show to "$one")" ]; then
      printf '%s\\n' "$one"
      return
    fi
  done
  fail "this host has none of these addresses; say HOST=… which one it is: $HOSTS"
}

# put PATH MODE: the text is on standard input. A file of others stays, and ours is never half.
put() {
  [ ! -e "$1" ] || grep -q "$MARK" "$1" || fail "$1 is there already, and is not ours"
  (umask 022 && mkdir -p "$(dirname "$1")")
  if ! { (umask 077 && cat >"$1.new") && chmod "$2" "$1.new" && mv -f "$1.new" "$1"; }; then
    fail "$1 cannot be written"
  fi
}
take_away() {
  for path in "$@"; do
    if [ -e "$path" ] && grep -q "$MARK" "$path"; then rm -f "$path"; fi
  done
}

# until_none FUNCTION WHAT: waits until it prints nothing any more.
until_none() {
  waited=0
  while left=$("$1") && [ -n "$left" ]; do
    if [ "$ANYWAY" = yes ]; then
      say "$2, and ANYWAY=yes says to go on:"
      say "$left"
      return
    fi
    if [ "$waited" -ge "$PATIENCE" ]; then
      say "$left"
      fail "$2: nothing was changed"
    fi
    waited=$((waited + 1))
    sleep 1
  done
}

# Whether rules lead these ports elsewhere, as those of published ports of containers do. Any that may mean them count.
led_on() {
  {
    nft list ruleset || :
    for save in iptables-save iptables-legacy-save ip6tables-save ip6tables-legacy-save; do "$save" || :; done
  } 2>/dev/null | awk -v ports=" $PORTS " '
    !/DNAT|dnat|REDIRECT|redirect/ { next }
    !/! --dport|!=/ && match($0, /dport [0-9]+( |$)/) {
      split(substr($0, RSTART, RLENGTH), words, " ")
      if (!index(ports, " " words[2] " ")) next
    }
    { found = 1 }
    END { exit !found }'
}
tracked() {
  { conntrack -L -f ipv4 -p tcp && conntrack -L -f ipv6 -p tcp; } 2>/dev/null || cat /proc/net/nf_conntrack 2>/dev/null
}
# Connections that go on from here: they end at no socket of this host, and ss does not know them.
passed_on() {
  led_on || return 0
  if ! known=$(tracked); then
    say 'Rules lead these ports on, and who is connected through them is not told: install conntrack.'
    echo '0 0 unknown:0 somebody:0'
    return
  fi
  printf '%s\n' "$known" | awk -v ports=" $PORTS " '
    / ESTABLISHED / {
      count = 0
      for (i = 1; i <= NF; i++) if (split($i, one, "=") == 2) {
        if (one[1] == "src") count++
        part[one[1], count] = one[2]
      }
      if (count == 2 && index(ports, " " part["dport", 1] " ") &&
        (part["dst", 1] != part["src", 2] || part["dport", 1] != part["sport", 2]))
        print 0, 0, part["dst", 1] ":0", part["src", 1] ":0"
    }'
}

# Connections to the ports, as "OWN-ADDRESS PEER"; without those of this host to itself.
connections() {
  {
    for port in $PORTS; do ss -Htn state established "( sport = :$port )" || echo '0 0 unknown ss-failed'; done
    passed_on
  } |
    awk '{
      for (i = 3; i <= 4; i++) { sub(/:[0-9]+$/, "", $i); gsub(/[][]/, "", $i); sub(/%.*/, "", $i); sub(/^::ffff:/, "", $i) }
      if ($3 != $4 && $3 !~ /^127\\./ && $3 != "::1") print $3, $4
    }' | sort -u
}

in_set() { printf '%s' "$*" | sed 's/  */, /g'; }
interfaces() {
  for one in "$@" $LET_IN; do
    case $one in *[!A-Za-z0-9_.-]*) fail "LET_IN: $one is no interface" ;; esac
    printf '"%s" ' "$one"
  done
}

# The rules are on standard input: tried, loaded at once, and again at each start before there is a network.
guard_up() {
  needs nft nftables
  put "$RULES" 0644
  nft -f "$RULES" || {
    rm -f "$RULES"
    fail 'nft did not take the rules: nothing was changed'
  }
  put "/etc/systemd/system/$UNIT" 0644 <<END
# $MARK
[Unit]
Description=Only the tunnel reaches the server
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
# It empties all rules when it starts; ours come after it, and again with it.
After=nftables.service
PartOf=nftables.service
ReloadPropagatedFrom=nftables.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$(command -v nft) -f $RULES
ExecReload=$(command -v nft) -f $RULES

[Install]
WantedBy=sysinit.target
END
  if has_systemd; then
    systemctl daemon-reload
    systemctl --quiet enable --now "$UNIT"
  else say "no systemd here: have nft -f $RULES run at each start, before the network"; fi
}
guard_down() {
  if has_systemd && [ -e "/etc/systemd/system/$UNIT" ]; then systemctl --quiet disable --now "$UNIT"; fi
  take_away "/etc/systemd/system/$UNIT" "$RULES"
  if has_systemd; then systemctl daemon-reload; fi
  if command -v nft >/dev/null; then nft delete table inet "keyward_$FORM" 2>/dev/null || :; fi
}
`;
