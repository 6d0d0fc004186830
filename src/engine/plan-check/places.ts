/**
 * Where a plan may reach on a host. By the path alone: whether a folder on the way is a link of somebody else's is
 * for the adapter that writes.
 */
import { takenUpBy } from '../../catalog/readings/places.ts';
import type { PlanNode } from '../../model/index.ts';

/** Absolute, and written in the one way that says where it leads. */
export const isPlainPath = (path: string): boolean =>
  path.startsWith('/') &&
  path.length <= 4096 &&
  !/\p{Cc}|[\u2028\u2029]/u.test(path) &&
  !/\/(?:\/|\.{1,2}(?:\/|$)|$)/.test(path);

export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const isBelow = (path: string, folder: string): boolean =>
  folder !== '' && path.startsWith(`${folder}/`);

/** What servers of the family, and the tunnel before them, name their folders and files by. */
const ours = /redis|valkey|keydb|sentinel|dragonfly|kvrocks|garnet|stunnel|keyward/i;

/** Folders that each package shares with all others: what lies in them is told by its name. */
const sharedRoots = [
  '/etc',
  '/etc/opt',
  '/usr/local/etc',
  '/opt/homebrew/etc',
  '/var/lib',
  '/var/log',
  '/var/cache',
  '/run',
  '/var/run',
];
/** Keys and certificates of several programs. */
const keyStores = ['/etc/ssl', '/etc/pki', '/etc/letsencrypt'];
/** The system's own, where nothing of a server is kept: programs, kernel, devices, spools, start files of accounts. */
const systemRoots = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/boot',
  '/efi',
  '/proc',
  '/sys',
  '/dev',
  '/etc',
  '/var',
  '/run',
  '/nix',
  '/gnu',
  '/snap',
  '/private/etc',
  '/private/var',
  '/System',
  '/Library',
];
/** Where people put servers of their own, inside of those. */
const ownRoots = ['/usr/local', '/var/data', '/var/snap', '/var/opt', '/var/tmp', '/dev/shm'];
const programs = [
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/local/lib',
  '/usr/local/lib64',
  '/usr/local/libexec',
  '/usr/local/share',
  '/usr/local/include',
  '/usr/local/src',
];
/** Read by other programs when somebody logs in, wherever the home is. */
const startFiles =
  /\/\.(?:ssh|config|local|gnupg|kube|docker|aws|bash[^/]*|zsh[^/]*|profile|[^/]*rc|forward|rhosts|netrc|pgpass)(?:\/|$)/;

const within = (path: string, roots: readonly string[]): boolean =>
  roots.some((root) => path === root || isBelow(path, root));

/** Whether something there belongs to the system or to another program, as far as its path tells. */
export function isOfTheSystem(path: string): boolean {
  if (startFiles.test(path) || lastOf(path).startsWith('.')) return true;
  const folder = folderOf(path);
  return (folder !== '/etc' && takenUpBy(folder) !== undefined) || isForeign(path);
}

function isForeign(path: string): boolean {
  if (within(path, keyStores)) return false;
  const shared = sharedRoots.findLast((root) => isBelow(path, root));
  if (shared !== undefined) {
    const [first = '', ...rest] = path.slice(shared.length + 1).split('/');
    // A file among those of all others: only a configuration, for the rest is read by who knows whom.
    return (
      !ours.test(first) ||
      (rest.length === 0 && first.includes('.') && !/\.(?:conf|acl|log|rdb|aof)$/.test(first))
    );
  }
  if (within(path, programs)) return true;
  return within(path, systemRoots) && !within(path, ownRoots);
}

/** Folders of many: below them only what is named after a server is its own. */
const isCommon = (folder: string): boolean =>
  folder === '' ||
  sharedRoots.includes(folder) ||
  keyStores.includes(folder) ||
  ownRoots.includes(folder) ||
  /^\/(?:tmp|home|home\/[^/]+|root|opt|srv|mnt|media|data|Users|Users\/[^/]+|private\/tmp)$/.test(folder);

/** Whether it lies in a folder right below this one that is named after a server. */
const isNamedIn = (path: string, root: string): boolean => {
  const [first = '', ...rest] = isBelow(path, root) ? path.slice(root.length + 1).split('/') : [];
  return rest.length > 0 && ours.test(first);
};

/** Whether files of ours may be made there: in the folder of the server's own files, or in one named after a server. */
export function isOwn(path: string, { conf, aclFile }: PlanNode): boolean {
  if (!isPlainPath(path) || isOfTheSystem(path)) return false;
  if (sharedRoots.some((root) => isNamedIn(path, root))) return true;
  return [conf, aclFile].some((file) => {
    if (file === undefined || !isPlainPath(file) || isOfTheSystem(file)) return false;
    const folder = folderOf(file);
    return isCommon(folder) ? isNamedIn(path, folder) : isBelow(path, folder);
  });
}

/** The unit that a drop-in of ours changes: `/etc/systemd/system/<unit>.d/<name>.conf`. */
export const unitOfDropIn = (path: string): string | undefined =>
  /^\/etc\/systemd\/system\/([^/]+\.service)\.d\/[A-Za-z0-9_-]+\.conf$/.exec(path)?.[1];

export const isProgramPlace = (path: string): boolean =>
  within(path, ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/opt']) && !isBelow(path, '/usr/local/etc');
