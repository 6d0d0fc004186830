export { checkPlan } from './check-plan.ts';
export { isOwn } from './places.ts';
