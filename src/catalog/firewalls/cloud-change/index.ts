/** The smallest change by which only some sources reach some ports of what a cloud guards, as data, proved. */
export { changeCloud, wayBack, withStep } from './change.ts';
export type { CloudChange, CloudName, CloudStep, CloudWish } from './step.ts';
export { type CloudForm, ownForm, printChange, type Printed } from './print/index.ts';
export { nameOfCloud } from './name-of-cloud.ts';
export { nsgRuleFor, permissionFor, policyFor, vpcRuleFor } from './print/wire.ts';
export { keyOf as keyOfPermission } from './aws-groups.ts';
