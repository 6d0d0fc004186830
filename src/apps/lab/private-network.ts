import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

// One end of a pair of virtual cables, both inside: an address that looks like a company's network and leads nowhere.
const prepare =
  'ip link set lo up && ip link add lab0 type veth peer name lab1 && ip addr add 10.77.0.10/24 dev lab0 && ip link set lab0 up && ip link set lab1 up && exec "$@"';

/**
 * Words to put before a program so that it runs in a network namespace of its own with the address 10.77.0.10, or
 * `undefined` where this system or its rights do not allow one.
 */
export async function privateNetwork(): Promise<readonly string[] | undefined> {
  const asRoot = process.getuid?.() === 0;
  // Without root, a user namespace gives the right to make a network.
  const words = [
    'unshare',
    asRoot ? '--net' : '--map-root-user',
    ...(asRoot ? [] : ['--net']),
    'sh',
    '-c',
    prepare,
    'sh',
  ];
  const [program = 'unshare', ...args] = words;
  try {
    await run(program, [...args, 'true'], { timeout: 3000 });
    return words;
  } catch {
    return undefined;
  }
}
