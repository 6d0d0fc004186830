/**
 * The walls of a drop-in without a running systemd: its lines are read, and what they ask of the kernel is put up by
 * hand: mounts in a namespace of its own, capabilities and account by setpriv, and the same seccomp filters that
 * systemd would load, compiled from its own lists of system calls. Not put up: user namespace, device list.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Walls {
  /** Words before the program, as `startServer` takes them. */
  readonly within: readonly string[];
  readonly remove: () => void;
}

/** Why they cannot be put up here, or `undefined`. */
export function whyNoWalls(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64' || process.getuid?.() !== 0)
    return 'needs root on Linux, x64';
  for (const program of ['gcc', 'systemd-analyze', 'setpriv', 'unshare'])
    if (spawnSync(program, ['--version']).error) return `no ${program} here`;
  const compiled = spawnSync('gcc', ['-E', '-'], {
    input: '#include <linux/seccomp.h>\n#include <stdio.h>\n',
  });
  return compiled.status === 0 ? undefined : 'no headers of the C library here';
}

/** Values of a directive, from its last empty one on. */
function valuesOf(text: string, directive: string): readonly string[] {
  const values = text
    .split('\n')
    .filter((line) => line.startsWith(`${directive}=`))
    .map((line) => line.slice(directive.length + 1));
  return values.slice(values.lastIndexOf('') + 1);
}

/** The system calls of a set, its sets within. */
function callsOf(name: string): readonly string[] {
  if (!name.startsWith('@')) return [name];
  const printed = execFileSync('systemd-analyze', ['syscall-filter', '--no-pager', name], {
    encoding: 'utf8',
  });
  const lines = printed.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#') && line !== name).flatMap(callsOf);
}

/** What `SystemCallFilter=` leaves: the first line permits, one with `~` takes away. */
function permitted(filters: readonly string[]): ReadonlySet<string> {
  // systemd permits these always, whatever a list says.
  const calls = new Set(callsOf('@default'));
  for (const filter of filters) {
    const takes = filter.startsWith('~');
    for (const call of filter.replace('~', '').split(' ').flatMap(callsOf))
      if (takes) calls.delete(call);
      else calls.add(call);
  }
  return calls;
}

const families: Readonly<Record<string, number>> = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10 };

const refuse = 'BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)';
const load = (field: string): string =>
  `BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, ${field}))`;
/** Refuses this call when the test of an argument, `skip` instructions long, falls through. */
const only = (call: string, test: readonly string[]): string =>
  [load('nr'), `BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_${call}, 0, ${test.length})`, ...test].join(',\n');

function program(text: string): string {
  const calls = [...permitted(valuesOf(text, 'SystemCallFilter'))].map(
    (call) =>
      `#ifdef __NR_${call}\nBPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_${call}, 0, 1),\nBPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),\n#endif`,
  );
  const sockets = valuesOf(text, 'RestrictAddressFamilies')
    .flatMap((value) => value.split(' '))
    .map((family) => families[family] ?? -1);
  const socketTest = [
    load('args[0]'),
    ...sockets.map(
      (family, index) => `BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ${family}, ${sockets.length - index}, 0)`,
    ),
    'BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT)',
  ];
  const both = 'PROT_EXEC | PROT_WRITE';
  const memory = [
    only('mmap', [
      load('args[2]'),
      `BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ${both})`,
      `BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ${both}, 0, 1)`,
      refuse,
    ]),
    ...['mprotect', 'pkey_mprotect'].map((call) =>
      only(call, [load('args[2]'), 'BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1)', refuse]),
    ),
  ];
  const instructions = [
    load('arch'),
    'BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0)',
    refuse,
    only('socket', socketTest),
    ...(valuesOf(text, 'MemoryDenyWriteExecute').at(-1) === 'yes' ? memory : []),
    load('nr'),
  ];
  return `
#include <stddef.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
static struct sock_filter rules[] = {
${instructions.join(',\n')},
${calls.join('\n')}
${refuse}
};
int main(int count, char **words) {
  struct sock_fprog all = { sizeof rules / sizeof *rules, rules };
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all)) return 111;
  execv(words[1], words + 1);
  perror(words[1]);
  return 112;
}
`;
}

// $1 filter, $2 uid, $3 umask, $4 files, then paths up to --, then program and words; the server's folder is $PWD.
const enclose = `set -eu
filter=$1 account=$2 mask=$3 files=$4; shift 4
chown -R "$account:$account" .
mount --make-rprivate /
: > /run/keyward-kept.$$
while [ "$1" != -- ]; do
  path=\${1#-}; shift
  mount --bind "$path" "$path"
  printf '%s\\n' "$path" >> /run/keyward-kept.$$
done
shift
kept=$(cat /run/keyward-kept.$$); rm /run/keyward-kept.$$
for at in /home /root /tmp /var/tmp; do mount -t tmpfs -o mode=1777 keyward $at; done
mounts=$(cut -d' ' -f2 /proc/self/mounts)
for at in $mounts; do
  case $at in /proc*|/sys*|/dev*|/tmp|/var/tmp) continue ;; esac
  case "
$kept
" in *"
$at
"*) continue ;; esac
  mount -o remount,bind,ro "$at" 2>/dev/null || true
done
cd "$PWD"
# A container may not raise its limit.
ulimit -n "$files" 2>/dev/null || ulimit -n "$(ulimit -H -n)"
ulimit -c 0; umask "$mask"
exec setpriv --reuid "$account" --regid "$account" --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs "$filter" "$@"
`;

export function buildWalls(text: string, account: number): Walls {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-walls-'));
  const source = join(folder, 'filter.c');
  // Not below /tmp: that is another one inside.
  const kept = mkdtempSync('/run/keyward-walls-');
  const filter = join(kept, 'filter');
  try {
    writeFileSync(source, program(text));
    execFileSync('gcc', ['-O1', '-Wall', '-o', filter, source]);
    execFileSync('chmod', ['755', kept]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const paths = valuesOf(text, 'ReadWritePaths');
  const facts = [valuesOf(text, 'UMask').at(-1) ?? '0022', valuesOf(text, 'LimitNOFILE').at(-1) ?? '1024'];
  return {
    within: [
      'unshare',
      '-m',
      'sh',
      '-c',
      enclose,
      'walls',
      filter,
      String(account),
      ...facts,
      ...paths,
      '--',
    ],
    remove: () => rmSync(kept, { recursive: true, force: true }),
  };
}
