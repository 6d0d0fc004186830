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
      await doStep(connection, step);
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
    return undo(connection, did, reasonOf(error));
  }
}

async function undo(
  connection: CloudConnection,
  did: readonly CloudStep[],
  because: string,
): Promise<CloudOutcome> {
  const back = wayBack(did);
  for (const [index, step] of back.entries())
    try {
      await doStep(connection, step);
    } catch (error) {
      return { result: 'stuck', because, left: did.slice(0, did.length - index), undo: reasonOf(error) };
    }
  return { result: 'undone', because, did };
}

/** Only where its object is what the step takes it for. */
async function doStep(connection: CloudConnection, step: CloudStep): Promise<void> {
  const now = await connection.current(step);
  if (!step.before && now) throw new Error(`${step.name} is there already: somebody else made it`);
  if (step.before && !now) throw new Error(`${step.name} is no more there: somebody else removed it`);
  if (step.before && now && !isStill(step.before, now))
    throw new Error(`${step.name} was changed by somebody else`);
  await connection.carryOut(step, now);
}

/** A cloud adds fields that were left out; those that were given must be the same. */
export const isStill = (before: Fields, now: Fields): boolean =>
  Object.entries(before).every(([name, value]) => {
    const other = now[name];
    if (sorted(value) === sorted(other)) return true;
    // GCP answers with the whole address of a network.
    return (
      name === 'network' && typeof value === 'string' && typeof other === 'string' && other.endsWith(value)
    );
  });
