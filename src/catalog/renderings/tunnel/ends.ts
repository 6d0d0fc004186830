/** Who is at the ends of a tunnel: the servers of a plan, and those who were seen to use them or are named. */
import { kindOf } from '../../../lang/address/index.ts';
import { readAddress, writeAddress } from '../../../lang/packets/index.ts';
import type { Plan, PlanNode } from '../../../model/index.ts';

/** What only the user knows: `--set tunnel-clients=10.0.0.5,10.0.0.6`. */
export type Answers = ReadonlyMap<string, string>;

export const answerNames = {
  /** Clients beside those who were seen. Single addresses of `reachable-from` count as well. */
  clients: 'tunnel-clients',
  /** Who was seen, and stays outside: a container of the host itself, a monitor that is to go. */
  except: 'tunnel-except',
  /** By which address the clients reach the host, where the plan was made at the host itself. */
  server: 'tunnel-server',
  /** IPv4 network for the inside of the tunnel. */
  network: 'tunnel-network',
  /** UDP port of WireGuard. */
  port: 'tunnel-port',
} as const;

export interface TunnelServer {
  readonly address: string;
  readonly nodes: readonly PlanNode[];
  /** Of its nodes, with the bus of a cluster: what only the tunnel is to reach. */
  readonly ports: readonly number[];
}

export interface TunnelEnds {
  readonly servers: readonly TunnelServer[];
  readonly clients: readonly string[];
  /** Who stays outside of it, and why. */
  readonly leftOut: readonly string[];
}

/** An end needs a file of its own, and numbers of one small network. */
const most = { servers: 40, clients: 180 } as const;

const words = (text: string | undefined): readonly string[] =>
  (text ?? '').split(/[\s,]+/).filter((word) => word !== '' && word !== 'localhost');

/** In its one spelling; nothing where it is no address that other hosts can send to. */
function remote(text: string): string | undefined {
  const kind = kindOf(text);
  if (kind !== 'private' && kind !== 'public') return undefined;
  const read = readAddress(text);
  return read && writeAddress(read.value);
}

/** With the addresses of the plan all that a set of rules or a file can hold: nothing else of a plan gets there. */
export function endsOf(plan: Plan, answers: Answers): TunnelEnds {
  const leftOut: string[] = [];
  const byAddress = new Map<string, PlanNode[]>();
  for (const node of plan.nodes) {
    const address = addressOf(plan, node, answers);
    if (address === undefined)
      leftOut.push(
        `${node.id}: nobody said by which address others reach it: answer with --set ${answerNames.server}=10.0.0.1`,
      );
    else byAddress.set(address, [...(byAddress.get(address) ?? []), node]);
  }
  const servers = [...byAddress].slice(0, most.servers).map(([address, nodes]) => ({
    address,
    nodes,
    ports: [...new Set(nodes.flatMap((node) => portsOf(plan, node)))],
  }));
  const [first] = servers;
  const sameFamily = (address: string): boolean => address.includes(':') === first?.address.includes(':');
  const own = new Set(byAddress.keys());
  const except = new Set(words(answers.get(answerNames.except)).map((word) => remote(word) ?? word));
  const clients = new Set<string>();
  const add = (text: string, who: string): void => {
    const address = remote(text);
    if (address === undefined) leftOut.push(`${who} ${text}: no address of another host`);
    else if (own.has(address)) return;
    else if (except.has(address)) leftOut.push(`${address}: as --set ${answerNames.except} says`);
    else if (!sameFamily(address)) leftOut.push(`${who} ${text}: IPv4 on one side and IPv6 on the other`);
    else clients.add(address);
  };
  for (const { groups } of plan.census)
    for (const { address, user } of groups)
      if (address !== 'unix' && kindOf(address) !== 'loopback') add(address, `seen as ${user}:`);
  for (const word of words(answers.get(answerNames.clients))) add(word, 'named:');
  for (const word of words(answers.get('reachable-from'))) {
    const single = word.replace(/\/(?:32|128)$/, '');
    if (single.includes('/'))
      leftOut.push(`${word}: a network has no key: name its hosts with --set ${answerNames.clients}=…`);
    else add(single, 'named:');
  }
  for (const one of servers.slice(1))
    if (!sameFamily(one.address)) leftOut.push(`${one.address}: IPv4 on one side and IPv6 on the other`);
  const all = [...clients];
  const over = [...byAddress.keys()].slice(most.servers);
  return {
    servers: servers.filter(({ address }) => sameFamily(address)),
    clients: all.slice(0, most.clients),
    leftOut: [...leftOut, ...[...over, ...all.slice(most.clients)].map((one) => `${one}: too many hosts`)],
  };
}

/** As the plan reaches it from elsewhere; as clients do; as the user says. */
function addressOf(plan: Plan, { id, target }: PlanNode, answers: Answers): string | undefined {
  const told = [
    target.kind === 'tcp' ? target.host : '',
    ...plan.census
      .filter(({ node }) => node === id)
      .flatMap(({ groups }) => groups.flatMap(({ to }) => to?.address ?? [])),
    answers.get(answerNames.server) ?? '',
  ];
  return told.map(remote).find((address) => address !== undefined);
}

const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port < 65_536;

function portsOf(plan: Plan, { id, target, mode }: PlanNode): readonly number[] {
  const port =
    target.kind === 'tcp'
      ? target.port
      : (plan.census
          .find(({ node }) => node === id)
          ?.groups.flatMap(({ to }) => to?.port ?? [])
          .at(0) ?? 6379);
  return [port, ...(mode === 'cluster' ? [port + 10_000] : [])].filter(isPort);
}
