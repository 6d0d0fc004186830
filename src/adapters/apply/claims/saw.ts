import { printable } from '../../../lang/text/index.ts';
import type { Claim, Trial } from '../../../model/index.ts';
import type { Site } from '../site.ts';

/** What came of a trial: `held` or not, and what was seen. */
export type Saw = Pick<Trial, 'outcome' | 'saw'>;

export const held = (saw: string): Saw => ({ outcome: 'held', saw });
export const broken = (saw: string): Saw => ({ outcome: 'broken', saw });
export const untried = (saw: string): Saw => ({ outcome: 'untried', saw });

/** Held where it is so. */
export const when = (so: boolean, saw: string): Saw => (so ? held(saw) : broken(saw));

/** How a kind of claim is tried. What it throws is what it saw. */
export type Trying<K extends Claim['claim']> = (
  claim: Extract<Claim, { claim: K }>,
  site: Site,
) => Promise<Saw>;

/** What a server said, fit for a terminal and for a line. */
export const said = (text: string): string => printable(text.slice(0, 160));
