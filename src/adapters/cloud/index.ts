/** Rules of clouds, read and changed by their own APIs. The packages for it are optional, and loaded when used. */
export { type AwsOptions, connectAws } from './aws.ts';
export { type AzureOptions, connectAzure } from './azure.ts';
export { carryOut, type CarryOutOptions, type CloudOutcome } from './carry-out.ts';
export { type CloudConnection, MissingPackage, reasonOf } from './connection.ts';
export { connectGcp, type GcpOptions } from './gcp.ts';
export { connectKubernetes, type KubernetesOptions } from './kubernetes.ts';
