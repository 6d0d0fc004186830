import type { Position } from './rule.ts';

/**
 * `dead`: no packet can meet its conditions. `shadowed`: earlier rules decide otherwise on all that it is for.
 * `accept-after-drop`: shadowed, and it was to let somebody in. `redundant`: earlier rules decide all of it in the same
 * way. `uncalled-chain`: its chain is called by nobody. `no-such-chain`, `cycle`: it jumps to nowhere, or in a circle.
 * `no-such-interface`: the host has none of that name. `one-family`: IPv4 is kept out where IPv6 comes in.
 */
export type MistakeKind =
  | 'dead'
  | 'shadowed'
  | 'accept-after-drop'
  | 'redundant'
  | 'uncalled-chain'
  | 'no-such-chain'
  | 'cycle'
  | 'no-such-interface'
  | 'one-family';

export interface Mistake {
  readonly kind: MistakeKind;
  readonly at: Position;
  /** In people's words. */
  readonly reason: string;
  /** The rules that decide instead, the first ones of them. */
  readonly by: readonly Position[];
}
