/** A key specification of a command, as COMMAND describes it since 7.0. */
export interface KeySpec {
  /** As sent: RO RW OW RM access update insert delete not_key incomplete variable_flags. */
  readonly flags: readonly string[];
  readonly begin: BeginSearch;
  readonly find: FindKeys;
}

/** Where the keys begin: at an index, after a word searched from an index on, or only the server knows. */
export type BeginSearch =
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'keyword'; readonly keyword: string; readonly startFrom: number }
  | { readonly type: 'unknown' };

/** How many there are: up to a last key, as many as an argument says, or only the server knows. */
export type FindKeys =
  | { readonly type: 'range'; readonly lastKey: number; readonly step: number; readonly limit: number }
  | {
      readonly type: 'keynum';
      readonly keyNumIndex: number;
      readonly firstKey: number;
      readonly step: number;
    }
  | { readonly type: 'unknown' };

/** What a command does with a key, as ACL sees it. Neither: any permission on the key will do (EXISTS, TYPE). */
export interface KeyAccess {
  readonly read: boolean;
  readonly write: boolean;
}

export const readsKey = (flags: readonly string[]): boolean => flags.includes('access');
export const writesKey = (flags: readonly string[]): boolean =>
  flags.includes('update') || flags.includes('insert') || flags.includes('delete');
