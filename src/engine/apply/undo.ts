import type { Captured, JournalSink, Outcome, Plan, Resource, World } from '../../model/index.ts';
import { reasonOf } from './reason.ts';
import { nameOf } from './resources-of.ts';
import { farewells, type WayBack } from './way-back.ts';

type Left = { readonly resource: Resource; readonly why: string };

export interface UndoOptions {
  /**
   * What the steps left, by resource. Where something is now neither that nor what it was before, it was written since:
   * what a server wrote of itself loses what the steps made of it, and keeps the rest.
   */
  readonly left?: ReadonlyMap<string, Captured>;
  /** What somebody else has written since stays. Without: it is put back, as after a failure or a crash. */
  readonly careful?: boolean;
  /** What is undone: who uses a login that it made gets time to go back. */
  readonly plan?: Plan | undefined;
  readonly wayBack?: WayBack | undefined;
}

/** How often a restoration is tried, and how long is waited in between, milliseconds: a server may just be starting. */
const attempts = 5;
const pauses = 400;

/**
 * Files go first, then a restart where there was one, so that the server comes up with its old files; then what only
 * the running server has; and last it saves itself again where it keeps its own files.
 */
const phaseOf = ({ resource: { kind } }: Captured): number =>
  kind === 'file' || kind === 'access' ? 0 : kind === 'process' ? 1 : kind === 'saved' ? 3 : 2;

/** The first state of each resource, the last one touched first; logins that clients may still have after all others. */
function inOrder(captured: readonly Captured[], leaves: (one: Captured) => boolean): readonly Captured[] {
  const first = new Map<string, Captured>();
  for (const one of captured) {
    const name = nameOf(one.resource);
    if (!first.has(name)) first.set(name, one);
  }
  return [...first.values()]
    .toReversed()
    .toSorted((a, b) => phaseOf(a) - phaseOf(b) || Number(leaves(a)) - Number(leaves(b)));
}

/**
 * Puts back all that was captured. Ends in `undone`, or in `stuck` with what could not be put back and why; a stuck
 * undo may be run again. A resource that is as it was is left alone.
 */
export async function undo(
  captured: readonly Captured[],
  world: World,
  journal: JournalSink,
  why: string,
  { left: leftBySteps = new Map(), careful = false, plan, wayBack }: UndoOptions = {},
): Promise<Outcome> {
  const left: Left[] = [];
  /**
   * Nodes that have their old files and started with them: what was opened there is what its file says by now. That
   * nobody had changed it was seen when it was opened.
   */
  const started = new Set<string>();
  const again = async (one: Captured, tries?: number): Promise<string | undefined> => {
    const opened = clients.opened(one);
    const ours = opened ?? leftBySteps.get(nameOf(one.resource));
    const expected = opened && started.has(one.resource.node) ? undefined : ours;
    const problem = await putBack(one, expected, careful, world, tries);
    if (one.resource.kind === 'process' && problem === undefined) started.add(one.resource.node);
    return problem;
  };
  const clients = farewells(captured, world, { plan, wayBack }, again);
  await clients.open(1);
  for (const one of inOrder(captured, clients.leaves)) {
    if (clients.leaves(one)) await clients.open();
    const needed = clients.leaves(one) ? await clients.needed(one) : undefined;
    const problem = needed ?? (await again(one));
    if (problem !== undefined) left.push({ resource: one.resource, why: problem });
    await journal.append(
      problem === undefined
        ? { entry: 'restored', resource: one.resource }
        : { entry: 'kept', resource: one.resource, why: problem },
    );
  }
  const untold = left.length === 0 ? clients.told() : undefined;
  const [last] = captured;
  if (untold !== undefined && last) left.push({ resource: last.resource, why: untold });
  const outcome: Outcome = left.length === 0 ? { kind: 'undone', why } : { kind: 'stuck', why, left };
  await journal.append({ entry: 'end', at: world.now(), outcome });
  return outcome;
}

const changedSince = 'it was changed since, by somebody else: it stays as it is';

/** A process that does not let itself be looked at is not the one that it was. */
const stateOf = ({ resource }: Captured, world: World): Promise<string | undefined> =>
  world.capture(resource).then(
    ({ digest }) => digest,
    () => undefined,
  );

/** `undefined` when the resource is as it was; else why not. */
async function putBack(
  before: Captured,
  ours: Captured | undefined,
  careful: boolean,
  world: World,
  tries = attempts,
): Promise<string | undefined> {
  let problem = '';
  for (let attempt = 0; attempt < tries; attempt++) {
    if (attempt > 0) await world.pause(pauses);
    try {
      if (before.resource.kind === 'saved') {
        await world.restore(before);
        return undefined;
      }
      if (before.resource.kind === 'process') {
        // Whatever started it since: it has to start once more, to have its old files. If it did not, it has them.
        const running = await stateOf(before, world);
        if (running === before.digest) return undefined;
        await world.restore(before);
        const then = await stateOf(before, world);
        if (then === undefined || then !== running) return undefined;
        problem = 'it was to start anew, and did not';
        continue;
      }
      const now = await world.capture(before.resource);
      // Sentinel tells its passwords by its file alone, and may have another where it could not write that.
      const untold = before.resource.kind === 'sentinel';
      if (now.digest === before.digest && !untold) return undefined;
      if (now.digest !== before.digest && ours && now.digest !== ours.digest) {
        const taken = world.takeBack?.(before, ours);
        if (await (careful ? taken : taken?.catch(() => false))) return undefined;
        if (careful) return changedSince;
      }
      await world.restore(before);
      const then = await world.capture(before.resource);
      if (then.digest === before.digest) return undefined;
      problem = 'it was put back, and is not as it was';
    } catch (error) {
      problem = reasonOf(error);
    }
  }
  return problem;
}
