/**
 * The whole ruleset in the one rule language, and what the kernel would refuse of it. Of base chains with the same hook
 * and priority the kernel asks the one that was made last first, so tables and chains stand here in that order.
 */
import type {
  BaseChain,
  Chain,
  Family,
  Hook,
  Rule,
  RuleProblem,
  RuleSet,
  Table,
} from '../../../lang/packets/index.ts';
import { conflictOf } from './conflicts.ts';
import { lowerRule, type Making } from './lower-rule.ts';
import type { Ruleset } from './ruleset.ts';
import type { NftChain, NftTable, Statement } from './syntax.ts';

const families: ReadonlyMap<string, readonly Family[]> = new Map([
  ['ip', ['ipv4']],
  ['ip6', ['ipv6']],
  ['inet', ['ipv4', 'ipv6']],
  ['netdev', ['ipv4', 'ipv6']],
]);

const hooksOf: ReadonlyMap<string, readonly string[]> = new Map([
  ['ip', ['prerouting', 'input', 'forward', 'output', 'postrouting']],
  ['ip6', ['prerouting', 'input', 'forward', 'output', 'postrouting']],
  ['inet', ['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting']],
  ['bridge', ['prerouting', 'input', 'forward', 'output', 'postrouting']],
  ['arp', ['input', 'output']],
  ['netdev', ['ingress', 'egress']],
]);

export function lowered(ruleset: Ruleset): RuleSet {
  const problems: RuleProblem[] = [];
  const tables = [...ruleset.tables.values()].map((table) => lowerTable(table, ruleset));
  problems.push(...ruleset.problems);
  return { backend: 'nft', tables: tables.toReversed(), problems };
}

function lowerTable(table: NftTable, ruleset: Ruleset): Table {
  const extra: Chain[] = [];
  for (const rule of rulesOf(table)) for (const statement of rule.statements) markDynamic(statement, table);
  const known: Making['known'] = new Map();
  const literals: Making['literals'] = new WeakMap();
  const chains = [...table.chains.values()].flatMap((chain): readonly Chain[] => {
    const rules = chain.rules.flatMap((rule): readonly Rule[] => {
      const making: Making = {
        table,
        extra,
        known,
        literals,
        problem: (reason) => ruleset.problem(rule.at, reason),
      };
      const conflict = conflictOf(rule.statements, table.family);
      if (conflict !== undefined) making.problem(conflict);
      return lowerRule(rule, making);
    });
    return baseChains(table, chain, ruleset).map((base) => ({
      name: chain.name,
      rules,
      at: chain.at,
      ...(base === undefined ? {} : { base }),
    }));
  });
  const all = [...chains.toReversed(), ...extra];
  refuseWrongJumps(table, all, ruleset);
  return { name: `${table.family} ${table.name}`, families: families.get(table.family) ?? [], chains: all };
}

const rulesOf = (table: NftTable) => [...table.chains.values()].flatMap((chain) => chain.rules);

/** A set that a rule writes to holds more than what stands in the file. */
function markDynamic(statement: Statement, table: NftTable): void {
  if (statement.does === 'block')
    for (const rule of statement.rules) for (const one of rule.statements) markDynamic(one, table);
  if (statement.does !== 'remember' || statement.set === '') return;
  const set = table.sets.get(statement.set);
  if (set !== undefined) set.dynamic = true;
}

/** One for each device of an ingress chain; `undefined` for a chain that nothing but jumps leads to. */
function baseChains(table: NftTable, chain: NftChain, ruleset: Ruleset): readonly (BaseChain | undefined)[] {
  const { hook, type = 'filter', priority = 0, policy = 'accept' } = chain;
  if (hook === undefined) return [undefined];
  const problem = (reason: string, fatal = true): void => ruleset.problem(chain.at, reason, fatal);
  if (hooksOf.get(table.family)?.includes(hook) !== true) {
    problem(`a chain of family ${table.family} cannot stand at hook ${hook}`);
    return [undefined];
  }
  if (type === 'nat' && (hook === 'forward' || hook === 'ingress' || hook === 'egress'))
    problem(`a chain of type nat cannot stand at hook ${hook}`);
  if (type === 'route' && hook !== 'output') problem('a chain of type route can stand at hook output only');
  if (table.dormant) {
    problem(`table ${table.family} ${table.name} is dormant: its rules are not asked`, false);
    return [undefined];
  }
  if (table.family === 'bridge' || table.family === 'arp' || hook === 'egress') {
    const what = hook === 'egress' ? 'egress' : table.family;
    problem(`chain ${chain.name}: rules of ${what} are not followed`, false);
    return [undefined];
  }
  const base: BaseChain = {
    hook: hook as Hook,
    type: type === 'nat' || type === 'route' ? type : 'filter',
    priority,
    policy,
  };
  if (hook !== 'ingress') return [base];
  if (chain.devices.length === 0) problem('an ingress chain needs a device', table.family === 'inet');
  return chain.devices.map((device) => ({ ...base, device }));
}

/** A jump must lead somewhere, not into a base chain, and not in a circle. */
function refuseWrongJumps(table: NftTable, chains: readonly Chain[], ruleset: Ruleset): void {
  const byName = new Map(chains.map((chain) => [chain.name, chain]));
  const state = new Map<string, 'open' | 'done'>();
  const targets = new Map(
    chains.map((chain) => [
      chain.name,
      chain.rules.flatMap((rule) =>
        rule.does.flatMap((deed) => ('chain' in deed ? [{ to: deed.chain, rule }] : [])),
      ),
    ]),
  );
  const reported = new Set<string>();
  for (const [, jumps] of targets)
    for (const { to, rule } of jumps) {
      const target = table.chains.get(to);
      if (!byName.has(to)) say(rule, `there is no chain ${to} in table ${table.family} ${table.name}`);
      else if (target?.hook !== undefined) say(rule, `a rule cannot jump into ${to}, which is a base chain`);
    }
  function say(rule: Rule, reason: string): void {
    const key = `${rule.at.line ?? ''} ${rule.at.handle ?? ''} ${reason}`;
    if (reported.has(key)) return;
    reported.add(key);
    ruleset.problem(rule.at, reason);
  }
  // By a stack of our own: ten thousand chains in a row are no reason to fall over.
  // The kernel looks only where packets come.
  for (const { name: start, base } of chains) {
    if (base === undefined || state.has(start)) continue;
    const path: { readonly name: string; next: number }[] = [{ name: start, next: 0 }];
    state.set(start, 'open');
    while (path.length > 0) {
      const top = path.at(-1);
      if (top === undefined) break;
      const jump = targets.get(top.name)?.[top.next++];
      if (jump === undefined) {
        state.set(top.name, 'done');
        path.pop();
      } else if (state.get(jump.to) === 'open') say(jump.rule, `jumps go in a circle: ${jump.to}`);
      else if (!state.has(jump.to) && byName.has(jump.to)) {
        state.set(jump.to, 'open');
        path.push({ name: jump.to, next: 0 });
      }
    }
  }
}
