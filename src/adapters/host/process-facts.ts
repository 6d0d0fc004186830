import { join } from 'node:path/posix';
import { type Fact, known } from '../../model/fact.ts';
import type { ProcessFacts } from '../../model/host.ts';
import { accountsOf } from './accounts.ts';
import { linkOf, readBytes, readText, textOf } from './bounded-read.ts';
import { collect } from './collect.ts';
import { argumentsOf, readCommandLine } from './command-line.ts';
import { familyMember, isLoader } from './family.ts';
import { capabilityMask, capabilityNames } from './linux-capabilities.ts';
import { effectiveId, limitsOf, statusLines } from './proc-status.ts';
import { loadedProgram } from './loaded-program.ts';
import { procOf, rootOf, seenInside } from './process-root.ts';
import { scrubArguments } from './scrub-arguments.ts';

/**
 * One process from /proc/PID, with every password of its command line hidden.
 *
 * `exe` ends in ` (deleted)` when the program's file is gone or was replaced since, as by an upgrade: the old one
 * still runs. For a server started through ld.so it is the server. When the file may not be seen (another user's
 * process), it is the program as it was called, and `source` says so.
 *
 * `user` is the name in the /etc/passwd that the process itself sees; `uid` is this host's.
 * @example const facts = await processFacts(812);
 */
export function processFacts(pid: number, root = '/'): Promise<Fact<ProcessFacts>> {
  const proc = procOf(pid, root);
  return collect(`process ${pid}`, () => {
    const status = statusLines(readText(join(proc, 'status')));
    const argv = argumentsOf(readBytes(join(proc, 'cmdline'), 262_144));
    const line = readCommandLine(argv);
    const scrubbed = scrubArguments(argv);
    const file = linkOf(join(proc, 'exe'));
    const exe = file !== undefined && isLoader(file) ? (loadedProgram(proc, line.program) ?? file) : file;
    const uid = effectiveId(status.get('Uid')) ?? -1;
    const gid = effectiveId(status.get('Gid')) ?? -1;
    const accounts = accountsOf(namesRoot(pid, root));
    const cwd = linkOf(join(proc, 'cwd'));
    const value: ProcessFacts = {
      pid,
      exe: exe === undefined ? (scrubArguments([line.program]).argv[0] ?? '') : seenInside(pid, exe, root),
      argv: scrubbed.argv,
      secretArguments: [...scrubbed.secretArguments, ...secretsOfParents(status.get('PPid'), root)],
      ...(cwd === undefined ? {} : { cwd: seenInside(pid, cwd, root) }),
      uid,
      user: accounts.user(uid),
      gid,
      group: accounts.group(gid),
      capabilities: capabilityNames(capabilityMask(status.get('CapEff'))),
      noNewPrivileges: status.get('NoNewPrivs') === '1',
      seccomp: Number(status.get('Seccomp')) || 0,
      limits: limitsOf(textOf(join(proc, 'limits')) ?? ''),
    };
    const gap = file === undefined ? '; exe: permission denied' : '';
    return known(value, `${proc}/{status,cmdline,exe,limits}${gap}`);
  });
}

/**
 * Where the names of users are: in a container its own passwd. Not in one with user ids of its own (rootless, LXC),
 * whose "root" is an ordinary user of this host: there the host's passwd, or the bare number.
 */
function namesRoot(pid: number, root: string): string {
  const map = textOf(join(procOf(pid, root), 'uid_map'));
  const ownIds = map !== undefined && !/^\s*0\s+0\s+4294967295\s*$/.test(map);
  const ours = textOf(join(procOf('self', root), 'uid_map'));
  return ownIds && map !== ours ? root : rootOf(pid, root).path;
}

/** `sudo redis-server --requirepass …` stays in the list of processes while the server has hidden its arguments. */
function secretsOfParents(first: string | undefined, root: string): readonly string[] {
  const found: string[] = [];
  let parent = Number(first);
  for (let up = 0; up < 4 && parent > 1; up += 1) {
    const proc = procOf(parent, root);
    try {
      const argv = argumentsOf(readBytes(join(proc, 'cmdline'), 65_536));
      const starts = argv.some((argument) =>
        argument.split(/\s+/).some((word) => familyMember(word) !== undefined),
      );
      if (starts) {
        const names = scrubArguments(argv).secretArguments;
        found.push(...names.map((name) => `${name} of its parent, process ${parent}`));
      }
      parent = Number(statusLines(readText(join(proc, 'status'))).get('PPid'));
    } catch {
      break;
    }
  }
  return found;
}
