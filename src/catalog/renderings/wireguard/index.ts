import { joinHostPort } from '../../../lang/address/index.ts';
import type { Plan, PlanNode } from '../../../model/index.ts';
import { defineRendering } from '../../define-rendering.ts';
import { word } from '../shell/quoting.ts';
import { answerNames, endsOf, type Answers, type TunnelEnds, type TunnelServer } from '../tunnel/ends.ts';
import { tunnelFunctions } from '../tunnel/functions.ts';
import { freeNetwork, namedNetwork, type InnerNetwork } from '../tunnel/network.ts';
import { byHost, lackOf, nothingToDo, scriptHead } from '../tunnel/script-head.ts';
import { wireguardFunctions } from './functions.ts';

/** A host with its place inside of the tunnel. */
interface End {
  readonly address: string;
  readonly inner: string;
  readonly server?: TunnelServer;
}

/** As the module's own documentation uses it. */
const usualPort = 51_820;

export default defineRendering({
  title: 'A WireGuard network of the servers and their clients, as a script for each host',
  extension: '.sh',
  mediaType: 'application/x-sh',
  render(plan, answers = new Map()) {
    const found = endsOf(plan, answers);
    const hosts = [...found.servers.map(({ address }) => address), ...found.clients];
    const network = networkFor(hosts, answers);
    const port = portOf(answers);
    const lack = lackOf(found);
    if (lack !== undefined) return scriptHead(plan, found, []) + nothingToDo(lack);
    if ('problem' in network)
      return scriptHead(plan, found, []) + nothingToDo(`${answerNames.network}: ${network.problem}.`);
    const ends = hosts.map((address, index): End => ({
      address,
      inner: network.at(index + 1),
      ...found.servers.filter((server) => server.address === address).map((server) => ({ server }))[0],
    }));
    return [
      scriptHead(plan, withNotes(plan, found), use(ends, network, port)),
      'set -eu\n',
      `FORM=wireguard\nNETWORK=${network.network}\nUDP_PORT=${port}\n`,
      `HOSTS='${hosts.join(' ')}'\n`,
      `SERVERS='${ends.flatMap(({ server, inner }) => (server ? [inner] : [])).join(' ')}'\n`,
      tunnelFunctions,
      '\n',
      byHost(
        'about',
        ends.map((end) => [end.address, aboutOf(end, ends)]),
        'fail "HOST=$HERE is not one of: $HOSTS"',
      ),
      '# Each file as a whole; keys are put in on the host itself.\n',
      byHost(
        'configuration',
        ends.map((end) => [end.address, `      cat <<END\n${fileOf(end, ends, network, port)}END\n`]),
        'false',
      ),
      '# Calls a function with port, unit, socket and TLS of each server here.\n',
      byHost(
        'each_server',
        ends.flatMap(({ address, server }) => (server ? [[address, callsFor(server)] as const] : [])),
        ':',
      ),
      wireguardFunctions,
    ].join('');
  },
});

function networkFor(hosts: readonly string[], answers: Answers): InnerNetwork | { readonly problem: string } {
  const named = answers.get(answerNames.network);
  return named === undefined ? freeNetwork(hosts) : namedNetwork(named, hosts, hosts.length);
}

function portOf(answers: Answers): number {
  const port = Number(answers.get(answerNames.port) ?? usualPort);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : usualPort;
}

/** A cluster and Sentinels send their clients to addresses, and these do not change by themselves. */
function withNotes(plan: Plan, ends: TunnelEnds): TunnelEnds {
  const note = ({ id, mode, role }: PlanNode): readonly string[] => [
    ...(mode === 'standalone' && role === 'master'
      ? []
      : [
          `${id}: addresses that ${mode === 'cluster' ? 'the cluster tells its clients' : 'replicas and Sentinels know each other by'} stay those outside of the tunnel: the form ipsec needs no others`,
        ]),
    ...(role === 'sentinel' ? [`${id}: bind of a Sentinel, which it takes from its file only`] : []),
  ];
  return { ...ends, leftOut: [...ends.leftOut, ...plan.nodes.flatMap(note)] };
}

const peersOf = (end: End, ends: readonly End[]): readonly End[] =>
  ends.filter((other) => other !== end && (end.server !== undefined || other.server !== undefined));

const unitOf = ({ restart }: PlanNode): string =>
  restart?.kind === 'systemd' && /^[A-Za-z0-9@_.:-]{1,200}\.service$/.test(restart.unit) ? restart.unit : '';

const aboutOf = (end: End, ends: readonly End[]): string =>
  `      ROLE=${end.server ? 'server' : 'client'} INNER=${end.inner}
      PORTS='${(end.server?.ports ?? []).join(' ')}' PEERS='${peersOf(end, ends)
        .map(({ address }) => address)
        .join(' ')}'
      UNITS='${(end.server?.nodes ?? [])
        .map(unitOf)
        .filter((unit) => unit !== '')
        .join(' ')}'
`;

/** Nothing but addresses and numbers of ours: the shell reads it. */
function fileOf(end: End, ends: readonly End[], { prefix }: InnerNetwork, port: number): string {
  const head = `# $MARK
[Interface]
Address = ${end.inner}/${prefix}
PrivateKey = $(private_key)
${end.server ? `ListenPort = ${port}\n` : ''}`;
  const peers = peersOf(end, ends).map(
    (peer) => `
[Peer]
# ${peer.address}
PublicKey = $(public_key ${peer.address})
AllowedIPs = ${peer.inner}/32
${peer.server ? `Endpoint = ${joinHostPort(peer.address, port)}\nPersistentKeepalive = 25\n` : ''}`,
  );
  return head + peers.join('');
}

function callsFor({ nodes, ports: [first = 6379] }: TunnelServer): string {
  const call = (node: PlanNode): string => {
    const { target } = node;
    const port = target.kind === 'tcp' ? target.port : first;
    const socket = target.kind === 'unix' ? target.path : '';
    const tls = target.kind === 'tcp' && target.tls ? 'yes' : 'no';
    return `      "$1" ${port} ${word(unitOf(node))} ${word(socket)} ${tls}\n`;
  };
  // A Sentinel has no CONFIG.
  const told = nodes.filter(({ role }) => role !== 'sentinel').map(call);
  return told.length === 0 ? '      :\n' : told.join('');
}

const use = (ends: readonly End[], { network }: InnerNetwork, port: number): readonly string[] => [
  '',
  `WireGuard, interface wg-redis, network ${network}. Inside of it:`,
  ...ends.map(
    ({ address, inner, server }) =>
      `  ${inner}  ${address}  ${server ? `server, port ${server.ports.join(', ')}` : 'client'}`,
  ),
  '',
  'As root, this file on each of these hosts; all can be run again. Nobody is refused before "close".',
  '  1. sh FILE key          every host: a key that never leaves it; prints a line. Put all lines into one file KEYS.',
  '  2. sh FILE files KEYS   every host: /etc/wireguard/wg-redis.conf',
  '  3. sh FILE up           the servers, then the clients: the interface, now and at each start',
  '  4. sh FILE bind         the servers: Redis listens inside of the tunnel as well, and starts after it',
  '  5. sh FILE test         the clients: is there a handshake?',
  '  6. The clients move: the addresses above in place of those they use now.',
  '  7. sh FILE close        the servers, then the clients: only the tunnel reaches the ports. Waits for whoever is',
  '                          still connected beside it (PATIENCE, seconds), and gives up rather than refuse them',
  '                          (ANYWAY=yes does not). LET_IN=docker0 keeps an interface of this host open.',
  'Back: sh FILE open (rules and bind as they were), then, when the clients have moved back, sh FILE down.',
  '',
  `The servers must let in UDP port ${port} from the clients: this script does not change rules of others.`,
  'In the environment: HOST (which one this is, where its addresses do not tell), REDIS_CLI, REDIS_USER,',
  'REDIS_PASSWORD, REDIS_CA. Needed: wireguard-tools, iproute2; for "close" nftables; on servers redis-cli.',
  '',
  'Functions are called by their name, and lists are meant as lists:',
  'shellcheck disable=SC2034,SC2086,SC2317',
];
