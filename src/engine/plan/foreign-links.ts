/** Replicas and Sentinels that no target of the plan is: nobody gives them a new login, and they cannot move by themselves. */
import { sentinelsBeside, strangersOf, type Stranger } from './bands.ts';
import { holdFor, type Hold } from './draft.ts';
import type { Scene, Situation } from './scene.ts';

/** A Sentinel tells the servers that it watches no port of its own. */
const targetOf = ({ kind, address, port }: Stranger): string =>
  `redis://${address.includes(':') ? `[${address}]` : address}:${port ?? (kind === 'sentinel' ? 26_379 : 6379)}`;

/** Holds what would cut them off, until they are targets as well, or are given up by name. */
export function holdForLinks(scene: Scene, node: Situation, user: string): Hold | undefined {
  const { nodes, refuse } = scene.input;
  const links = strangersOf(nodes, node, user);
  const hold = holdFor(
    refuse,
    links.map(({ address }) => `${user}@${address}`),
    `${links.map(({ kind, address }) => `${kind} ${address}`).join(', ')} logs in as ${user}, and is no part of this plan.`,
  );
  if (hold && links.every(({ elsewhere }) => elsewhere))
    return {
      why: `${links.map(({ address }) => `the Sentinel at ${address}`).join(', ')} logs in as ${user}, and watches no master at the address by which this server was named, so which of its logins this is cannot be told.`,
      release: `the servers as targets by the addresses that SENTINEL MASTERS shows, or ${hold.release}`,
    };
  if (hold) {
    const targets = [...new Set(links.map(targetOf))].slice(0, 12).join(' ');
    return { why: hold.why, release: `${targets} as further targets, or ${hold.release}` };
  }
  const beside = sentinelsBeside(scene.nodes.filter(({ band }) => band === node.band));
  return beside === undefined || refuse.includes(user) || refuse.includes('sentinel')
    ? undefined
    : {
        why: `${beside.missing} more ${beside.missing === 1 ? 'Sentinel watches' : 'Sentinels watch'} ${beside.master}, and are no part of this plan.`,
        release: `the other Sentinels of ${beside.master} as further targets (SENTINEL SENTINELS ${beside.master} lists them), or --refuse sentinel`,
      };
}
