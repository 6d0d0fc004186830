import type { Deed, Match, Position, Rule } from '../../../lang/packets/index.ts';
import type { Known } from './conditions.ts';
import type { Policy, Settings, Zone } from './model.ts';

/** All that firewalld's configuration says, read. */
export interface Firewall {
  readonly zones: readonly Zone[];
  readonly policies: readonly Policy[];
  /** For what no zone has by source or interface; nothing where it is not known. */
  readonly standard: Zone | undefined;
  readonly standardAt: Position;
  readonly known: Known;
  /** nftables: its chains stand 10 behind those of iptables. */
  readonly nftables: boolean;
  readonly rpfilter: 'strict' | 'loose' | 'strict-forward' | 'loose-forward' | 'no';
  readonly rfc3964: boolean;
  /** From a zone by source on to that by interface, as versions before 1.0 do where they are told to. */
  readonly drifting: boolean;
  /** Major version, where it is known: how policies find their zones changed with 2. */
  readonly version: number | undefined;
  readonly panic: boolean;
}

/** Where firewalld makes a rule that nobody wrote. */
export const ours = (text: string): Position => ({ text });

export const rule = (when: readonly Match[], deed: Deed, text: string): Rule => ({
  when,
  does: [deed],
  at: ours(text),
});

/** What becomes of packets that no rule of a zone or a policy has taken. */
export function targetRules({ target, at }: Settings): readonly Rule[] {
  if (target === 'continue') return [];
  return [{ when: [], does: [{ deed: target === 'default' ? 'reject' : target }], at }];
}
