import type { CloudContext } from '../cloud-shared/index.ts';

/** `networks`: the virtual network with all that is peered or connected to it, as the tag VirtualNetwork means it. */
export interface AzureContext extends CloudContext {
  /** Names or ids of the application security groups that the host is in. Absent: not known. */
  readonly applicationSecurityGroups?: readonly string[];
}
