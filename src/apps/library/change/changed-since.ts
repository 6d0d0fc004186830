/**
 * Days after a plan was applied, somebody may have changed what it had changed: that is theirs, and undo leaves it.
 *
 * Everything is judged before anything goes back, and the verdicts stand in the journal. One thing put back may make
 * another look different (the mode of a file is part of the file), and an undo that is killed in the middle has to be
 * gone on with as it was begun: what is half back by then is ours, and what was somebody's is still theirs.
 */
import type { Journal } from '../../../engine/apply/index.ts';
import { nameOf } from '../../../engine/apply/resources-of.ts';
import type { Captured, Entry, JournalSink, World } from '../../../model/index.ts';

/** What to see of each resource at the first look, by name; where there is nothing, it is looked at. */
export type Verdicts = ReadonlyMap<string, Captured>;

/** A server that was started anew, or saved itself, was not changed by anybody. */
const isJudged = ({ resource: { kind } }: Captured): boolean => kind !== 'process' && kind !== 'saved';

const firstOf = (captured: readonly Captured[]): ReadonlyMap<string, Captured> =>
  new Map(captured.toReversed().map((one) => [nameOf(one.resource), one]));

const words = 'it was changed since, by somebody else';

/**
 * Looks at all that a plan has changed, and writes into the journal what is neither as it was before nor as the plan
 * left it. What cannot be looked at now is judged when its turn comes.
 */
export async function judge(
  { captured, left }: Journal,
  world: World,
  journal: JournalSink,
): Promise<Verdicts> {
  const verdicts = new Map<string, Captured>();
  for (const [name, before] of firstOf(captured)) {
    const ours = left.get(name);
    if (!ours || !isJudged(before)) continue;
    const now = await world.capture(before.resource).catch(() => undefined);
    if (!now) continue;
    verdicts.set(name, now);
    if (now.digest !== before.digest && now.digest !== ours.digest)
      await journal.append({ entry: 'kept', resource: before.resource, why: words });
  }
  return verdicts;
}

type Read = Journal & { readonly entries: readonly Entry[] };

export const wasConfirmed = ({ entries }: Read): boolean =>
  entries.some(({ entry }) => entry === 'confirmed');

/** Where the undo of something confirmed was left in the middle: the journal until then, and what had been judged. */
export function brokenOff({
  entries,
  left,
  captured,
}: Read): { readonly entries: readonly Entry[]; readonly verdicts: Verdicts } | undefined {
  const confirmed = entries.findLastIndex(({ entry }) => entry === 'confirmed');
  if (confirmed < 0) return undefined;
  const theirs = new Set<string>();
  let judging = true;
  for (const entry of entries.slice(confirmed)) {
    if (entry.entry === 'undoing') judging = false;
    else if (entry.entry === 'end') {
      judging = true;
      theirs.clear();
    }
    // Whatever became of it later: it is looked at anew, since what a server wrote of itself is no more as we left it
    // when ours has been taken out of it.
    else if (entry.entry === 'kept' && judging && entry.why === words) theirs.add(nameOf(entry.resource));
  }
  const before = firstOf(captured);
  return {
    entries: entries.slice(0, confirmed + 1),
    verdicts: new Map([...left].filter(([name]) => before.has(name) && !theirs.has(name))),
  };
}

/** Whether all that an undo left is what somebody changed since: then it is over, and nothing is to be tried again. */
export const leftOnlyTheirs = ({ entries, standing }: Read): boolean => {
  if (standing.kind !== 'ended' || standing.outcome.kind !== 'stuck') return false;
  const theirs = new Set(
    entries.flatMap((entry) =>
      entry.entry === 'kept' && entry.why === words ? [nameOf(entry.resource)] : [],
    ),
  );
  return standing.outcome.left.every(({ resource }) => theirs.has(nameOf(resource)));
};

/** The world, in which the first look at a resource gives what was seen of it. */
export function asJudged(world: World, verdicts: Verdicts): World {
  const due = new Map(verdicts);
  return {
    ...world,
    capture: async (resource) => {
      const name = nameOf(resource);
      const seen = due.get(name);
      due.delete(name);
      return seen ?? world.capture(resource);
    },
  };
}

/**
 * The journal of an apply, which notes at the end of a step also what the step did to things of earlier ones: whoever
 * sets the mode of a file has changed the file.
 */
export function withNeighbours(journal: JournalSink, world: World): JournalSink {
  const changed = new Map<string, Captured>();
  return {
    append: async (entry) => {
      if (entry.entry === 'done') {
        const own = new Set(entry.after.map(({ resource }) => nameOf(resource)));
        const paths = new Set(entry.after.flatMap(({ resource }) => placeOf(resource) ?? []));
        const others = [...changed].filter(
          ([name, { resource }]) => !own.has(name) && paths.has(placeOf(resource) ?? ''),
        );
        const after = [...entry.after];
        for (const [, { resource }] of others) after.push(await world.capture(resource));
        for (const one of after) changed.set(nameOf(one.resource), one);
        return journal.append({ ...entry, after });
      }
      return journal.append(entry);
    },
  };
}

const placeOf = (resource: Captured['resource']): string | undefined =>
  resource.kind === 'file' || resource.kind === 'access' ? `${resource.node}:${resource.path}` : undefined;
