import type { CloudContext } from '../cloud-shared/index.ts';

export interface AwsContext extends CloudContext {
  /** CIDR of subnets by their id: within its subnet no network ACL stands in the way. */
  readonly subnets?: Readonly<Record<string, readonly string[]>>;
  /** The host that is asked about: one more rule set stands for it, its groups together and the ACL of its subnet. */
  readonly host?: { readonly groups: readonly string[]; readonly subnet?: string };
}
