import { reportNames } from '../../index.ts';

const words: ReadonlySet<string> = new Set(['audit', 'explain', 'lab', '--help', '--save', ...reportNames]);

/**
 * Which parts of the program a command line has used, about: by its own words among ours, and the schemes of its
 * targets. Nothing else of it is told, for it may be a name or a secret.
 */
export const kindOfRun = (args: readonly string[]): string =>
  [
    ...new Set(
      args.flatMap((arg) => {
        if (words.has(arg)) return arg;
        return /^(redis|rediss|unix):\/\//.exec(arg)?.[1] ?? (arg.startsWith('-') ? [] : 'other');
      }),
    ),
  ].join(' ');
