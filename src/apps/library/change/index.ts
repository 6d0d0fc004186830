/** What changes servers, each loaded when it is called: an audit starts sooner without it. */
import type { Confirmed } from '../../../engine/apply/index.ts';
import type { Outcome, Plan, Proof } from '../../../model/index.ts';
import type { ApplyResult } from './apply-plan.ts';
import type { MadePlan } from './make-plan.ts';
import type { ApplyPlanOptions, PlanOptions, ReachOptions, UndoOptions } from './options.ts';
import type { ProveOptions } from './options.ts';
import type { RenewOptions } from './renew.ts';
import type { RotateOptions } from './rotate.ts';
import type { ListedJournal } from './settle-plan.ts';
import type { Orders } from './watchdog.ts';

export type {
  ApplyPlanOptions,
  ApplyResult,
  Confirmed,
  ListedJournal,
  MadePlan,
  Orders,
  PlanOptions,
  ProveOptions,
  ReachOptions,
  RenewOptions,
  RotateOptions,
  UndoOptions,
};

export const makePlan = async (targets: readonly string[], options?: PlanOptions): Promise<MadePlan> =>
  (await import('./make-plan.ts')).makePlan(targets, options);

export const makeRotation = async (targets: readonly string[], options: RotateOptions): Promise<MadePlan> =>
  (await import('./rotate.ts')).makeRotation(targets, options);

export const makeRenewal = async (targets: readonly string[], options?: RenewOptions): Promise<MadePlan> =>
  (await import('./renew.ts')).makeRenewal(targets, options);

export const loadPlan = async (
  path: string,
): Promise<{ readonly plan: Plan } | { readonly problem: string }> =>
  (await import('./load-plan.ts')).loadPlan(path);

/** A plan from bytes that were read already, as those whose signature was verified. */
export const planFrom = async (
  bytes: Buffer,
  name: string,
): Promise<{ readonly plan: Plan } | { readonly problem: string }> =>
  (await import('./load-plan.ts')).planFrom(bytes, name);

export const applyPlan = async (plan: Plan, options?: ApplyPlanOptions): Promise<ApplyResult> =>
  (await import('./apply-plan.ts')).applyPlan(plan, options);

export const confirmPlan = async (named: string, options?: ReachOptions): Promise<Confirmed> =>
  (await import('./settle-plan.ts')).confirmPlan(named, options);

export const undoPlan = async (named: string, options?: UndoOptions): Promise<Outcome> =>
  (await import('./settle-plan.ts')).undoPlan(named, options);

export const provenAgain = async (what: string, options?: ProveOptions): Promise<Proof> =>
  (await import('./settle-plan.ts')).provenAgain(what, options);

export const listJournals = async (): Promise<readonly ListedJournal[]> =>
  (await import('./settle-plan.ts')).listJournals();

export const signPlan = async (path: string, key: string): Promise<string> =>
  (await import('./sign-plan.ts')).signPlan(path, key);

export const verifyPlan = async (path: string, allowedSigners: string, identity: string): Promise<Buffer> =>
  (await import('./sign-plan.ts')).verifyPlan(path, allowedSigners, identity);

export const watchJournal = async (orders: Orders): Promise<void> =>
  (await import('./watchdog.ts')).watchJournal(orders);
