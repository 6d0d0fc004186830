import { lstatSync } from 'node:fs';
import { join } from 'node:path/posix';
import { readBytes } from '../bounded-read.ts';
import { resolveInside } from '../inside-root.ts';
import { dumpMark } from './marks.ts';
import { type Search, folderNames, lookAt, sign } from './place.ts';

/** Names that the public exploits of replication and modules give their library. */
const exploitNames = /^(exp|exp_lin|red2|red2_lin|exploit|rce|poc)\.so(\.\d+)?$/;
const isElf = (head: Buffer): boolean => head.subarray(0, 4).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46]));

/** Modules that people keep beside their data. */
const publicModules =
  /^(lib)?(redis|valkey|re)[\w-]*\.so|^(bloom|search|json|graph|gears|timeseries|cell|ai|vector|falkordb|redisgears\w*)\.so/i;
const openFolders = ['/tmp', '/var/tmp', '/dev/shm'];

/**
 * Libraries that the server wrote: a rogue master sends one in place of a dump, and `MODULE LOAD` runs it.
 *
 * A program with the dump's own name counts always, and a library with the name of a known exploit. Any other counts in
 * the data folder when it belongs to the server's user and has no public module's name; an administrator's module
 * belongs to root, but a server that runs as root cannot be told from one. In /tmp, where Java and others unpack
 * libraries too, only when the server has a user of its own and the name is not that of such a library (`lib…`).
 */
export function libraryFiles(
  search: Search,
  root: string,
  dir: string | undefined,
  dump: string | undefined,
  uid: number | undefined,
): void {
  const folders = new Set([...(dir === undefined ? [] : [dir]), ...openFolders]);
  for (const folder of folders) {
    for (const name of folderNames(search, root, folder, 4096)) {
      const isDump = folder === dir && name === dump;
      if (!isDump && !/\.so(\.\d+)?$/.test(name)) continue;
      const path = join(folder, name);
      lookAt(search, path, () => {
        const { path: real, stats } = resolveInside(root, path);
        if (!stats?.isFile() || !isElf(readBytes(real, 16))) return;
        if (isDump) sign(search, 'shared-object', path, 'is a program and has the name of the dump');
        else if (exploitNames.test(name))
          sign(search, 'shared-object', path, 'has the name of a known exploit');
        else if (stats.uid === uid && isForeign(folder, name, stats.uid))
          sign(search, 'shared-object', path, `is a library that the server's user made`);
      });
    }
  }
}

const isForeign = (folder: string, name: string, uid: number): boolean =>
  openFolders.includes(folder)
    ? uid !== 0 && !/(^|-)lib|^jna|^snappy|^netty/.test(name)
    : !publicModules.test(name);

const webRoots = [
  '/var/www',
  '/srv/www',
  '/srv/http',
  '/usr/share/nginx/html',
  '/usr/local/www',
  '/usr/local/apache2/htdocs',
  '/usr/local/tomcat/webapps',
  '/opt/lampp/htdocs',
];
const script = /\.(php\d?|phtml|pht|inc|jspx?|aspx?|ashx|cgi|pl|py|sh|s?html?)$/i;
const mostFolders = 300;
const mostFiles = 1500;

/** Pages that are a dump: `CONFIG SET dir /var/www/html`, then a script as a value. Only the first bytes are read. */
export function webFiles(search: Search, root: string, skip: (path: string) => boolean): void {
  let files = 0;
  const ahead = webRoots.map((path) => ({ path, depth: 0 }));
  for (let done = 0; done < ahead.length && done < mostFolders; done += 1) {
    const { path: folder = '', depth = 0 } = ahead[done] ?? {};
    if (skip(folder)) continue;
    for (const name of folderNames(search, root, folder)) {
      if (name === 'node_modules' || name === '.git') continue;
      const path = join(folder, name);
      if (script.test(name)) {
        files += 1;
        if (files > mostFiles) {
          search.unread.add(`${folder} (more files than are read)`);
          return;
        }
        lookAt(search, path, () => {
          const mark = dumpMark(readBytes(resolveInside(root, path).path, 512).toString('latin1'));
          if (mark !== undefined) sign(search, 'web-file', path, mark);
        });
      } else if (depth < 3 && !name.includes('.') && isFolder(root, path))
        ahead.push({ path, depth: depth + 1 });
    }
  }
}

const isFolder = (root: string, path: string): boolean =>
  lstatSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
