import type { Grant } from '../model/index.ts';

const sets = new WeakMap<Grant, ReadonlySet<string>>();

/** The commands of a grant, looked up: once a grant, not once a question. */
export function commandsOf(grant: Grant): ReadonlySet<string> {
  const found = sets.get(grant) ?? new Set(grant.commands);
  sets.set(grant, found);
  return found;
}
