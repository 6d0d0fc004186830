import { join } from 'node:path/posix';
import { linkOf, namesIn, readBytes, textOf } from '../bounded-read.ts';
import { argumentsOf } from '../command-line.ts';
import { nameOf } from '../family.ts';
import { effectiveId, statusLine, statusLines } from '../proc-status.ts';
import { procOf } from '../process-root.ts';
import { scrubArguments } from '../scrub-arguments.ts';
import { malwareNames, suspectNames } from './marks.ts';
import { type Search, lookAt, sign } from './place.ts';

const shells = /^(sh|bash|dash|ash|zsh|ksh|busybox|curl|wget|nc|ncat|socat|python[0-9.]*|perl|php[0-9.]*)$/;
const hidingPlaces = /^\/(tmp|dev\/shm|var\/tmp|run\/shm)\//;
/** runc, crun and LXC run themselves from memory to guard their own file. */
const ownMemory = /^\/memfd:(runc_cloned|crun|libcontainer|lxc)/;
const mostProcesses = 32_768;

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly uid: number;
  readonly exe: string;
  readonly name: string;
}

/**
 * Programs that an intruder runs: malware by its name; a program run by the server's user whose file is gone from
 * /tmp or was only ever in memory; and shells and downloaders that the server itself started.
 *
 * A server starts no programs of its own but Sentinel, whose notification scripts are left out. As the first process
 * of a container it inherits orphans, such as the rest of a health check: there a shell is no sign.
 */
export function programSigns(search: Search, pid: number | undefined, root: string): void {
  const running = lookAt(search, join(root, 'proc'), () => allRunning(root)) ?? [];
  const hidden = running.filter((one) => one.exe === '').length;
  if (hidden > 0) search.unread.add(`files of ${hidden} running programs`);
  const server = running.find((one) => one.pid === pid);
  const status =
    server === undefined ? undefined : statusLines(textOf(join(procOf(server.pid, root), 'status')) ?? '');
  const isFirst = status?.get('NSpid')?.split(/\s+/).at(-1) === '1';
  const sentinel =
    server !== undefined &&
    /\[sentinel\]|sentinel/.test(textOf(join(procOf(server.pid, root), 'cmdline')) ?? '');
  const below = server === undefined ? new Set<number>() : descendants(running, server.pid);
  for (const one of running) {
    const where = one.exe === '' ? one.name : one.exe;
    const who = `process ${one.pid} of uid ${one.uid}`;
    const same = server !== undefined && one.uid === server.uid && one.pid !== server.pid;
    if (isMalware(one, same)) sign(search, 'child-process', where, `${who}: ${one.name} is known malware`);
    else if (one.exe.endsWith(' (deleted)') && isHidden(one, same || server === undefined))
      sign(search, 'deleted-binary', where, `${who} runs a program whose file is gone`);
    else if (
      below.has(one.pid) &&
      !isFirst &&
      !sentinel &&
      (shells.test(one.name) || hidingPlaces.test(one.exe))
    ) {
      sign(search, 'child-process', where, `${who} was started by the server: ${commandOf(one.pid, root)}`);
    }
  }
}

const isMalware = (one: Running, same: boolean): boolean =>
  [one.name, nameOf(one.exe.replace(/ \(deleted\)$/, ''))].some(
    (name) => malwareNames.has(name) || (same && suspectNames.has(name)),
  );

function isHidden(one: Running, same: boolean): boolean {
  if (ownMemory.test(one.exe)) return false;
  // Root's container tools run from memory too.
  if (one.exe.startsWith('/memfd:')) return same && one.uid !== 0;
  return hidingPlaces.test(one.exe) && same;
}

function allRunning(root: string): readonly Running[] {
  const names = namesIn(join(root, 'proc'), 100_000).filter((name) => /^[0-9]+$/.test(name));
  return names.slice(0, mostProcesses).flatMap((name) => {
    const proc = join(root, 'proc', name);
    const status = textOf(`${proc}/status`) ?? '';
    const uid = effectiveId(statusLine(status, 'Uid'));
    // Kernel threads have no memory of their own.
    if (uid === undefined || statusLine(status, 'VmSize') === undefined) return [];
    return [
      {
        pid: Number(name),
        parent: Number(statusLine(status, 'PPid')),
        uid,
        exe: linkOf(`${proc}/exe`) ?? '',
        name: statusLine(status, 'Name') ?? '',
      },
    ];
  });
}

function descendants(running: readonly Running[], pid: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (let level = [pid], depth = 0; level.length > 0 && depth < 4; depth += 1) {
    const parents = new Set(level);
    level = running.filter((one) => parents.has(one.parent) && !found.has(one.pid)).map((one) => one.pid);
    for (const one of level) found.add(one);
  }
  return found;
}

function commandOf(pid: number, root: string): string {
  try {
    return scrubArguments(argumentsOf(readBytes(join(procOf(pid, root), 'cmdline'), 4096))).argv.join(' ');
  } catch {
    return 'it has ended since';
  }
}
