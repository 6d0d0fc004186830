import type { Mistake } from './mistake.ts';
import type { Chain, Rule, Table } from './rule.ts';

export interface Calls {
  /** Names of the chains that packets can come to. */
  readonly called: ReadonlySet<string>;
  readonly chains: ReadonlyMap<string, Chain>;
}

const known = new WeakMap<Table, Calls>();

/** The chains to which rules of a chain lead. */
export const targetsOf = (rule: Rule): readonly string[] =>
  rule.does.flatMap((deed) => (deed.deed === 'jump' || deed.deed === 'goto' ? [deed.chain] : []));

/** Which chains of a table are called, from the base chains on. */
export function callsOf(table: Table): Calls {
  const before = known.get(table);
  if (before) return before;
  const chains = new Map(table.chains.map((chain) => [chain.name, chain]));
  const called = new Set(table.chains.filter(({ base }) => base).map(({ name }) => name));
  // A set gives what is added while it is walked, too.
  for (const name of called)
    for (const rule of chains.get(name)?.rules ?? [])
      for (const target of targetsOf(rule)) called.add(target);
  const calls = { called, chains };
  known.set(table, calls);
  return calls;
}

/** Chains that nobody calls, jumps to nowhere, and jumps in a circle. */
export function mistakesOfCalls(table: Table): readonly Mistake[] {
  const { called, chains } = callsOf(table);
  const circles = new Set(rulesInCircles(chains));
  return table.chains.flatMap((chain): readonly Mistake[] => {
    if (!called.has(chain.name)) {
      const [first] = chain.rules;
      const reason = `nothing leads to chain ${chain.name}: its ${chain.rules.length} rules are never asked`;
      return first ? [{ kind: 'uncalled-chain', at: first.at, reason, by: [] }] : [];
    }
    return chain.rules.flatMap((rule) =>
      targetsOf(rule).flatMap((target): readonly Mistake[] => {
        if (!chains.has(target))
          return [{ kind: 'no-such-chain', at: rule.at, reason: `there is no chain ${target}`, by: [] }];
        if (!circles.has(rule)) return [];
        return [{ kind: 'cycle', at: rule.at, reason: `chain ${target} leads back here`, by: [] }];
      }),
    );
  });
}

/** Rules that close a circle, found without recursion: chains may lie ten thousand deep. */
function rulesInCircles(chains: ReadonlyMap<string, Chain>): readonly Rule[] {
  const found: Rule[] = [];
  const done = new Set<Chain>();
  for (const start of chains.values()) {
    const path = new Set<Chain>();
    const stack: { readonly chain: Chain; at: number }[] = [];
    const enter = (chain: Chain): void => {
      path.add(chain);
      stack.push({ chain, at: 0 });
    };
    if (!done.has(start)) enter(start);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const rule = top.chain.rules[top.at++];
      if (!rule) {
        path.delete(top.chain);
        done.add(top.chain);
        stack.pop();
        continue;
      }
      for (const name of targetsOf(rule)) {
        const target = chains.get(name);
        if (target && path.has(target)) found.push(rule);
        else if (target && !done.has(target)) enter(target);
      }
    }
  }
  return found;
}
