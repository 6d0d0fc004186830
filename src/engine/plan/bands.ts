import type { SentinelMaster } from '../../model/index.ts';
import type { PlanSubject } from './input.ts';

const plain = (host: string): string =>
  host === 'localhost' || host === '::1' || host.startsWith('127.') ? 'loopback' : host.toLowerCase();
const at = (host: string, port: number | string): string => `${plain(host)}:${port}`;

/** The address of the server as it was named. */
export const addressOf = ({ node: { target } }: PlanSubject): string | undefined =>
  target.kind === 'tcp' ? at(target.host, target.port) : undefined;

/** `10.0.0.5:6379`, `[::1]:6379`: host and port of an address as servers print it. */
const splitAddress = (address: string): string => {
  const colon = address.lastIndexOf(':');
  return colon < 0
    ? plain(address)
    : at(address.slice(0, colon).replace(/^\[|\]$/g, ''), address.slice(colon + 1));
};

/** Addresses of other servers that a server has to do with. */
function neighboursOf({ view }: PlanSubject): readonly string[] {
  const { replication, clusterNodes, sentinelMasters } = view;
  return [
    ...(replication.known
      ? [
          ...(replication.value.masterHost === undefined || replication.value.masterPort === undefined
            ? []
            : [at(replication.value.masterHost, replication.value.masterPort)]),
          ...replication.value.replicas.map(splitAddress),
        ]
      : []),
    ...(clusterNodes.known ? clusterNodes.value.map(({ address, port }) => at(address, port)) : []),
    ...(sentinelMasters.known ? sentinelMasters.value.map(({ address }) => splitAddress(address)) : []),
  ];
}

/**
 * Which nodes belong together: they replicate each other, form a cluster, or are watched by one Sentinel. Each node
 * by the id of the first node of its band.
 */
export function bandsOf(nodes: readonly PlanSubject[]): ReadonlyMap<string, string> {
  const bands = new Map(nodes.map(({ node }) => [node.id, node.id]));
  const bandAt = (id: string): string => bands.get(id) ?? id;
  for (const one of nodes) {
    const near = new Set(neighboursOf(one));
    for (const other of nodes) {
      const address = addressOf(other);
      if (address === undefined || !near.has(address)) continue;
      const [a, b] = [bandAt(one.node.id), bandAt(other.node.id)];
      if (a === b) continue;
      const first = nodes.find(({ node }) => bandAt(node.id) === a || bandAt(node.id) === b);
      const joined = first ? bandAt(first.node.id) : a;
      for (const [id, band] of bands) if (band === a || band === b) bands.set(id, joined);
    }
  }
  return bands;
}

/** Of the masters that a Sentinel watches, those that are one of these servers: it has a login for each. */
export function mastersAmong(
  nodes: readonly PlanSubject[],
  { view: { sentinelMasters } }: PlanSubject,
): readonly SentinelMaster[] {
  const servers = targetsOf(nodes, 'server');
  return sentinelMasters.known
    ? sentinelMasters.value.filter(({ address }) => servers.has(splitAddress(address)))
    : [];
}

/** A replica or a Sentinel that logs in to a server, and that the plan does not change: it cannot move by itself. */
export interface Stranger {
  readonly kind: 'replica' | 'sentinel';
  readonly address: string;
  /** Where it listens, where that is known. */
  readonly port?: number;
  /** A Sentinel of this host is named, and watches nothing at the address by which the server was named. */
  readonly elsewhere?: true;
}

/** A Sentinel that watches a server, or the master that this one follows. */
function isWatchedBy(subject: PlanSubject, { node, view: { sentinelMasters } }: PlanSubject): boolean {
  if (node.mode !== 'sentinel' || !sentinelMasters.known) return false;
  const { replication } = subject.view;
  const { masterHost, masterPort } = replication.known ? replication.value : {};
  const own = new Set([
    addressOf(subject),
    ...(masterHost === undefined || masterPort === undefined ? [] : [at(masterHost, masterPort)]),
  ]);
  return sentinelMasters.value.some(({ address }) => own.has(splitAddress(address)));
}

const targetsOf = (nodes: readonly PlanSubject[], mode: 'sentinel' | 'server'): ReadonlySet<string> =>
  new Set(
    nodes
      .filter(({ node }) => (node.mode === 'sentinel') === (mode === 'sentinel'))
      .flatMap((one) => addressOf(one) ?? []),
  );

/** Links to a server as this user from hosts that are no part of the plan. */
export function strangersOf(
  nodes: readonly PlanSubject[],
  subject: PlanSubject,
  user: string,
): readonly Stranger[] {
  const { replication } = subject.view;
  const groups = subject.census?.groups ?? [];
  const servers = targetsOf(nodes, 'server');
  const sentinels = targetsOf(nodes, 'sentinel');
  const watching = targetsOf(
    nodes.filter((one) => isWatchedBy(subject, one)),
    'sentinel',
  );
  const listed = replication.known ? replication.value.replicas : [];
  const hostOf = (address: string): string => address.slice(0, Math.max(0, address.lastIndexOf(':')));
  const userAt = (host: string): string | undefined =>
    groups.find(({ kind, address }) => kind === 'replica' && plain(address) === plain(host))?.user;
  const hostsOf = (all: ReadonlySet<string>): ReadonlySet<string> => new Set([...all].map(hostOf));
  return [
    // INFO tells where a replica listens; the census only from which host it came.
    ...listed
      .filter((address) => !servers.has(splitAddress(address)))
      .filter((address) => (userAt(hostOf(address)) ?? user) === user)
      .map((address) => ({ kind: 'replica', address: hostOf(address), ...portOf(address) }) as const),
    ...groups.flatMap(({ kind, user: name, address }): readonly Stranger[] => {
      if (name !== user) return [];
      if (kind === 'sentinel') {
        if (hostsOf(watching).has(plain(address))) return [];
        return [{ kind, address, ...(hostsOf(sentinels).has(plain(address)) ? { elsewhere: true } : {}) }];
      }
      return kind === 'replica' && listed.length === 0 && !hostsOf(servers).has(plain(address))
        ? [{ kind, address }]
        : [];
    }),
  ];
}

const portOf = (address: string): { readonly port?: number } => {
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  return Number.isInteger(port) && port > 0 ? { port } : {};
};

/** Sentinels that watch the same master of this band as those of the plan, and are not among them. */
export function sentinelsBeside(
  band: readonly PlanSubject[],
): { readonly master: string; readonly missing: number } | undefined {
  const watched = band
    .filter(({ node }) => node.mode === 'sentinel')
    .flatMap((sentinel) => mastersAmong(band, sentinel));
  for (const { name, sentinels } of watched) {
    const here = watched.filter((one) => one.name === name).length;
    if (sentinels > here) return { master: name, missing: sentinels - here };
  }
  return undefined;
}

/** Nodes of the same cluster that are not part of the plan. */
export function missingOfCluster(
  nodes: readonly PlanSubject[],
  { node, view: { clusterNodes } }: PlanSubject,
): readonly string[] {
  if (node.mode !== 'cluster' || !clusterNodes.known) return [];
  const servers = targetsOf(nodes, 'server');
  return clusterNodes.value
    .filter(({ self, flags }) => !self && !flags.includes('fail') && !flags.includes('noaddr'))
    .map(({ address, port }) => at(address, port))
    .filter((address) => !servers.has(address));
}

/** The node that a replica follows, where it is part of the plan. */
export function masterOf<T extends PlanSubject>(nodes: readonly T[], replica: T): T | undefined {
  const { replication } = replica.view;
  if (!replication.known) return undefined;
  const { masterHost, masterPort } = replication.value;
  if (masterHost === undefined || masterPort === undefined) return undefined;
  return nodes.find((one) => addressOf(one) === at(masterHost, masterPort));
}
