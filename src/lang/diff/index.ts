/** What changed between two texts, line by line, in bounded time. */
export { replacements, type Replacement } from './replacements.ts';
export { unifiedDiff, type DiffOptions } from './unified.ts';
