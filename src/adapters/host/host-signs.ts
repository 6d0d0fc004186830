import { type Fact, known, unknown } from '../../model/fact.ts';
import type { HostSign } from '../../model/host.ts';
import { collect } from './collect.ts';
import { effectiveId, statusLines } from './proc-status.ts';
import { procOf, rootOf, sharesNamespace } from './process-root.ts';
import { textOf } from './bounded-read.ts';
import { join } from 'node:path/posix';
import { printable } from '../../lang/text/printable.ts';
import { libraryFiles, webFiles } from './signs/dropped-files.ts';
import { firewallSigns } from './signs/firewall.ts';
import { keySigns, preloadSigns } from './signs/keys-and-preload.ts';
import { onNetwork } from './signs/network-mounts.ts';
import { type Search, newSearch, sign } from './signs/place.ts';
import { programSigns } from './signs/programs.ts';
import { scheduledSigns, unitSigns } from './signs/scheduled.ts';

/** What is known of the server whose host is searched. */
export interface SignHints {
  readonly port?: number;
  /** Its data folder and the name of its dump, as the server sees them. */
  readonly dir?: string;
  readonly dbfilename?: string;
  readonly pid?: number;
  /** The table `filter` as iptables-save prints it, where it was read already. */
  readonly filterRules?: () => Promise<string | undefined>;
}

const mostMilliseconds = 2000;

/**
 * What an intruder who came through the server leaves on its host: crontabs, login keys, preloaded libraries, programs,
 * modules, pages, units and a firewall rule. Each search says in its own file what is left out so that an honest host
 * has no signs. For a server in a container both its files and the host's are searched.
 *
 * Places that could not be read are among the signs as `unread`, and named in `source`.
 * @example await hostSigns({ port: 6379, dir: '/var/lib/redis', dbfilename: 'dump.rdb', pid: 812 });
 */
export function hostSigns(hints: SignHints, root = '/'): Promise<Fact<readonly HostSign[]>> {
  return collect('signs of an intruder', async () => {
    const search = newSearch(mostMilliseconds);
    const own = hints.pid === undefined ? undefined : rootOf(hints.pid, root);
    const uid = hints.pid === undefined ? undefined : uidOf(hints.pid, root);
    const sharesNet = hints.pid === undefined || sharesNamespace(hints.pid, 'net', root) !== false;
    const firewall =
      hints.port !== undefined && sharesNet
        ? firewallSigns(search, hints.port, root, hints.filterRules)
        : undefined;
    const far = onNetwork(root);
    searchFiles(search, root, far);
    programSigns(search, hints.pid, root);
    const inContainer = own?.own === true && sharesNamespace(hints.pid ?? 0, 'mnt', root) === false;
    libraryFiles(search, inContainer ? own.path : root, hints.dir, hints.dbfilename, uid);
    if (inContainer) {
      const inside = newSearch(mostMilliseconds / 2);
      searchFiles(inside, own.path, () => false);
      for (const found of inside.signs) {
        const twice = search.signs.some(({ path, seen }) => path === found.path && seen === found.seen);
        if (!twice) sign(search, found.kind, found.path, `as the server sees it: ${found.seen}`);
      }
      for (const place of inside.unread) search.unread.add(`${place} as the server sees it`);
    }
    await firewall;
    const unread = [...search.unread];
    if (search.seen === 0) return unknown('no-access', `not read: ${unread.slice(0, 20).join(', ')}`);
    const more = unread.length > 20 ? ` and ${unread.length - 20} more` : '';
    const gaps = unread.length === 0 ? '' : `; not read: ${unread.slice(0, 20).join(', ')}${more}`;
    const gone = unread
      .slice(0, 20)
      .map((path): HostSign => ({ kind: 'unread', path: printable(path, 400), seen: 'could not be read' }));
    return known(
      [...search.signs, ...gone],
      `crontabs, keys, preloads, programs, libraries, pages and units of the host${gaps}`,
    );
  });
}

function searchFiles(search: Search, root: string, far: (path: string) => boolean): void {
  scheduledSigns(search, root);
  keySigns(search, root, far);
  preloadSigns(search, root);
  unitSigns(search, root);
  webFiles(search, root, far);
}

const uidOf = (pid: number, root: string): number | undefined =>
  effectiveId(statusLines(textOf(join(procOf(pid, root), 'status')) ?? '').get('Uid'));
