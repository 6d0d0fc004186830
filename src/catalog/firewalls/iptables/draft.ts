/** Tables while their lines are read: chains are made, rules are put in, taken out and moved. */
import type { Chain, Family, Hook, Position, Rule, Table } from '../../../lang/packets/index.ts';
import { baseOf } from './tables.ts';

export interface DraftChain {
  readonly at: Position;
  readonly policy: 'accept' | 'drop';
  readonly rules: Rule[];
}

export interface DraftTable {
  readonly name: string;
  readonly chains: Map<string, DraftChain>;
  /** Targets that the kernel takes at some hooks only, with their names. */
  readonly bound: Map<Rule, { readonly name: string; readonly hooks: readonly Hook[] }>;
}

export const newTable = (name: string): DraftTable => ({ name, chains: new Map(), bound: new Map() });

export const tableOf = ({ name, chains }: DraftTable, family: Family): Table => ({
  name,
  families: [family],
  chains: [...chains].map(([chain, { at, policy, rules }]): Chain => {
    const base = baseOf(name, chain, policy);
    return base === undefined ? { name: chain, rules, at } : { name: chain, base, rules, at };
  }),
});

/** The chain that a rule leads to. */
export function jumpOf({ does }: Rule): string | undefined {
  const last = does.length === 0 ? undefined : does[does.length - 1];
  return last?.deed === 'jump' || last?.deed === 'goto' ? last.chain : undefined;
}

/** Whether two rules are the same to `-D`, which compares what they ask and do. */
export const sameRule = (a: Rule, b: Rule): boolean => fingerprint(a) === fingerprint(b);

const fingerprint = ({ when, does }: Rule): string =>
  JSON.stringify([when, does], (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value instanceof Float64Array ? [...value] : value,
  );
