import type { ConfProduct } from './traits.ts';

/** What kind of value a directive takes. Bounds are inclusive. */
export type DirectiveKind =
  | { readonly kind: 'boolean' }
  /** `combines`: several values may be given, separated by blanks. */
  | { readonly kind: 'enum'; readonly values: readonly string[]; readonly combines: boolean }
  | { readonly kind: 'integer'; readonly min: bigint; readonly max: bigint }
  /** Written in octal. */
  | { readonly kind: 'octal'; readonly min: bigint; readonly max: bigint }
  /** Bytes, with or without a unit: `1k` is 1000, `1kb` is 1024. `percent`: or a percentage up to that one. */
  | {
      readonly kind: 'memory';
      readonly min: bigint;
      readonly max: bigint;
      readonly percent?: bigint;
      /** Or a negative number without a unit. */
      readonly signed?: true;
    }
  | { readonly kind: 'string'; readonly nonempty: boolean }
  | { readonly kind: 'list'; readonly most: number }
  /** Read in its own way: `save`, `client-output-buffer-limit`, and the like. */
  | { readonly kind: 'special'; readonly special: string }
  /** Not a setting: `include`, `rename-command`, `user`, `loadmodule`, `sentinel`. */
  | { readonly kind: 'statement' }
  /** Taken and forgotten. */
  | { readonly kind: 'ignored' };

/** One directive of one version of one product. */
export interface Directive {
  /** As written; an alias has its own entry. */
  readonly name: string;
  /** Other names of the same setting in this version. */
  readonly aliases: readonly string[];
  /** What `CONFIG GET` prints where nothing sets it; undefined for statements. Empty where it depends on the host. */
  readonly default: string | undefined;
  readonly type: DirectiveKind;
  /** `CONFIG SET` may change it. */
  readonly mutable: boolean;
  /** `CONFIG SET` may, unless protected configurations are refused, which is the default since 7.0. */
  readonly protected: boolean;
  /** Not in `CONFIG GET *`, only when asked for by name. */
  readonly hidden: boolean;
  /** Every line of it counts, not only the last. */
  readonly multi: boolean;
  readonly secret: boolean;
  /** The oldest measured version of the product that has it, or better knowledge. */
  readonly since: string;
  /** The oldest measured version of the product that no longer has it. */
  readonly removed: string | undefined;
}

/** The directives of one version. A Map by name, which also says how it was found. */
export interface DirectiveTable extends ReadonlyMap<string, Directive> {
  readonly product: ConfProduct;
  /** The version whose directives these are. */
  readonly version: string;
  /** False where the version asked for was never measured, and this is the nearest one that was. */
  readonly exact: boolean;
}
