import { downloadAndRun, dumpMark } from './marks.ts';
import { type Search, fileText, folderNames, sign } from './place.ts';

const files = ['/etc/crontab', '/etc/anacrontab'];
/** /etc/crontabs is busybox', the others Debian's and Red Hat's. */
const folders = [
  '/etc/cron.d',
  '/etc/cron.hourly',
  '/etc/cron.daily',
  '/etc/cron.weekly',
  '/etc/cron.monthly',
  '/etc/crontabs',
  '/var/spool/cron',
  '/var/spool/cron/crontabs',
  '/var/spool/cron/tabs',
];
const mostOfFile = 262_144;

/** Crontabs that hold a dump, or that fetch and run something. */
export function scheduledSigns(search: Search, root: string): void {
  const paths = [
    ...files,
    ...folders.flatMap((folder) => folderNames(search, root, folder).map((name) => `${folder}/${name}`)),
  ];
  for (const path of paths) linesWithSigns(search, root, path, 'cron');
}

/** Units that somebody wrote on this host: /etc, not what packages bring. */
export function unitSigns(search: Search, root: string): void {
  for (const folder of ['/etc/systemd/system', '/run/systemd/system']) {
    for (const name of folderNames(search, root, folder)) {
      if (/\.(service|timer|path|socket)$/.test(name))
        linesWithSigns(search, root, `${folder}/${name}`, 'systemd');
    }
  }
}

function linesWithSigns(search: Search, root: string, path: string, kind: 'cron' | 'systemd'): void {
  const text = fileText(search, root, path, mostOfFile);
  if (text === undefined) return;
  const mark = dumpMark(text);
  if (mark !== undefined) sign(search, kind, path, mark);
  // One for a file: a worm writes the same line many times.
  for (const line of text.split('\n')) {
    const command = kind === 'cron' ? line : (/^\s*Exec\w*\s*=(.*)$/.exec(line)?.[1] ?? '');
    const found = downloadAndRun(command);
    if (found === undefined) continue;
    sign(search, kind, path, `${found}: ${line.trim()}`);
    return;
  }
}
