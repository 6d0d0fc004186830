import type { Captured, Entry, Outcome, Plan } from '../../model/index.ts';
import { nameOf } from './resources-of.ts';

/** What a journal says of where its plan stands. */
export type Standing =
  /** Nothing was touched. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  /** All done; confirmed or not. */
  | { readonly kind: 'applied'; readonly at: string; readonly deadline: string; readonly confirmed: boolean }
  /** It was left in the middle, by a crash. */
  | { readonly kind: 'interrupted'; readonly why: string };

export interface Journal {
  readonly plan: Plan | undefined;
  /** The process that applied. */
  readonly pid: number;
  readonly confirmWithin: number;
  /** Everything captured before, in order. */
  readonly captured: readonly Captured[];
  /** What the steps left, by resource name; only of steps that came to their end. */
  readonly left: ReadonlyMap<string, Captured>;
  readonly standing: Standing;
}

/** Reads a journal's entries. Pure, and true for every prefix of them: a crash may cut the file after any entry. */
export function standingOf(entries: readonly Entry[]): Journal {
  let plan: Plan | undefined;
  let pid = 0;
  let confirmWithin = 0;
  let standing = { kind: 'nothing' } as Standing;
  const captured: Captured[] = [];
  /** Nodes that were told to save themselves: only these have something of it to take back. */
  const saved = new Set<string>();
  const left = new Map<string, Captured>();
  for (const entry of entries) {
    switch (entry.entry) {
      case 'begin':
        ({ plan, pid, confirmWithin } = entry);
        break;
      case 'step':
        captured.push(...entry.before);
        // What an unfinished step left is not known: it goes back whatever it is.
        for (const { resource } of entry.before) left.delete(nameOf(resource));
        standing = { kind: 'interrupted', why: `step ${entry.step} did not come to its end` };
        break;
      case 'done':
        for (const one of entry.after) left.set(nameOf(one.resource), one);
        standing = { kind: 'interrupted', why: `no step after ${entry.step} was begun` };
        break;
      case 'applied':
        standing = { kind: 'applied', at: entry.at, deadline: entry.deadline, confirmed: false };
        break;
      case 'confirmed':
        if (standing.kind === 'applied') standing = { ...standing, confirmed: true };
        break;
      case 'undoing':
        standing = { kind: 'interrupted', why: entry.why };
        break;
      case 'end':
        standing = { kind: 'ended', outcome: entry.outcome };
        break;
      case 'doing':
        if (entry.action.do === 'save') saved.add(entry.action.node);
        break;
      case 'restored':
      case 'kept':
        break;
    }
  }
  const touched = captured.filter(({ resource }) => resource.kind !== 'saved' || saved.has(resource.node));
  return { plan, pid, confirmWithin, captured: touched, left, standing };
}
