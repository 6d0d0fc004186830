import type { AddressSet } from './address-set.ts';
import { doubtOf, type Flow, keyOf, type PacketClass, type Place } from './packet-class.ts';
import type { Chain, Position } from './rule.ts';

/** Sources on which a rule or a policy has decided. */
export interface Record {
  readonly sources: AddressSet;
  readonly at: Position;
  /** By a rule; else by the policy. */
  readonly explicit: boolean;
}

/** Packets of one class that a base chain let through, and by which rules. */
export interface Passed {
  readonly packets: PacketClass;
  readonly doubts: number;
  readonly records: Record[];
}

/** Packets that end here; `unknown`: or what becomes of them we cannot say. */
export interface Ended {
  readonly packets: PacketClass;
  readonly doubts: number;
  readonly sources: AddressSet;
  readonly at: Position;
  readonly unknown: boolean;
}

/** What may be spent on one question, so that no rule set can hold us up: rules met, classes at once, chains in chains. */
export interface Budget {
  rules: number;
  readonly classes: number;
  readonly depth: number;
}

export interface Walk {
  readonly place: Place;
  readonly chains: ReadonlyMap<string, Chain>;
  readonly budget: Budget;
  readonly passed: Map<string, Passed>;
  readonly ended: Ended[];
  /** Chains that we are in, for jumps in a circle. */
  readonly inside: Set<Chain>;
}

/** Lets packets through this base chain. */
export function pass(walk: Walk, packets: PacketClass, doubts: number, record: Record): void {
  if (record.sources.bounds.length === 0) return;
  const key = `${keyOf(packets)} ${doubts}`;
  const known = walk.passed.get(key);
  if (known) known.records.push(record);
  else walk.passed.set(key, { packets, doubts, records: [record] });
}

/** Drops packets. */
export function end(
  walk: Walk,
  { packets, doubts }: Pick<Flow, 'packets' | 'doubts'>,
  sources: AddressSet,
  at: Position,
): void {
  if (sources.bounds.length > 0) walk.ended.push({ packets, doubts, sources, at, unknown: false });
}

/** What becomes of these packets cannot be said: a circle, a chain that is not there, more than we are ready to compute. */
export function giveUp(walk: Walk, { packets, doubts, sources }: Flow, at: Position): void {
  if (sources.isEmpty) return;
  walk.ended.push({
    packets,
    doubts: doubts | doubtOf('other'),
    sources: sources.takeAll(),
    at,
    unknown: true,
  });
}
