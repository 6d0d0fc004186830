import { execFileSync, spawnSync } from 'node:child_process';

/** Two hosts of our own on one cable, as network namespaces; nothing leads out of them. */
export interface TwoHosts {
  readonly serverAddress: string;
  /** Words before a program that is to run on the host of the server. */
  readonly onServer: readonly string[];
  /** Words before a program that is to run on the other host. */
  readonly onClient: readonly string[];
  /** What a plain `PING` from the other host gets: the first bytes, or the error's code. */
  readonly ping: (address: string, port: number) => string;
  readonly remove: () => void;
}

const ip = (...args: readonly string[]): void => {
  execFileSync('ip', args, { stdio: 'pipe' });
};

const knock = `
const [host, port] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: Number(port) });
const say = (text) => { process.stdout.write(text); process.exit(0); };
socket.setTimeout(1500, () => say('TIMEOUT'));
socket.on('error', (error) => say(error.code));
socket.on('data', (data) => say(data.toString('latin1').slice(0, 40)));
socket.on('close', () => say('CLOSED'));
socket.on('connect', () => setTimeout(() => socket.write('PING\\r\\n'), 50));
`;

/** Why this machine cannot have them; `undefined` when it can. */
export function whyNoTwoHosts(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const probe = spawnSync('ip', ['netns', 'add', 'keyward-probe']);
  if (probe.error || probe.status !== 0) return 'no `ip netns` here (package iproute2)';
  spawnSync('ip', ['netns', 'del', 'keyward-probe']);
  return undefined;
}

export function twoHosts(name: string): TwoHosts {
  const [server, client] = [`${name}s`, `${name}c`];
  const remove = (): void => {
    for (const one of [server, client]) spawnSync('ip', ['netns', 'del', one]);
  };
  remove();
  ip('netns', 'add', server);
  ip('netns', 'add', client);
  ip('link', 'add', `${name}0`, 'netns', server, 'type', 'veth', 'peer', 'name', `${name}1`, 'netns', client);
  ip('-n', server, 'addr', 'add', '10.77.1.1/24', 'dev', `${name}0`);
  ip('-n', client, 'addr', 'add', '10.77.1.2/24', 'dev', `${name}1`);
  for (const [one, device] of [
    [server, `${name}0`],
    [client, `${name}1`],
    [server, 'lo'],
    [client, 'lo'],
  ] as const)
    ip('-n', one, 'link', 'set', device, 'up');
  return {
    serverAddress: '10.77.1.1',
    onServer: ['ip', 'netns', 'exec', server],
    onClient: ['ip', 'netns', 'exec', client],
    ping: (address, port) =>
      execFileSync('ip', ['netns', 'exec', client, process.execPath, '-e', knock, address, String(port)], {
        encoding: 'latin1',
        timeout: 10_000,
      }),
    remove,
  };
}
