import type { PolicyName } from '../../model/index.ts';
import { essential } from './essential.ts';
import type { Policy } from './policy.ts';
import { recommended } from './recommended.ts';
import { strict } from './strict.ts';

export { covers, type Cover, type Policy } from './policy.ts';

/** How far a plan goes, from the least that is worth doing on. */
export const policies: Readonly<Record<PolicyName, Policy>> = { essential, recommended, strict };
