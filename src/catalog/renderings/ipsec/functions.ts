/** The steps of the IPsec script. What is of one host comes before it: `about`, `configuration`, `leaving_rules`. */
export const ipsecFunctions = `
FOLDER=/etc/swanctl
KEY=$FOLDER/private/keyward-tunnel.key
CONFIGURATION=$FOLDER/conf.d/keyward-tunnel.conf
AUTHORITY=\${AUTHORITY:-./keyward-ipsec}
DAYS=\${DAYS:-825}

make_key() {
  needs openssl openssl
  (umask 022 && mkdir -p "$FOLDER")
  (umask 077 && mkdir -p "$FOLDER/private")
  [ -s "$KEY" ] || (umask 077 && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$KEY") ||
    fail "$KEY cannot be written"
  openssl req -new -key "$KEY" -subj "/CN=$HERE"
}

# An authority for this alone; or a folder with ca.key and ca.crt, as keyward-tls beside a redis.conf.
authority() {
  [ ! -s "$AUTHORITY/ca.crt" ] || return 0
  [ ! -e "$AUTHORITY/ca.key" ] || fail "$AUTHORITY has ca.key and no ca.crt"
  (umask 077 && mkdir -p "$AUTHORITY")
  cat >"$WORK/ca.cnf" <<END
[req]
prompt = no
distinguished_name = subject
x509_extensions = authority
[subject]
CN = Keyward tunnel authority
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
END
  (umask 077 && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$AUTHORITY/ca.key") ||
    fail "$AUTHORITY cannot be written"
  openssl req -x509 -new -config "$WORK/ca.cnf" -key "$AUTHORITY/ca.key" -sha384 -days 3650 -out "$AUTHORITY/ca.crt" ||
    fail "$AUTHORITY/ca.crt cannot be made"
}

# What the certificate is for is said here, not by who asks for it.
sign_for() {
  needs openssl openssl
  case " $HOSTS " in
    *" \${1:-none} "*) ;;
    *) fail "say for which host: $HOSTS" ;;
  esac
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  authority
  cat >"$WORK/request"
  openssl req -in "$WORK/request" -verify -noout 2>/dev/null || fail 'standard input is no request as key prints it'
  cat >"$WORK/extensions" <<END
subjectAltName = IP:$1
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
END
  openssl x509 -req -in "$WORK/request" -CA "$AUTHORITY/ca.crt" -CAkey "$AUTHORITY/ca.key" -sha384 -days "$DAYS" \\
    -set_serial "0x4$(openssl rand -hex 15)" -extfile "$WORK/extensions" 2>/dev/null || fail 'it could not be signed'
}

write_files() {
  ca=\${1:-} crt=\${2:-}
  if ! [ -r "$ca" ] || ! [ -r "$crt" ]; then
    fail 'name two files: ca.crt of the authority, and the certificate of this host'
  fi
  [ -s "$KEY" ] || fail "there is no $KEY: run key on this host first"
  needs swanctl strongswan-swanctl
  openssl verify -CAfile "$ca" "$crt" >/dev/null 2>&1 || fail "$crt is not of this authority"
  [ "$(openssl x509 -in "$crt" -noout -pubkey)" = "$(openssl pkey -in "$KEY" -pubout)" ] ||
    fail "$crt is not for the key of this host"
  case $(openssl x509 -in "$crt" -noout -checkip "$HERE") in
    *' does match '*) ;;
    *) fail "$crt is not for $HERE" ;;
  esac
  for kind in x509 x509ca; do (umask 022 && mkdir -p "$FOLDER/$kind"); done
  cp "$ca" "$FOLDER/x509ca/keyward-tunnel.crt"
  cp "$crt" "$FOLDER/x509/keyward-tunnel.crt"
  chmod 0644 "$FOLDER/x509ca/keyward-tunnel.crt" "$FOLDER/x509/keyward-tunnel.crt"
  configure none
}

# none: a tunnel is made when one side asks for it. trap: nothing leaves for the other side, or comes from it, without.
configure() {
  START=$1 CLOSED=$1 AFTER=clear
  [ "$1" = none ] || AFTER=$1
  configuration | put "$CONFIGURATION" 0600
}
load() {
  swanctl --load-creds --noprompt >/dev/null || fail 'swanctl did not load the keys'
  swanctl --load-conns >/dev/null || fail "swanctl did not load $CONFIGURATION"
}
start_daemon() {
  if has_systemd; then
    systemctl --quiet enable --now strongswan.service 2>/dev/null ||
      systemctl --quiet enable --now strongswan-swanctl.service || fail 'strongSwan could not be started'
  fi
  waited=0
  until swanctl --stats >/dev/null 2>&1; do
    [ "$waited" -lt "$PATIENCE" ] || fail 'strongSwan does not answer: start charon-systemd, now and at each start'
    waited=$((waited + 1))
    sleep 1
  done
}

# initiate PEERS: each in turn; says why where it fails.
initiate() {
  for peer in "$@"; do
    name=$(name_of "$peer")
    if ! log=$(swanctl --initiate --ike "$name" --child "$name-to" --timeout 20 2>&1); then
      printf '%s\\n' "$log" >&2
      fail "no tunnel with $peer: does it let in UDP ports 500 and 4500 and protocol esp? In clear it goes on as before"
    fi
  done
}
name_of() { printf 'keyward-%s' "$(printf '%s' "$1" | tr -c 'A-Za-z0-9' '-')"; }

bring_up() {
  [ -e "$CONFIGURATION" ] || fail 'run files first'
  start_daemon
  if [ -e "$RULES" ]; then
    configure trap
    load
    return
  fi
  configure none
  load
  [ "$ROLE" = client ] || return 0
  # Only what is known to work may stand in the way of what goes in clear now.
  initiate $SERVER_PEERS
  configure trap
  load
}

installed() { swanctl --list-sas | awk -v name="$1:" '$1 == name && / INSTALLED,/ { found = 1 } END { exit !found }'; }
without_tunnel() {
  for peer in $CLIENT_PEERS; do installed "$(name_of "$peer")-from" || printf '  %s\\n' "$peer"; done
  [ "$ROLE" = server ] || for peer in $SERVER_PEERS; do
    installed "$(name_of "$peer")-to" || printf '  %s\\n' "$peer"
  done
}
with_tunnel() {
  for peer in $CLIENT_PEERS; do if installed "$(name_of "$peer")-from"; then printf '  %s\\n' "$peer"; fi; done
}
strangers() {
  connections | awk -v peers=" $CLIENT_PEERS $SERVER_PEERS " '
    !index(peers, " " $2 " ") { print "  " $2 " is connected, and has no tunnel" }'
}

try_it() {
  left=$(without_tunnel)
  if [ -n "$left" ]; then
    say 'no tunnel with:'
    say "$left"
  else say 'a tunnel with everybody'; fi
  swanctl --list-sas | awk '/^  keyward-.* INSTALLED,/ { print }'
  openssl x509 -in "$FOLDER/x509/keyward-tunnel.crt" -noout -enddate
  [ -z "$left" ]
}

close_it() {
  start_daemon
  until_none without_tunnel 'no tunnel with these'
  if [ "$ROLE" = server ]; then
    needs ss iproute2
    until_none strangers 'others are still connected'
      [ -z "$SERVER_PEERS" ] || initiate $SERVER_PEERS
  fi
  configure trap
  load
  rules | guard_up
}
rules() {
  cat <<END
# $MARK
table inet keyward_$FORM
delete table inet keyward_$FORM
table inet keyward_$FORM {
END
  if [ "$ROLE" = server ]; then
    cat <<END
  chain arriving {
    # Before addresses are rewritten: what is published from containers counts as well.
    type filter hook prerouting priority -150; policy accept;
    iifname { $(in_set "$(interfaces lo)" | sed 's/, $//') } accept
    fib daddr type local tcp dport { $(in_set $PORTS) } meta ipsec missing drop
  }
END
  fi
  if [ -n "$SERVER_PEERS" ]; then
    cat <<END
  chain leaving {
    # While strongSwan is stopped nothing else keeps it in.
    type filter hook output priority 0; policy accept;
$(leaving_rules)
  }
END
  fi
  echo '}'
}

open_it() {
  guard_down
  [ -e "$CONFIGURATION" ] || return 0
  configure none
  load
}
bring_down() {
  [ ! -e "$RULES" ] || fail 'run open first'
  if [ "$ROLE" = server ] && swanctl --stats >/dev/null 2>&1; then
    until_none with_tunnel 'these have a tunnel: run down there first'
  fi
  for peer in $CLIENT_PEERS $SERVER_PEERS; do swanctl --terminate --ike "$(name_of "$peer")" >/dev/null 2>&1 || :; done
  take_away "$CONFIGURATION"
  swanctl --load-conns >/dev/null 2>&1 || :
  rm -f "$KEY" "$FOLDER/x509/keyward-tunnel.crt" "$FOLDER/x509ca/keyward-tunnel.crt"
  # What others have loaded by hand stays; a key that has no file any more strongSwan forgets by itself.
  swanctl --load-creds --noprompt >/dev/null 2>&1 || :
}

case \${1:-} in
  key | sign | files | up | test | close | open | down) ;;
  *) fail 'say one of: key, sign HOST, files CA CRT, up, test, close; back: open, down' ;;
esac
if [ "$1" = sign ]; then
  sign_for "\${2:-}"
  exit 0
fi
[ "$(id -u)" = 0 ] || fail 'run it as root'
HERE=$(this_host) || exit 1
about
case $1 in
  key) make_key ;;
  files) write_files "\${2:-}" "\${3:-}" ;;
  up) bring_up ;;
  test) try_it ;;
  close) close_it ;;
  open) open_it ;;
  down) bring_down ;;
esac
`;
