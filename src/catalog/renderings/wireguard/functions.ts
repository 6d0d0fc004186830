/** The steps of the WireGuard script. What is of one host comes before it: `about`, `configuration`, `each_server`. */
export const wireguardFunctions = `
LINK=wg-redis
KEY=/etc/wireguard/$LINK.key
REDIS_CLI=\${REDIS_CLI:-redis-cli}
# redis-cli reads it there; its words can be read by every user of the host.
[ -z "\${REDIS_PASSWORD:-}" ] || export REDISCLI_AUTH="$REDIS_PASSWORD"

is_up() { ip link show dev "$LINK" >/dev/null 2>&1; }

make_key() {
  needs wg wireguard-tools
  (umask 077 && mkdir -p /etc/wireguard)
  [ -s "$KEY" ] || (umask 077 && wg genkey >"$KEY") || fail "$KEY cannot be written"
  printf '%s %s\\n' "$HERE" "$(wg pubkey <"$KEY")"
}

private_key() { cat "$KEY"; }
public_key() {
  awk -v host="$1" '$1 == host && length($2) == 44 && $2 ~ /^[A-Za-z0-9+\\/]+=$/ { print $2; exit }' "$KEYS"
}

# No other route of this host may lead into the network of the tunnel.
network_is_free() {
  taken=$({
    ip -4 route show table all root "$NETWORK"
    ip -4 route show table all match "$NETWORK"
  } | grep -v -e '^default' -e " dev $LINK" || :)
  [ -z "$taken" ] || fail "$NETWORK is in use here: plan again with another --set tunnel-network=… ($taken)"
}

write_files() {
  KEYS=\${1:-}
  [ -r "$KEYS" ] || fail 'name the file with the lines that key printed on every host'
  [ -s "$KEY" ] || fail "there is no $KEY: run key on this host first"
  for peer in $PEERS; do [ -n "$(public_key "$peer")" ] || fail "no key of $peer in $KEYS"; done
  network_is_free
  configuration | put "/etc/wireguard/$LINK.conf" 0600
  wg-quick strip "$LINK" >/dev/null || fail 'wg-quick does not read it'
}

bring_up() {
  [ -e "/etc/wireguard/$LINK.conf" ] || fail 'run files first'
  network_is_free
  if is_up; then
    new=/run/$LINK.new
    if ! { (umask 077 && wg-quick strip "$LINK" >"$new") && wg syncconf "$LINK" "$new"; }; then
      fail 'wg did not take it'
    fi
    rm -f "$new"
  elif ! has_systemd; then wg-quick up "$LINK"; fi
  if has_systemd; then systemctl --quiet enable --now "wg-quick@$LINK"
  else say "no systemd here: have wg-quick up $LINK run at each start, before the server"; fi
}

# Inner addresses of peers without a handshake in the last minutes.
silent_peers() {
  {
    wg show "$LINK" latest-handshakes | sed 's/^/seen /'
    wg show "$LINK" allowed-ips | sed 's/^/peer /'
  } | awk -v now="$(date +%s)" '
    $1 == "seen" && now - $3 < 200 { seen[$2] = 1 }
    $1 == "peer" && !seen[$2] { print $3 }
    END { if (!NR) print "wg tells nothing" }'
}

try_it() {
  is_up || fail 'the tunnel is not up: run up first'
  if [ "$ROLE" = client ]; then
    until_none silent_peers "no handshake with these: does UDP port $UDP_PORT of the server let us in"
    say 'a handshake with every server'
  else
    left=$(silent_peers)
    say "\${left:+no handshake yet with: }\${left:-a handshake with everybody}"
  fi
}

# The server, as long as it answers anywhere: bind may already have moved.
server_at() {
  PORT=$1 SOCKET=$3 TLS=$4
  if [ -n "$SOCKET" ]; then
    AT=
    redis_cli PING >/dev/null 2>&1 && return
  else
    for AT in 127.0.0.1 "$HERE" "$INNER"; do redis_cli PING >/dev/null 2>&1 && return; done
  fi
  fail "the server at port $PORT does not answer redis-cli"
}
redis_cli() {
  if [ -n "$SOCKET" ]; then set -- -s "$SOCKET" "$@"; else set -- -h "$AT" -p "$PORT" "$@"; fi
  [ -z "\${REDIS_USER:-}" ] || set -- --user "$REDIS_USER" "$@"
  if [ "$TLS" = yes ]; then
    [ -z "\${REDIS_CA:-}" ] || set -- --cacert "$REDIS_CA" "$@"
    set -- --tls "$@"
  fi
  "$REDIS_CLI" --raw "$@" </dev/null
}
bind_now() {
  redis_cli CONFIG GET bind | awk 'NR == 1 { known = $0 == "bind" } NR == 2 && known { print "is " $0 }'
}
set_bind() {
  if [ "$(redis_cli CONFIG SET bind "$1")" != OK ]; then
    say "port $PORT: this server takes bind only from its file. Write there, without the signs - before 6.2:"
    say "  bind $1"
    say 'and start it again while the tunnel is up.'
    return 1
  fi
  [ "$(redis_cli CONFIG REWRITE)" = OK ] || say "port $PORT: bind is not kept: write into its file: bind $1"
}

# Beside what it listens at already; the sign - lets it start where the address is not there yet.
bind_beside() {
  server_at "$@"
  now=$(bind_now)
  [ -n "$now" ] || fail "port $PORT: CONFIG GET bind is refused: say REDIS_USER and REDIS_PASSWORD"
  now=\${now#is }
  start_after "$2"
  case " $now " in
    '  ' | *' * '* | *' 0.0.0.0 '*) say "port $PORT listens at every address: nothing to add" ;;
    *" $INNER "* | *" -$INNER "*) say "port $PORT listens at $INNER already" ;;
    *)
      change_bind "$now" "$now -$INNER" || :
      ;;
  esac
}
# change_bind NOW NEW: keeps what it was at first, and below it what we made of it.
change_bind() {
  mkdir -p /etc/keyward
  kept=/etc/keyward/bind-$PORT
  [ -e "$kept" ] || printf '%s\\n' "$1" >"$kept"
  printf '%s\\n' "$2" >>"$kept"
  set_bind "$2"
}
# A server that starts without the address does not listen at it later: the tunnel comes first.
start_after() {
  [ -n "$1" ] || {
    say "port $PORT: no unit is known: have it start after the tunnel, or set net.ipv4.ip_nonlocal_bind=1"
    return
  }
  put "/etc/systemd/system/$1.d/keyward-tunnel.conf" 0644 <<END
# $MARK
[Unit]
Wants=wg-quick@$LINK.service
After=wg-quick@$LINK.service
END
  if has_systemd; then systemctl daemon-reload; fi
}
# Where it is not the server that has the address (a container, a port that is passed on) bind means another host.
bind_alone() {
  if ! ss -Hltn "( sport = :$1 )" | awk -v at="$INNER:$1" '$4 == at { found = 1 } END { exit !found }'; then
    say "port $1: the server does not listen at $INNER itself: bind stays, and the packet filter keeps others out"
    return
  fi
  server_at "$@"
  now=$(bind_now)
  [ -n "$now" ] || fail "port $PORT: CONFIG GET bind is refused: say REDIS_USER and REDIS_PASSWORD"
  change_bind "\${now#is }" "127.0.0.1 -::1 -$INNER" || say 'Until then only the packet filter keeps others out.'
}
bind_back() {
  kept=/etc/keyward/bind-$1
  [ -e "$kept" ] || return 0
  server_at "$@"
  now=$(bind_now)
  [ -n "$now" ] || fail "port $PORT: CONFIG GET bind is refused: say REDIS_USER and REDIS_PASSWORD"
  now=\${now#is } was=$(sed -n 1p "$kept")
  if [ "$now" = "$was" ]; then rm -f "$kept"
  elif ! sed 1d "$kept" | grep -Fxq -e "$now"; then
    say "port $PORT: bind is not as this script left it, and stays: $now (before the tunnel: $was)"
    rm -f "$kept"
  elif set_bind "$was"; then rm -f "$kept"; fi
}
bind_back_or_say() { (bind_back "$@") || say "port $1: bind is not put back yet: run open again"; }

outside() { connections | awk -v inner="$INNER" '$1 != inner { print "  " $2 " is connected at " $1 }'; }
inside() { connections | awk -v inner="$INNER" '$1 == inner { print "  " $2 " is connected at " $1 }'; }

close_it() {
  is_up || fail 'the tunnel is not up: run up first'
  until_none silent_peers 'no handshake with these'
  if [ "$ROLE" = server ]; then
    needs ss iproute2
    until_none outside 'clients are still connected beside the tunnel'
    server_rules | guard_up
    each_server bind_alone
  else client_rules | guard_up; fi
}
server_rules() {
  cat <<END
# $MARK
table inet keyward_$FORM
delete table inet keyward_$FORM
table inet keyward_$FORM {
  chain arriving {
    # Before addresses are rewritten: what is published from containers counts as well.
    type filter hook prerouting priority -150; policy accept;
    iifname { $(in_set "$(interfaces lo "$LINK")" | sed 's/, $//') } accept
    fib daddr type local tcp dport { $(in_set $PORTS) } drop
  }
}
END
}
# Without the interface these addresses would be looked for elsewhere, in clear, and anybody could answer.
client_rules() {
  cat <<END
# $MARK
table inet keyward_$FORM
delete table inet keyward_$FORM
table inet keyward_$FORM {
  chain leaving {
    type filter hook output priority 0; policy accept;
    oifname != "$LINK" ip daddr { $(in_set $SERVERS) } reject
  }
  chain passing {
    # The same for containers of this host.
    type filter hook forward priority 0; policy accept;
    oifname != "$LINK" ip daddr { $(in_set $SERVERS) } reject
  }
}
END
}

open_it() {
  guard_down
  if [ "$ROLE" = server ]; then each_server bind_back_or_say; fi
}
bring_down() {
  [ ! -e "$RULES" ] || fail 'run open first: else nobody reaches the server'
  if [ "$ROLE" = server ] && is_up; then PATIENCE=0 until_none inside 'clients are connected through the tunnel'; fi
  if has_systemd; then systemctl --quiet disable --now "wg-quick@$LINK"; fi
  if is_up; then wg-quick down "$LINK"; fi
  take_away "/etc/wireguard/$LINK.conf"
  rm -f "$KEY"
  for unit in $UNITS; do take_away "/etc/systemd/system/$unit.d/keyward-tunnel.conf"; done
  if has_systemd; then systemctl daemon-reload; fi
}

case \${1:-} in
  key | files | up | test | bind | close | open | down) ;;
  *) fail 'say one of: key, files KEYS, up, test, bind, close; back: open, down' ;;
esac
[ "$(id -u)" = 0 ] || fail 'run it as root'
HERE=$(this_host) || exit 1
about
case $1 in
  key) make_key ;;
  files) write_files "\${2:-}" ;;
  up) bring_up ;;
  test) try_it ;;
  bind) each_server bind_beside ;;
  close) close_it ;;
  open) open_it ;;
  down) bring_down ;;
esac
`;
