/** Rules that do not do what their author will have thought: the order in which they are looked for is that of the findings. */
import { callsOf, mistakesOfCalls } from './lint-calls.ts';
import { mistakesOfFamilies } from './lint-families.ts';
import { mistakesOfOrder } from './lint-order.ts';
import type { Mistake } from './mistake.ts';
import type { Topology } from './query.ts';
import { isNamed } from './applies.ts';
import type { Chain, Match, RuleSet } from './rule.ts';

/** More than these are not listed: a rule set of which so much is wrong needs another kind of help. */
const mostMistakes = 10_000;

/**
 * What is mistaken in these rules, as far as can be said for certain. What concerns protocols other than TCP is left
 * alone. No interface is missed where the topology names none.
 *
 * @example lintRuleSets([parsed], topology)[0]?.reason // 'never met: line 7 drops all of it before'
 */
export function lintRuleSets(ruleSets: readonly RuleSet[], topology: Topology): readonly Mistake[] {
  const tables = ruleSets.flatMap(({ tables }) => tables);
  return [
    ...tables.flatMap((table) => [
      ...mistakesOfCalls(table),
      ...table.chains
        .filter((chain) => callsOf(table).called.has(chain.name))
        .flatMap((chain) => [...mistakesOfOrder(chain), ...mistakesOfInterfaces(chain, topology)]),
    ]),
    ...mistakesOfFamilies(ruleSets, topology),
  ].slice(0, mostMistakes);
}

function mistakesOfInterfaces(chain: Chain, { interfaces }: Topology): readonly Mistake[] {
  if (interfaces.length === 0) return [];
  const has = (pattern: string): boolean =>
    pattern === '' || pattern === 'lo' || interfaces.some(({ name }) => isNamed(pattern, name));
  const missing = (match: Match): readonly string[] =>
    (match.match === 'in-interface' || match.match === 'out-interface') && !match.names.some(has)
      ? match.names
      : [];
  return chain.rules.flatMap((rule) => {
    const names = rule.when.flatMap(missing);
    if (names.length === 0) return [];
    const reason = `this host has no interface ${names.join(', ')}`;
    return [{ kind: 'no-such-interface', at: rule.at, reason, by: [] } as const];
  });
}
