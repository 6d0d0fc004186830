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

/** Whether some node of the plan is at this address: `host`, with whatever port. */
export const isPlanned = (nodes: readonly PlanSubject[], host: string): boolean =>
  nodes.some(({ node: { target } }) => target.kind === 'tcp' && plain(target.host) === plain(host));

/** The node that a replica follows, where it is part of the plan. */
export function masterOf<T extends PlanSubject>(nodes: readonly T[], replica: T): T | undefined {
  const { replication } = replica.view;
  if (!replication.known) return undefined;
  const { masterHost, masterPort } = replication.value;
  if (masterHost === undefined || masterPort === undefined) return undefined;
  return nodes.find((one) => addressOf(one) === at(masterHost, masterPort));
}
