export { parseUfw, type UfwFiles } from './parse.ts';
export { ufwPaths } from './paths.ts';
export { parseUfwStatus } from './status.ts';

/** What to ask where the files may not be read; the answer is for `parseUfwStatus`. */
export const ufwAsks = {
  status: { argv: ['ufw', 'status', 'verbose'], why: 'the rules of users and the default policies' },
} as const;
