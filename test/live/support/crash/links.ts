/** A master, a replica of it, and a Sentinel that watches both. */
import { setTimeout as wait } from 'node:timers/promises';
import { asText, type RespValue } from '../../../../src/lang/resp/index.ts';
import { ask } from '../ask.ts';
import type { MatrixServer } from '../servers.ts';
import { startMachine, type Machine } from './machine.ts';
import { hasUsers, plain, type Site } from './site.ts';

const watched = 'main';

export async function beginLinks(server: MatrixServer): Promise<Site> {
  const common = ['bind 127.0.0.1', 'repl-diskless-sync-delay 0'];
  const master = await startMachine(server, { lines: () => common });
  const replica = await startMachine(server, {
    lines: () => [...common, `replicaof 127.0.0.1 ${master.port}`],
  });
  const sentinel = await startMachine(server, {
    sentinel: true,
    lines: () => [
      'bind 127.0.0.1',
      `sentinel monitor ${watched} 127.0.0.1 ${master.port} 1`,
      // What dies here comes back: nobody is promoted.
      `sentinel down-after-milliseconds ${watched} 600000`,
    ],
  });
  const machines = [master, replica, sentinel];
  await until(sentinel, ['INFO', 'sentinel'], /master0:.*slaves=1/);
  await isLinked(replica);
  // Its master knows of it a moment later.
  await until(master, ['INFO', 'replication'], /slave0:.*state=online/);
  return {
    machines,
    targets: machines.map((machine) => plain(machine)),
    beforeLook: async () => {
      // It tells its logins by its file alone: what it has in memory and could not write shows there now.
      await ask(sentinel, 'SENTINEL', 'FLUSHCONFIG');
      // With one password for all, a replica has its new one before its master asks for it, and waits for that.
      if (hasUsers(server)) await isLinked(replica);
    },
  };
}

/** With whatever login it has by now. */
const isLinked = (replica: Machine): Promise<void> =>
  until(replica, ['INFO', 'replication'], /master_link_status:up/);

/** The limit of the test ends a wait for ever. */
async function until({ port }: Machine, words: readonly string[], said: RegExp): Promise<void> {
  while (!said.test(textOf(await ask({ port }, ...words)))) await wait(20);
}

const textOf = (reply: RespValue): string => asText(reply) ?? '';
