import { collectedNames, unknown, type Collected } from '../../model/index.ts';

let last: { readonly detail: string; readonly facts: Collected } | undefined;

/**
 * Every fact, unknown for the same reason: what a collector does not fill stays so, and is never absent. One after
 * another, most servers lack what the last one lacked.
 */
export function blank(detail: string): Collected {
  if (last?.detail === detail) return last.facts;
  const why = unknown('not-asked', detail);
  const facts = Object.fromEntries(collectedNames.map((name) => [name, why])) as unknown as Collected;
  last = { detail, facts };
  return facts;
}
