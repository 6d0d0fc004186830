import type { ClientGroup, CommandUse } from '../../model/index.ts';

/** What has been seen so far. */
export interface Tally {
  readonly looks: number;
  readonly groups: ReadonlyMap<string, ClientGroup>;
  /** How little groups are told apart by: 0 for all that there is to tell. */
  readonly coarseness: number;
  /** Connections of the last look, to know who is new. */
  readonly present: ReadonlySet<string>;
  /** Of those, who has only just connected: who they are shows in the next look. */
  readonly arriving: ReadonlySet<string>;
  /** Connections that came after the first look. */
  readonly came: number;
  /** Connections that were gone before they could be told. */
  readonly unknown: number;
  readonly received?: { readonly first: number; readonly last: number };
  /** Of all looks. */
  readonly used?: CommandUse;
  readonly usersTold: boolean;
  readonly why?: string;
}

export const nothingSeen: Tally = {
  looks: 0,
  groups: new Map(),
  coarseness: 0,
  present: new Set(),
  arriving: new Set(),
  came: 0,
  unknown: 0,
  usersTold: true,
};
