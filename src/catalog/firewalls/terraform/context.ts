import type { AwsContext } from '../aws/index.ts';
import type { AzureContext } from '../azure/index.ts';
import type { GcpContext } from '../gcp/index.ts';
import type { KubernetesContext } from '../kubernetes/index.ts';
import type { Value } from '../cloud-shared/index.ts';

/** Groups are known by their address, `aws_security_group.redis`, where they have no id yet. */
export interface TerraformContext extends AwsContext, AzureContext, GcpContext, KubernetesContext {
  /** Values of variables; they count before files of variables, and these before defaults. */
  readonly variables?: Readonly<Record<string, Value>>;
}
