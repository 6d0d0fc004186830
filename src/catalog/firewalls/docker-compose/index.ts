import type { Ask } from '../cloud-shared/index.ts';

export type { ComposeContext } from './context.ts';
export { type ComposeReading, parseCompose } from './parse.ts';
export type { PublishedPort } from './ports.ts';
export type { ComposePublication, ComposeService } from './services.ts';

/** What to ask: compose merges its files and fills in variables by itself. */
export const composeAsks: readonly Ask[] = [
  {
    argv: ['docker', 'compose', 'config', '--format', 'json'],
    why: 'all files together, with all variables put in',
  },
];
