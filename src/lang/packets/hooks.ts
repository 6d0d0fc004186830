import type { Chain, Family, Hook, RuleSet } from './rule.ts';

/** A base chain with the chains that it may call. */
export interface Station {
  readonly chain: Chain;
  readonly type: 'filter' | 'nat' | 'route';
  /** When it is run; for chains of type nat not what they say. */
  readonly priority: number;
  readonly device: string | undefined;
  readonly chains: ReadonlyMap<string, Chain>;
}

/** From this priority on, conntrack knows a packet. */
export const conntrackPriority = -200;

/**
 * All base chains of a hook, in the kernel's order. The kernel calls chains of type nat together, when the priority of
 * destination or source rewriting has come, and only among themselves by their own priority.
 */
export function stationsAt(ruleSets: readonly RuleSet[], hook: Hook, family: Family): readonly Station[] {
  const found = ruleSets.flatMap(({ tables }) =>
    tables
      .filter(({ families }) => families.includes(family))
      .flatMap((table) => {
        const bases = table.chains.filter(({ base }) => base?.hook === hook);
        if (bases.length === 0) return [];
        const chains = new Map(table.chains.map((chain) => [chain.name, chain]));
        return bases.flatMap((chain) =>
          chain.base ? [{ chain, chains, own: chain.base.priority, type: chain.base.type }] : [],
        );
      }),
  );
  const rewriting = hook === 'prerouting' || hook === 'output' ? -100 : 100;
  return found
    .map(({ chain, chains, own, type }) => ({
      chain,
      chains,
      type,
      own,
      device: chain.base?.device,
      priority: type === 'nat' ? rewriting : own,
    }))
    .toSorted(
      (a, b) =>
        a.priority - b.priority || Number(a.type === 'nat') - Number(b.type === 'nat') || a.own - b.own,
    );
}
