import { directiveTable, type ConfProduct, type Directive } from '../../lang/conf/index.ts';
import { dialectOf } from '../../lang/acl/index.ts';
import { compareVersionTexts, type Product } from '../../lang/version/index.ts';

/** When a changed setting takes effect: at once by CONFIG SET, or when the server reads its file at start. */
export type Effect = 'now' | 'start';

/** How a product reaches what a check asks for. What cannot be told is `undefined`, and then nothing is planned. */
export interface Flavour {
  readonly product: Product;
  /** `undefined`: it has no such setting, or nobody knows how it takes it. */
  readonly effect: (setting: string, version: string) => Effect | undefined;
  /** Whether CONFIG SET refuses it while protected settings are on. */
  readonly isProtected: (setting: string, version: string) => boolean;
  readonly directive: (setting: string, version: string) => Directive | undefined;
  /** Users by ACL SETUSER, in the language that `lang/acl` knows. `undefined`: it has some, of another make. */
  readonly users: (version: string) => boolean | undefined;
  /** Its file has the form of redis.conf. */
  readonly readsConf: boolean;
  /** CONFIG REWRITE keeps what was set. */
  readonly rewrites: (version: string) => boolean;
  /** `bind -::1`: no error where the host has no such address. */
  readonly optionalAddresses: (version: string) => boolean;
  /** `requirepass` cuts connections that are there already. */
  readonly passwordCutsClients: (version: string) => boolean;
  /** What a person does for what cannot be told. */
  readonly manual: string;
}

const from =
  (first: string) =>
  (version: string): boolean =>
    compareVersionTexts(version, first) >= 0;

export interface MeasuredTraits {
  /** The first version with CONFIG SET bind; it is not in the table of those that take it beside the table. */
  readonly setsBind: string;
  readonly optionalAddresses: string | undefined;
}

/** Redis, Valkey and KeyDB: their directives were measured, their ACL language is known. */
export function measuredFlavour(product: ConfProduct, traits: MeasuredTraits): Flavour {
  const directive = (setting: string, version: string): Directive | undefined =>
    directiveTable(product, version).get(setting);
  return {
    product,
    directive,
    effect(setting, version) {
      const found = directive(setting, version);
      if (found === undefined || found.type.kind === 'ignored') return undefined;
      if (setting === 'bind' && from(traits.setsBind)(version)) return 'now';
      return found.mutable ? 'now' : 'start';
    },
    isProtected: (setting, version) => directive(setting, version)?.protected ?? false,
    users: (version) => dialectOf({ product, version }).acl,
    readsConf: true,
    rewrites: product === 'redis' ? from('2.8.0') : () => true,
    optionalAddresses: traits.optionalAddresses === undefined ? () => false : from(traits.optionalAddresses),
    // From 6.0 on a connection keeps the login that it was let in with.
    passwordCutsClients: (version) => product === 'redis' && !from('6.0.0')(version),
    manual: 'https://redis.io/docs/latest/operate/oss_and_stack/management/security/',
  };
}

/** A product of which only some settings are known. */
export function sparseFlavour(
  product: Product,
  known: {
    readonly now: readonly string[];
    readonly start: readonly string[];
    readonly users: boolean | undefined;
    readonly readsConf: boolean;
    readonly rewrites: boolean;
    readonly manual: string;
  },
): Flavour {
  return {
    product,
    directive: () => undefined,
    effect: (setting) =>
      known.now.includes(setting) ? 'now' : known.start.includes(setting) ? 'start' : undefined,
    isProtected: () => false,
    users: () => known.users,
    readsConf: known.readsConf,
    rewrites: () => known.rewrites,
    optionalAddresses: () => false,
    passwordCutsClients: () => true,
    manual: known.manual,
  };
}
