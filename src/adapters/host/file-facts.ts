import type { Stats } from 'node:fs';
import { type Fact, known, unknown } from '../../model/fact.ts';
import type { FileFacts, FileRole } from '../../model/host.ts';
import { type Accounts, accountsOf } from './accounts.ts';
import { collect, errorCode } from './collect.ts';
import { type Resolved, resolveInside } from './inside-root.ts';
import { octal } from './listeners.ts';
import { looseParents } from './loose-parents.ts';
import { unmappedOwner } from './unmapped-owner.ts';

export interface WantedFile {
  /** Absolute, as the server sees it. */
  readonly path: string;
  readonly role: FileRole;
}

const mostFiles = 1000;

/**
 * Owner, group, mode and kind of files, links followed inside `viaRoot` (`rootOf(pid).path` for a container). For a
 * link that leads nowhere the kind is `missing`, for a loop of links `symlink`; then owner, group and mode are empty.
 *
 * What may not be looked at is left out, and named in `source`; when it is all of them the fact is `no-access`.
 * @example await fileFacts([{ path: '/etc/redis/redis.conf', role: 'conf' }], rootOf(812).path);
 */
export function fileFacts(wanted: readonly WantedFile[], viaRoot = '/'): Promise<Fact<readonly FileFacts[]>> {
  return collect('files', () => {
    if (wanted.length === 0) return unknown('not-asked', 'no file is known');
    const accounts = accountsOf(viaRoot);
    const hidden = unmappedOwner();
    const denied: string[] = [];
    const facts = wanted.slice(0, mostFiles).flatMap(({ path, role }) => {
      try {
        const found = resolveInside(viaRoot, path);
        if (hidden !== undefined && ownersOf(found).includes(hidden)) {
          denied.push(`${path} (its owner is not to be seen from this user namespace)`);
          return [];
        }
        return [describeFile(path, role, found, accounts)];
      } catch (error) {
        denied.push(
          `${path} (${errorCode(error) === 'EACCES' ? 'permission denied' : (errorCode(error) ?? 'unreadable')})`,
        );
        return [];
      }
    });
    if (facts.length === 0) return unknown('no-access', denied.join(', '));
    return known(facts, denied.length === 0 ? 'lstat' : `lstat; not seen: ${denied.join(', ')}`);
  });
}

/** Of the file and of the folders above it. */
const ownersOf = ({ stats, folders }: Resolved): readonly number[] =>
  [stats, ...folders.map((folder) => folder.stats)].flatMap((one) => one?.uid ?? []);

function describeFile(path: string, role: FileRole, found: Resolved, accounts: Accounts): FileFacts {
  const { stats } = found;
  const loose = looseParents(found, stats?.uid, accounts.primaryGroup);
  if (stats === undefined) {
    const kind = found.problem === 'loop' ? 'symlink' : 'missing';
    return { path, role, kind, owner: '', group: '', mode: '', looseParents: loose };
  }
  return {
    path,
    role,
    kind: kindOf(stats),
    owner: accounts.user(stats.uid),
    group: accounts.group(stats.gid),
    mode: octal(stats.mode),
    looseParents: loose,
  };
}

function kindOf(stats: Stats): FileFacts['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSocket() ? 'socket' : 'other';
}
