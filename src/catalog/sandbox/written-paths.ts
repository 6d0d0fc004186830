import { dirname, resolve } from 'node:path/posix';

/** Where a server keeps what it writes, as its settings have it; relative paths are relative to `dir`. */
export interface ServerPlaces {
  /** Absolute. */
  readonly dir: string;
  /** Only if the server rewrites it: CONFIG REWRITE, a Sentinel, a cluster node. */
  readonly conf?: string;
  /** Only if ACL SAVE is used. */
  readonly aclFile?: string;
  readonly logFile?: string;
  readonly pidFile?: string;
  readonly unixSocket?: string;
}

/** Folders that are everybody's: write access there would undo the sandbox. */
const shared = new Set(
  '/ /bin /boot /dev /etc /home /lib /lib64 /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /usr/local /usr/local/etc /var /var/lib /var/log /var/run /var/tmp'.split(
    ' ',
  ),
);

/**
 * The folders that a server needs to write into: it writes beside a file and renames. Where such a folder is
 * everybody's (`/etc/redis.conf`), the file alone; a pid file there is left out, since the server's own account
 * could not make it either, and does without.
 *
 * @example writtenPaths({ dir: '/var/lib/redis', conf: '/etc/redis/redis.conf' }) // ['/etc/redis', '/var/lib/redis']
 */
export function writtenPaths(places: ServerPlaces): readonly string[] {
  const { dir, conf, aclFile, logFile, pidFile, unixSocket } = places;
  const beside = [conf, aclFile, logFile, unixSocket, pidFile].flatMap((path) => {
    if (path === undefined || path === '') return [];
    const absolute = resolve(dir, path);
    const folder = dirname(absolute);
    if (!shared.has(folder)) return [folder];
    return path === pidFile || folder === '/dev' ? [] : [absolute];
  });
  const all = [...new Set([...(shared.has(resolve(dir)) ? [] : [resolve(dir)]), ...beside])].toSorted();
  return all.filter((path) => !all.some((other) => path.startsWith(`${other}/`)));
}
