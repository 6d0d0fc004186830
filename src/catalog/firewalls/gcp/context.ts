import type { CloudContext } from '../cloud-shared/index.ts';

/** `members`: by `tag:NAME`, `serviceAccount:EMAIL`, `secureTag:NAME`. */
export interface GcpContext extends CloudContext {
  /** The instance that is asked about. What is absent is not known. */
  readonly instance?: {
    readonly tags?: readonly string[];
    readonly serviceAccounts?: readonly string[];
    readonly secureTags?: readonly string[];
  };
  /** `networkFirewallPolicyEnforcementOrder` BEFORE_CLASSIC_FIREWALL: the network's policies come before its rules. */
  readonly policiesFirst?: boolean;
}
