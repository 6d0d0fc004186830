/**
 * Does a change that was proved, against a cloud that others change as well. It is planned again from what the cloud says
 * now, and refused where that is not what was reviewed; before each step its object is looked at once more. What fails
 * half-way is undone, the last step first, and what could not be undone is told.
 */
import {
  changeCloud,
  type CloudChange,
  type CloudStep,
  wayBack,
} from '../../catalog/firewalls/cloud-change/index.ts';
import type { Fields } from '../../catalog/firewalls/cloud-shared/index.ts';
import { type CloudConnection, MissingPackage, reasonOf, sorted } from './connection.ts';

type Proved = Extract<CloudChange, { readonly steps: unknown }>;

export type CloudOutcome =
  | { readonly result: 'done'; readonly did: readonly CloudStep[] }
  /** Nothing was done. */
  | { readonly result: 'refused'; readonly because: string }
  /** It failed; all that was done was undone. */
  | { readonly result: 'undone'; readonly because: string; readonly did: readonly CloudStep[] }
  /** It failed, and these steps are still in force. */
  | {
      readonly result: 'stuck';
      readonly because: string;
      readonly left: readonly CloudStep[];
      readonly undo: string;
    };

export interface CarryOutOptions {
  /** How often the cloud is asked whether it is as it shall be, once all steps are done; 5. */
  readonly tries?: number;
  /** Milliseconds between two of these; 2000. */
  readonly pause?: number;
  /** Told after each step: what a journal keeps. */
  readonly onStep?: (step: CloudStep, did: readonly CloudStep[]) => void | Promise<void>;
}

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, milliseconds));

/** @throws MissingPackage where a package is not installed: nothing was done then */
export async function carryOut(
  connection: CloudConnection,
  change: Proved,
  options: CarryOutOptions = {},
): Promise<CloudOutcome> {
  const { tries = 5, pause = 2000, onStep } = options;
  let again: CloudChange;
  try {
    again = changeCloud(connection.cloud, await connection.read(), { ...change.wish, owner: change.owner });
  } catch (error) {
    if (error instanceof MissingPackage) throw error;
    return { result: 'refused', because: `it could not be read: ${reasonOf(error)}` };
  }
  if ('refused' in again) return { result: 'refused', because: again.refused };
  if (sorted(again.steps) !== sorted(change.steps))
    return {
      result: 'refused',
      because: `${change.owner} is not as it was when the change was planned: plan it again`,
    };
  const did: CloudStep[] = [];
  try {
    for (const step of change.steps) {
      const now = await nowOf(connection, step);
      try {
        await connection.carryOut(step, now);
      } catch (error) {
        // A reply may be lost when the work is done: what stands there counts, and not what the call said.
        const state = await seenAfter(connection, step, error, tries, pause);
        if (state === 'done') did.push(step);
        if (state !== 'unclear') throw error;
        const outcome = await undo(connection, did, reasonOf(error), tries, pause);
        return {
          result: 'stuck',
          because: reasonOf(error),
          left: outcome.result === 'stuck' ? [...outcome.left, step] : [step],
          undo: 'whether the last of these is done, or will be, cannot be told',
        };
      }
      did.push(step);
      await onStep?.(step, did);
    }
    for (let left = tries; ; left--) {
      const now = changeCloud(connection.cloud, await connection.read(), {
        ...change.wish,
        owner: change.owner,
      });
      if ('steps' in now && now.steps.length === 0) return { result: 'done', did };
      if (left <= 1)
        throw new Error('all steps are done, and still others reach these ports, or not all who shall');
      await wait(pause);
    }
  } catch (error) {
    return undo(connection, did, reasonOf(error), tries, pause);
  }
}

async function undo(
  connection: CloudConnection,
  did: readonly CloudStep[],
  because: string,
  tries: number,
  pause: number,
): Promise<CloudOutcome> {
  const back = wayBack(did);
  for (const [index, step] of back.entries())
    try {
      await undoStep(connection, step, tries, pause);
    } catch (error) {
      return { result: 'stuck', because, left: did.slice(0, did.length - index), undo: reasonOf(error) };
    }
  return { result: 'undone', because, did };
}

async function undoStep(
  connection: CloudConnection,
  step: CloudStep,
  tries: number,
  pause: number,
): Promise<void> {
  const now = await nowOf(connection, step);
  try {
    await connection.carryOut(step, now);
  } catch (error) {
    if ((await seenAfter(connection, step, error, tries, pause)) !== 'done') throw error;
  }
}

/** The object of a step, only where it is what the step takes it for. */
async function nowOf(connection: CloudConnection, step: CloudStep): Promise<Fields | undefined> {
  const now = await connection.current(step);
  if (!step.before && now) throw new Error(`${step.name} is there already: somebody else made it`);
  if (step.before && !now) throw new Error(`${step.name} is no more there: somebody else removed it`);
  if (step.before && now && !isStill(step.before, now))
    throw new Error(`${step.name} was changed by somebody else`);
  return now;
}

/** What became of a step whose call failed; a cloud that did not answer may still be at work. */
async function seenAfter(
  connection: CloudConnection,
  step: CloudStep,
  error: unknown,
  tries: number,
  pause: number,
): Promise<'done' | 'not done' | 'unclear'> {
  const { object, owner, name, why, after } = step;
  // Asked for in the words of `after`, as its way back asks for it.
  const asked = after ? { object, owner, name, why, before: after } : step;
  const said = isAnswer(error);
  const failed = said || isFailure(error);
  for (let left = tries; ; left--) {
    try {
      const now = await connection.current(asked);
      if (after ? now && isStill(after, now) : !now) return 'done';
      if (said) return 'not done';
    } catch {
      if (left <= 1) return 'unclear';
    }
    if (left <= 1) return failed ? 'not done' : 'unclear';
    await wait(pause);
  }
}

/** The HTTP status that a call ended with. */
function statusOf(error: unknown): number | undefined {
  const { $metadata, statusCode, status, code, response } = error as {
    readonly $metadata?: { readonly httpStatusCode?: unknown };
    readonly statusCode?: unknown;
    readonly status?: unknown;
    readonly code?: unknown;
    readonly response?: { readonly status?: unknown };
  };
  return [$metadata?.httpStatusCode, statusCode, status, code, response?.status].find(
    (one) => typeof one === 'number' && one >= 100,
  ) as number | undefined;
}

/** Whether a cloud said no, and did not just fall silent. */
const isAnswer = (error: unknown): boolean => {
  const status = statusOf(error) ?? 0;
  return (error as { settled?: unknown }).settled === true || (status >= 400 && status < 500);
};

/** Whether it said that it failed, which is not that nothing was done. */
const isFailure = (error: unknown): boolean => (statusOf(error) ?? 0) >= 500;

/** A cloud adds fields that were left out; those that were given must be the same. */
const isStill = (before: Fields, now: Fields): boolean =>
  Object.entries(before).every(([name, value]) => {
    const other = now[name];
    if (sorted(value) === sorted(other)) return true;
    // GCP answers with the whole address of a network.
    return (
      name === 'network' && typeof value === 'string' && typeof other === 'string' && other.endsWith(value)
    );
  });
