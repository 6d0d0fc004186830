/**
 * Apply: all of a plan, or nothing, or a list of what is left.
 *
 * Before a step touches anything, all that it will touch is captured, and the journal has it on disk. So whatever
 * happens afterwards, in whichever instant, can be answered in one way that needs no knowledge of how far we got:
 * everything captured is put back. Actions and restorations are absolute (the setting *is* this, the file *is* that),
 * which makes a lost reply, a killed process and a second attempt all the same.
 *
 * When the last step is done and proved, the plan is `applied`, not done: whoever wrote the plan must show over a new
 * connection that they still get in. Until then a deadline stands in the journal, and the watchdog, or the next run of
 * Keyward, puts everything back once it has passed.
 */
import type { Captured, Claim, JournalSink, Outcome, Plan, Step, Trial, World } from '../../model/index.ts';
import { reasonOf } from './reason.ts';
import { nameOf } from './resources-of.ts';
import { undo } from './undo.ts';
import type { WayBack } from './way-back.ts';
import { inWords } from './words.ts';

export interface ApplyOptions {
  /** Milliseconds that clients get to move, in all guards together. */
  readonly patience: number;
  /** Seconds until everything comes back without a confirmation. */
  readonly confirmWithin: number;
  /** The process that applies, for the watchdog to watch. */
  readonly pid: number;
  readonly secretsFile: string;
  /** Where clients are told their new logins. */
  readonly publishedSecrets?: string | undefined;
  readonly wayBack?: WayBack | undefined;
  /** Progress: a step begins, waits, is done. */
  readonly say?: (step: Step, what: 'begins' | 'waits' | 'done', words: string) => void;
}

export type Applied = Outcome | { readonly kind: 'applied'; readonly deadline: string };

/** How often a guard that waits is tried, milliseconds. */
const between = 250;

/** Why a step did not come to its end; everything is undone for it. */
class Failed extends Error {}

/**
 * Runs a plan. Ends in `applied`, `refused` (nothing was touched), `undone`, or `stuck`.
 *
 * The journal must be new, and nobody else may hold it. Never rejects.
 */
export async function apply(
  plan: Plan,
  world: World,
  journal: JournalSink,
  options: ApplyOptions,
): Promise<Applied> {
  const stale = await changedSince(plan, world);
  if (stale !== undefined) return { kind: 'refused', why: stale };
  try {
    await journal.append({
      entry: 'begin',
      at: world.now(),
      plan,
      confirmWithin: options.confirmWithin,
      pid: options.pid,
      secretsFile: options.secretsFile,
      ...(options.publishedSecrets === undefined ? {} : { publishedSecrets: options.publishedSecrets }),
    });
  } catch (error) {
    return { kind: 'refused', why: `the journal cannot be written: ${reasonOf(error)}` };
  }
  const until = world.clock() + options.patience;
  const captured: Captured[] = [];
  const left = new Map<string, Captured>();
  try {
    for (const step of plan.steps) await run(step, world, journal, options, until, { captured, left });
    const deadline = later(world.now(), options.confirmWithin);
    await journal.append({ entry: 'applied', at: world.now(), deadline });
    return { kind: 'applied', deadline };
  } catch (error) {
    const why = reasonOf(error);
    const sink = asFarAsPossible(journal);
    await sink.append({ entry: 'undoing', at: world.now(), why });
    return undo(captured, world, sink, why, { plan, wayBack: options.wayBack, left });
  }
}

/**
 * A journal on a full disk must not keep us from putting things back: all that matters for it is in memory, and what
 * the journal has is enough for the next run to do the same again.
 */
const asFarAsPossible = (journal: JournalSink): JournalSink => ({
  append: (entry) => journal.append(entry).catch(() => undefined),
});

async function run(
  step: Step,
  world: World,
  journal: JournalSink,
  { say }: ApplyOptions,
  until: number,
  { captured, left }: { readonly captured: Captured[]; readonly left: Map<string, Captured> },
): Promise<void> {
  say?.(step, 'begins', step.title);
  for (const claim of step.guard) {
    await guarded(claim, world, until, (words) => say?.(step, 'waits', words));
  }
  const before: Captured[] = [];
  for (const resource of step.undo) before.push(await world.capture(resource));
  await journal.append({ entry: 'step', at: world.now(), step: step.id, before });
  // What a server saves of itself changes when it saves, and not before.
  captured.push(...before.filter(({ resource }) => resource.kind !== 'saved'));
  // What an unfinished step left is not known.
  for (const { resource } of before) left.delete(nameOf(resource));
  for (const [index, action] of step.does.entries()) {
    await journal.append({ entry: 'doing', step: step.id, index, action });
    if (action.do === 'save') captured.push(...before.filter(({ resource }) => resource.kind === 'saved'));
    await world.perform(action);
  }
  const trials: Trial[] = [];
  for (const claim of step.proves) trials.push(await world.test(claim));
  const broken = trials.find(({ outcome }) => outcome === 'broken');
  if (broken) throw new Failed(`${step.title}: ${broken.saw}`);
  const after: Captured[] = [];
  for (const resource of step.undo) after.push(await world.capture(resource));
  for (const one of after) left.set(nameOf(one.resource), one);
  await journal.append({ entry: 'done', at: world.now(), step: step.id, after, trials });
  say?.(step, 'done', step.title);
}

const waitsFor: ReadonlySet<Claim['claim']> = new Set(['unused', 'moved', 'replicates']);

/** Tries a guard; what depends on others is tried until patience ends. */
async function guarded(
  claim: Claim,
  world: World,
  until: number,
  wait: (words: string) => void,
): Promise<void> {
  let told = '';
  for (let untried = 0; ;) {
    const { outcome, saw } = await world.test(claim);
    if (outcome === 'held') return;
    if (!waitsFor.has(claim.claim) || world.clock() >= until) throw new Failed(saw);
    // Who has just gone may still be listed: in a moment nothing has to be told of him.
    if (outcome === 'untried' && ++untried === 4) throw new Failed(saw);
    if (saw !== told) wait(saw);
    told = saw;
    await world.pause(between);
  }
}

/** Which part of the plan's basis is not as it was, in words. */
async function changedSince(plan: Plan, world: World): Promise<string | undefined> {
  for (const { resource, fingerprint } of plan.basis) {
    try {
      const now = await world.capture(resource);
      if (now.fingerprint !== fingerprint)
        return `${inWords(resource)} changed since the plan was made: make a new plan`;
    } catch (error) {
      return `${inWords(resource)} cannot be read: ${reasonOf(error)}`;
    }
  }
  return undefined;
}

const later = (iso: string, seconds: number): string =>
  new Date(Date.parse(iso) + seconds * 1000).toISOString();
