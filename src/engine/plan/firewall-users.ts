import { fromCidr } from '../../lang/packets/index.ts';
import { isLocalAddress, nameOfGroup, type Situation } from './scene.ts';

/** Somebody who must go on reaching the server. */
export interface NeededSource {
  /** As `--refuse` names it. */
  readonly name: string;
  readonly address: string;
}

/** `10.0.0.5:6379` without its port. */
const hostOf = (text: string): string => {
  const at = text.lastIndexOf(':');
  const host = text.slice(0, at).replace(/^\[|\]$/g, '');
  return at > 0 && fromCidr(host) && /^\d+$/.test(text.slice(at + 1)) ? host : text;
};

/** Clients that were seen, monitoring and Sentinels among them, replicas, nodes of the cluster: by address, those of this host left out. */
export function neededAt(node: Situation): readonly NeededSource[] {
  const { replication, clusterNodes } = node.view;
  const seen = new Set(node.groups.filter(({ kind }) => kind !== 'master').map(({ address }) => address));
  const unseen = ({ address }: NeededSource): boolean => !seen.has(address);
  const all: readonly NeededSource[] = [
    ...node.groups
      .filter(({ kind }) => kind !== 'master')
      .map((group) => ({ name: nameOfGroup(group), address: group.address })),
    ...(replication.known ? replication.value.replicas : [])
      .map(hostOf)
      .map((address) => ({ name: `replica@${address}`, address }))
      .filter(unseen),
    // After a failover it is the other way round: its master of today becomes a replica of it.
    ...(replication.known && node.groups.some(({ kind }) => kind === 'sentinel')
      ? [replication.value.masterHost ?? '']
      : []
    )
      .map((address) => ({ name: `master@${address}`, address }))
      .filter(unseen),
    ...(clusterNodes.known ? clusterNodes.value : [])
      .filter(({ self }) => !self)
      .map(({ address }) => ({ name: `cluster@${address}`, address }))
      .filter(unseen),
  ];
  const byName = new Map(all.map((one) => [one.name, one]));
  return [...byName.values()].filter(
    ({ address }) => !isLocalAddress(address) && fromCidr(address) !== undefined,
  );
}
