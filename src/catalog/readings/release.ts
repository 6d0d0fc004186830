import { branchOf, compareBranches, parseVersion, type Product } from '../../lang/version/index.ts';
import type { Identity } from '../../model/index.ts';

/** What the version of a server decides, for checks. `undefined`: not known, so say neither. */
export type Answer = boolean | undefined;

/** The first branch of each product that has a thing; the word `never` where no release has it. */
type Since = Partial<Record<Product, string>>;

/** Whether a server has what came with `since`. Only a range known: true or false where all of it agrees. */
function has(identity: Identity, since: Since): Answer {
  const { product } = identity;
  if (product === 'unknown' || product === 'not-redis') return undefined;
  const from = since[product];
  if (from === undefined) return undefined;
  if (from === 'never') return false;
  const version = identity.version === undefined ? undefined : parseVersion(identity.version, product);
  if (version) return compareBranches(branchOf(version), from) >= 0;
  const { range } = identity;
  if (range?.from !== undefined && compareBranches(range.from, from) >= 0) return true;
  if (range?.to !== undefined && compareBranches(range.to, from) < 0) return false;
  return undefined;
}

/** Users and ACL rules. Kvrocks has namespaces instead. */
export const hasUsers = (identity: Identity): Answer =>
  has(identity, {
    redis: '6.0',
    valkey: '0.0',
    keydb: '6.0',
    dragonfly: '0.0',
    garnet: '0.0',
    kvrocks: 'never',
  });

/** Channel rules (`&news:*`). */
export const hasChannelRules = (identity: Identity): Answer =>
  has(identity, {
    redis: '6.2',
    valkey: '0.0',
    keydb: '6.3',
    dragonfly: '0.0',
    garnet: 'never',
    kvrocks: 'never',
  });

/** `enable-protected-configs`, `enable-debug-command`, `enable-module-command`, and a protected mode that ignores `bind`. */
export const hasSwitches = (identity: Identity): Answer =>
  has(identity, { redis: '7.0', valkey: '0.0', keydb: 'never' });

/** Users of a client certificate: `tls-auth-clients-user`. */
export const hasCertificateUsers = (identity: Identity): Answer =>
  has(identity, {
    redis: '8.6',
    valkey: '9.0',
    keydb: 'never',
    dragonfly: 'never',
    garnet: 'never',
    kvrocks: 'never',
  });

/** Modules that are loaded from a file. */
export const hasModules = (identity: Identity): Answer =>
  has(identity, { redis: '4.0', valkey: '0.0', keydb: '0.0', dragonfly: 'never', kvrocks: 'never' });

/** The name REPLICAOF, beside SLAVEOF. */
export const hasReplicaOf = (identity: Identity): Answer =>
  has(identity, {
    redis: '5.0',
    valkey: '0.0',
    keydb: '0.0',
    dragonfly: '0.0',
    garnet: '0.0',
    kvrocks: '0.0',
  });
