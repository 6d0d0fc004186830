import { collectedNames, unknown, type Collected } from '../../model/index.ts';

/** Every fact, unknown for the same reason: what a collector does not fill stays so, and is never absent. */
export const blank = (detail: string): Collected =>
  Object.fromEntries(
    collectedNames.map((name) => [name, unknown('not-asked', detail)]),
  ) as unknown as Collected;
