import { createHash } from 'node:crypto';
import type { Captured, Resource, State } from '../../model/index.ts';

/** JSON with sorted names: equal for equal values. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );

const sha256 = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex');

/**
 * A state with its digests. `same` is what must be equal for the resource to count as unchanged, where that is not
 * the whole state; `shown` the same without its secrets.
 */
export const captured = (
  resource: Resource,
  state: State,
  { same = state, shown = same }: { readonly same?: unknown; readonly shown?: unknown } = {},
): Captured => ({ resource, state, digest: sha256(same), fingerprint: sha256(shown) });
