import { type Stats, lstatSync, readlinkSync } from 'node:fs';

/**
 * A path of another root file system, such as a container's, walked by hand.
 *
 * The kernel follows an absolute link from our own root, also below /proc/PID/root: a container with a link to
 * /etc/shadow would make us read the host's. So each part is looked at, links are followed inside `root`, and
 * `..` stops there.
 */
export interface Resolved {
  /** Where it really is, seen from us. */
  readonly path: string;
  /** The same, seen from inside the root. */
  readonly inside: string;
  /** What stands there; undefined when nothing does, or after a loop of links. */
  readonly stats?: Stats;
  /** Every folder that was passed, as seen from inside, links and their targets included. */
  readonly folders: readonly { readonly path: string; readonly stats: Stats }[];
  readonly linked: boolean;
  readonly problem?: 'missing' | 'loop';
}

/** As many links as Linux itself follows (`MAXSYMLINKS`). */
const mostLinks = 40;

/** Follows `path`, absolute inside `root`. @throws `EACCES` and other system errors, but not for what is missing. */
export function resolveInside(root: string, path: string): Resolved {
  const ahead = parts(path).toReversed();
  const walked: string[] = [];
  const top = lstatSync(below(root, '/'));
  const folders = new Map<string, Stats>([['/', top]]);
  let links = 0;
  const answer = (rest: Pick<Resolved, 'stats' | 'problem'>): Resolved => {
    const inside = `/${[...walked, ...ahead.toReversed()].join('/')}`;
    const passed = [...folders].filter(([folder]) => folder !== inside);
    return {
      path: below(root, inside),
      inside,
      folders: passed.map(([folder, stats]) => ({ path: folder, stats })),
      linked: links > 0,
      ...rest,
    };
  };
  let stats = top;
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    if (part === '..') {
      walked.pop();
      continue;
    }
    const here = `/${[...walked, part].join('/')}`;
    const found = lstatSync(below(root, here), { throwIfNoEntry: false });
    if (found === undefined) {
      walked.push(part);
      return answer({ problem: 'missing' });
    }
    if (found.isSymbolicLink()) {
      links += 1;
      if (links > mostLinks) {
        walked.push(part);
        return answer({ problem: 'loop' });
      }
      const target = readlinkSync(below(root, here));
      if (target.startsWith('/')) walked.length = 0;
      ahead.push(...parts(target).toReversed());
      continue;
    }
    walked.push(part);
    if (!found.isDirectory() && ahead.length > 0) return answer({ problem: 'missing' });
    if (found.isDirectory()) folders.set(here, found);
    stats = found;
  }
  // After a `..` the last thing looked at is not where we stand.
  const inside = `/${walked.join('/')}`;
  return answer({ stats: folders.get(inside) ?? stats });
}

/** As `join`, of a path that is absolute and has no `..`: its hundreds of calls are much of a walk. */
const below = (root: string, path: string): string =>
  root === '/' ? path : `${root.endsWith('/') ? root.slice(0, -1) : root}${path === '/' ? '/' : path}`;

const parts = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');
