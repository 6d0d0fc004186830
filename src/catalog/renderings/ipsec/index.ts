import { defineRendering } from '../../define-rendering.ts';
import { endsOf, type TunnelServer } from '../tunnel/ends.ts';
import { tunnelFunctions } from '../tunnel/functions.ts';
import { byHost, lackOf, nothingToDo, scriptHead } from '../tunnel/script-head.ts';
import { ipsecFunctions } from './functions.ts';

interface End {
  readonly address: string;
  readonly server?: TunnelServer;
}

/** One of each, and no weaker ones beside them: AES-256 in GCM, SHA-384, and P-384 anew for each rekeying. */
const proposals = { ike: 'aes256gcm16-prfsha384-ecp384', esp: 'aes256gcm16-ecp384' } as const;

export default defineRendering({
  title: 'IPsec between the servers and their clients, for strongSwan, as a script for each host',
  extension: '.sh',
  mediaType: 'application/x-sh',
  render(plan, answers = new Map()) {
    const found = endsOf(plan, answers);
    const ends: readonly End[] = [
      ...found.servers.map((server) => ({ address: server.address, server })),
      ...found.clients.map((address) => ({ address })),
    ];
    const lack = lackOf(found);
    if (lack !== undefined) return scriptHead(plan, found, []) + nothingToDo(lack);
    return [
      scriptHead(plan, found, use(ends)),
      'set -eu\n',
      `FORM=ipsec\nHOSTS='${ends.map(({ address }) => address).join(' ')}'\n`,
      tunnelFunctions,
      '\n',
      byHost(
        'about',
        ends.map((end) => [end.address, aboutOf(end, ends)]),
        'fail "HOST=$HERE is not one of: $HOSTS"',
      ),
      '# Each file as a whole, for swanctl.\n',
      byHost(
        'configuration',
        ends.map((end) => [end.address, `      cat <<END\n${fileOf(end, ends)}END\n`]),
        'false',
      ),
      '# What may leave this host for the servers only in a tunnel.\n',
      byHost(
        'leaving_rules',
        ends.map((end) => [end.address, leavingOf(end, ends)]),
        ':',
      ),
      ipsecFunctions,
    ].join('');
  },
});

const serversFor = (end: End, ends: readonly End[]): readonly (End & { readonly server: TunnelServer })[] =>
  ends.flatMap(({ address, server }) => (server && address !== end.address ? [{ address, server }] : []));

const clientsFor = (end: End, ends: readonly End[]): readonly End[] =>
  end.server ? ends.filter(({ server }) => server === undefined) : [];

const list = (ends: readonly End[]): string => ends.map(({ address }) => address).join(' ');

const aboutOf = (end: End, ends: readonly End[]): string =>
  `      ROLE=${end.server ? 'server' : 'client'} PORTS='${(end.server?.ports ?? []).join(' ')}'
      SERVER_PEERS='${list(serversFor(end, ends))}'
      CLIENT_PEERS='${list(clientsFor(end, ends))}'
`;

/**
 * Not `reject`: the first packet for a trap has no tunnel yet, and its connection would be refused. Sent again a second
 * later it has one.
 */
const leavingOf = (end: End, ends: readonly End[]): string => {
  const lines = serversFor(end, ends).map(
    ({ address, server }) =>
      `      echo '    ${address.includes(':') ? 'ip6' : 'ip'} daddr ${address} tcp dport { ${server.ports.join(', ')} } rt ipsec missing drop'\n`,
  );
  return lines.length === 0 ? '      :\n' : lines.join('');
};

/** As `name_of` of the script has it. */
const nameOf = (address: string): string => `keyward-${address.replaceAll(/[^A-Za-z0-9]/g, '-')}`;

const selectors = (ports: readonly number[]): string =>
  ports.map((port) => `dynamic[tcp/${port}]`).join(', ');

/** Nothing but addresses and numbers: the shell reads it. */
const fileOf = (end: End, ends: readonly End[]): string =>
  [
    '# $MARK\nconnections {\n',
    ...[...serversFor(end, ends), ...clientsFor(end, ends)].map((peer) => connection(end, peer)),
    '}\n',
  ].join('');

/** `from`: the other side uses a server here. `to`: a server there is used. Two servers do both. */
function connection(end: End, peer: End): string {
  const name = nameOf(peer.address);
  return `  ${name} {
    version = 2
    local_addrs = ${end.address}
    remote_addrs = ${peer.address}
    proposals = ${proposals.ike}
    mobike = no
    dpd_delay = 30s
    local {
      auth = pubkey
      certs = keyward-tunnel.crt
      id = ${end.address}
    }
    remote {
      auth = pubkey
      cacerts = keyward-tunnel.crt
      id = ${peer.address}
    }
    children {
${end.server ? child(`${name}-from`, selectors(end.server.ports), 'dynamic[tcp]') : ''}${
    peer.server ? child(`${name}-to`, 'dynamic[tcp]', selectors(peer.server.ports)) : ''
  }    }
  }
`;
}

/** Transport mode: addresses stay, and a connection that is open in clear goes on inside of it. */
const child = (name: string, local: string, remote: string): string => `      ${name} {
        mode = transport
        local_ts = ${local}
        remote_ts = ${remote}
        esp_proposals = ${proposals.esp}
        start_action = $START
        dpd_action = $AFTER
        close_action = $CLOSED
      }
`;

const use = (ends: readonly End[]): readonly string[] => [
  '',
  'IPsec in transport mode, by strongSwan (swanctl): addresses stay as they are. There must be no NAT in between.',
  ...ends.map(
    ({ address, server }) => `  ${address}  ${server ? `server, port ${server.ports.join(', ')}` : 'client'}`,
  ),
  '',
  'As root, this file on each of these hosts; all can be run again. Nobody is refused before "close".',
  '  1. sh FILE key >HOST.csr             every host: a key that never leaves it, and a request for a certificate',
  '  2. sh FILE sign HOST <HOST.csr >HOST.crt   one host, for each: the authority is made in ./keyward-ipsec, or is',
  '                                       AUTHORITY=folder with ca.key and ca.crt; for 825 days, or DAYS=number',
  '  3. sh FILE files ca.crt HOST.crt     every host: below /etc/swanctl',
  '  4. sh FILE up                        the servers, then the clients: from then on what a client sends to the',
  '                                       ports leaves it in the tunnel or not at all; where no tunnel can be made,',
  '                                       nothing is changed. Open connections go on inside of it.',
  '  5. sh FILE test                      every host: who has a tunnel, until when certificates are valid',
  '  6. sh FILE close                     the servers, then the clients: only the tunnel reaches the ports. Waits for',
  '                                       whoever has none (PATIENCE, seconds), and gives up rather than refuse them',
  '                                       (ANYWAY=yes does not). LET_IN=docker0 keeps an interface of this host open.',
  'Back: sh FILE open (every host), then sh FILE down (the clients, then the servers).',
  'A new certificate: 1 to 4 again; the key stays.',
  '',
  'All hosts must let in UDP ports 500 and 4500 and protocol esp: this script does not change rules of others.',
  'In the environment: HOST (which one this is, where its addresses do not tell). Needed: strongswan-swanctl and',
  'charon-systemd, openssl, iproute2; for "close" nftables.',
  '',
  'Functions are called by their name, and lists are meant as lists:',
  'shellcheck disable=SC2034,SC2086,SC2317',
];
