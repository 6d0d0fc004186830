import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { run } from './run.ts';

/** On Linux the kernel itself ends them when we die in a way that no handler sees (SIGKILL). */
const deathWish = '/usr/bin/setpriv';

const needed: readonly (readonly [program: string, from: string, argv: readonly string[]])[] = [
  ['unshare', 'util-linux', ['--version']],
  ['nsenter', 'util-linux', ['--version']],
  ['ip', 'iproute2', ['-V']],
];

/** What is done later, once, in namespaces that end with it. */
const trial =
  'ip link add name lab0 type veth peer name lab1 && ip link add name lab2 type bridge && mount -t tmpfs lab "$1" && unshare --net true';

/**
 * Words to put before a program so that it runs with a network, mounts and process numbers of its own, as root of them;
 * or why this system does not let us. All of it is gone when the program is: the kernel keeps nothing without a process.
 */
export async function ownNamespaces(): Promise<
  { readonly words: readonly string[] } | { readonly why: string }
> {
  if (process.platform !== 'linux') return { why: 'only Linux has network namespaces' };
  for (const [program, from, argv] of needed) {
    try {
      await run([program, ...argv]);
    } catch {
      return { why: `no ${program} here (package ${from})` };
    }
  }
  const asRoot = process.getuid?.() === 0;
  const words = [
    ...(existsSync(deathWish) ? [deathWish, '--pdeathsig', 'KILL'] : []),
    'unshare',
    // Without root, a user namespace gives the rights to the others.
    ...(asRoot ? [] : ['--user', '--map-root-user']),
    '--net',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    // The first process of its numbers is deaf to signals: that is the shell, which waits.
    'sh',
    '-c',
    '"$@"; exit $?',
    'sh',
  ];
  try {
    await run([...words, 'sh', '-c', trial, 'sh', tmpdir()]);
    return { words };
  } catch (error) {
    return { why: `this system does not let us make networks (${(error as Error).message})` };
  }
}
