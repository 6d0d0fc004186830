/**
 * The lab, inside: this process lives on the server's host, which has a network, mounts and process numbers of its own.
 * It lays the cables, starts the other hosts and the server, and goes the whole way. All that it makes belongs to its
 * namespaces and is gone with them, however it ends.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { containerOf } from '../../../adapters/host/index.ts';
import type { Trial } from '../../../model/index.ts';
import type { LabOutcome } from '../outcome.ts';
import { weakServer } from '../servers.ts';
import { tryAt, type Login } from '../stranger.ts';
import { wholeWay, type Around, type Seen } from '../whole-way.ts';
import { giveFirewall } from './firewall.ts';
import { startHost, type Host } from './host.ts';
import { namespacesHere, type Order, type Word } from './order.ts';
import { addresses, names, port, serverFrom, wiring, type Ends, type Name } from './plan-of-addresses.ts';
import { run } from './run.ts';

type Say = (line: string) => void;
const within = ['unshare', '--net', '--'];

/** What the process inside does: one order, one outcome. */
export async function obeyOrder(): Promise<void> {
  const send = (word: Word): Promise<void> =>
    new Promise((sent) => {
      if (process.send) process.send(word, undefined, undefined, () => sent());
      else sent();
    });
  const gone = once(process, 'disconnect');
  const [order] = (await once(process, 'message')) as [Order];
  // Whoever ordered it is no more: nobody waits for an outcome, and the rest ends with us.
  void gone.then(() => process.exit(1));
  try {
    const outcome = await obey(order, (line) => void send({ say: line }));
    await send({ outcome });
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    await send({ failed: { message, ...(stack === undefined ? {} : { stack }) } });
  }
}

async function obey({ place, binary, tools, outside }: Order, say: Say): Promise<LabOutcome> {
  if (namespacesHere().some((name) => outside.includes(name)))
    throw new Error('the lab is not in namespaces of its own');
  await run(['mount', '-t', 'tmpfs', '-o', 'mode=0700', 'lab', place]);
  const router = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const starting = names.map(async (name) => [name, await startHost(within)] as const);
  const ready = once(router.stdout, 'data');
  const hosts = new Map(await Promise.all(starting));
  await ready;
  const host = (name: Name): Host => hosts.get(name) as Host;
  const pid = (name: Name): number => host(name).pid;
  const lines = wiring({
    router: router.pid ?? 0,
    server: process.pid,
    application: pid('application'),
    attacker: pid('attacker'),
    container: pid('container'),
    Internet: pid('Internet'),
  });
  const into = (number: number): readonly string[] => ['nsenter', `--net=/proc/${number}/ns/net`, '--'];
  for (const [number, text] of lines)
    await run([...into(number), 'ip', '-batch', '-'], `${text.join('\n')}\n`);
  for (const family of ['ipv4/ip_forward', 'ipv6/conf/all/forwarding'])
    await run([...into(router.pid ?? 0), 'tee', `/proc/sys/net/${family}`], '1');
  const without = await giveFirewall(place, tools);
  if (without !== undefined) say(`left out: the firewall part, since ${without}`);
  const { server } = await weakServer(binary, { dir: place, alone: port });
  const secretsFile = join(place, 'secrets.json');
  try {
    for (const name of names) await reached(host(name), serverFrom[name]);
    return await wholeWay(
      {
        target: `redis://127.0.0.1:${port}`,
        secretsFile,
        answers: without === undefined ? await answers() : new Map(),
        startApplication: async () => {
          const at = Object.values(serverFrom.application).map((address) => ({ host: address, port }));
          await host('application').ask('application', { at, secretsFile });
          let served: Promise<LabOutcome['served']> | undefined;
          return { stop: () => (served ??= host('application').ask('served', undefined)) };
        },
        around: around(host, secretsFile),
      },
      say,
    );
  } finally {
    await server.stop();
    for (const one of hosts.values()) one.end();
    router.stdin.end();
  }
}

/** Who is to reach it; and in a container no file brings rules back, so that they are to last as long as it does. */
async function answers(): Promise<ReadonlyMap<string, string>> {
  const container = await containerOf(process.pid);
  return new Map([
    ['reachable-from', Object.values(addresses.application).join(',')],
    ...(container.known && container.value === 'none' ? [] : [['reachable-until', 'reboot'] as const]),
  ]);
}

/** Every host comes to the server: before that nothing is measured. */
async function reached(host: Host, { four, six }: Ends): Promise<void> {
  for (const address of [four, six])
    for (let left = 10; !(await host.ask('try', { at: { host: address, port } })).reaches; left--) {
      if (left === 0) throw new Error(`nobody comes to ${address}: the network of the lab is not one`);
      await wait(100);
    }
}

function around(host: (name: Name) => Host, secretsFile: string): Around {
  const families = ['four', 'six'] as const;
  const from = async (name: Name, login?: Login): Promise<readonly Seen[]> =>
    Promise.all(
      families.map(async (family) => {
        const at = { host: serverFrom[name][family], port };
        const tried = await host(name).ask('try', { at, ...(login ? { login } : {}) });
        return { host: name, address: addresses[name][family], tried };
      }),
    );
  const here = async (address: string): Promise<Seen> => ({
    host: 'this host',
    address,
    tried: await tryAt({ host: address, port }),
  });
  return {
    strangers: async () => {
      const own = Promise.all(['127.0.0.1', '::1'].map((address) => here(address)));
      const others = Promise.all(names.map((name) => from(name)));
      return [...(await own), ...(await others).flat()];
    },
    application: (login) => from('application', login),
    prove: async (plan, tried) => {
      const comesThrough = (name: Name): boolean =>
        tried.some(({ host: from, after }) => from === name && after.reaches);
      const found = await Promise.all(
        names.map((name) =>
          host(name).ask('prove', {
            plan,
            secretsFile,
            at: `${serverFrom[name].four}:${port}`,
            // To whom nothing comes back, it does not come later either.
            timeout: comesThrough(name) ? 10_000 : 300,
          }),
        ),
      );
      const trials = found.flat();
      const count = (what: Trial['outcome']): number =>
        trials.filter(({ outcome }) => outcome === what).length;
      return {
        hosts: names.length,
        held: count('held'),
        broken: count('broken'),
        untried: count('untried'),
      };
    },
  };
}
