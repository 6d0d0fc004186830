export type { PlanInput, PlannedParts, PlanSubject } from './input.ts';
export { planSteps } from './plan-steps.ts';
export { planFirewall, type FirewallChoice } from './firewall.ts';
export { isSoAlready } from './firewall-already.ts';
export { answerNames } from './firewall-room.ts';
export { stepKinds } from './kinds.ts';
