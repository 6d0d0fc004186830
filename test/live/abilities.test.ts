/**
 * What the exposure table says that a user is able to do, against what happens when that user does it, on real
 * servers: a certain cell must come true, and without a cell every attempt must be refused.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  auditTargets,
  capabilityNames,
  type Capability,
  type Exposure,
  type ServerAudit,
} from '../../src/index.ts';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import type { RespValue } from '../../src/lang/resp/index.ts';
import { matrix, type MatrixServer } from './support/servers.ts';
import { say, seed, succeeds, type Trier } from './support/tries.ts';

const password = 'Zq8-long-enough-for-a-test';
const admin: readonly string[] = ['warden', password];

interface Probe {
  readonly rules: string;
  /** Key and channel permissions that only some versions know. */
  readonly from?: readonly [number, number];
  /** Valkey that has it, where that differs. */
  readonly valkey?: readonly [number, number];
}

const probes: readonly Probe[] = [
  { rules: '~* &* +@all' },
  { rules: '+@all' },
  { rules: '-@all' },
  { rules: '~* +@read' },
  { rules: '~* +@write -@read' },
  { rules: '~* +@all -@dangerous' },
  { rules: '~* +@all -@admin' },
  { rules: '~* +@all -flushall -flushdb -swapdb' },
  { rules: '~* +@all -@write -@dangerous' },
  { rules: '~app:* &* +@all' },
  { rules: '~app:* +@all -@dangerous' },
  { rules: '~* +get' },
  { rules: '~app:* +get' },
  { rules: '+get' },
  { rules: '~* +set' },
  { rules: '~* +getset' },
  { rules: '~* +sort' },
  { rules: '~* +lpop' },
  { rules: '~* +incr' },
  { rules: '~* +exists +type +ttl +strlen +object' },
  { rules: '~* +rename' },
  { rules: '~* +restore' },
  { rules: '~* +del' },
  { rules: '~app:* +del' },
  { rules: '~* +bitfield' },
  { rules: '~* +eval' },
  { rules: '~app:* +eval +get' },
  { rules: '~* +evalsha +script' },
  { rules: '+keys' },
  { rules: '+scan' },
  { rules: '+randomkey' },
  { rules: '+dbsize +info +ping +lastsave +time' },
  { rules: '+flushall' },
  { rules: '+flushdb' },
  { rules: '+swapdb' },
  { rules: '+monitor' },
  { rules: '+client' },
  { rules: '+slowlog' },
  { rules: '+debug' },
  { rules: '+debug|sleep' },
  { rules: '+shutdown' },
  { rules: '+save' },
  { rules: '+replicaof' },
  { rules: '+slaveof' },
  { rules: '+migrate' },
  { rules: '~* +migrate' },
  { rules: '+psync +replconf' },
  { rules: '+sync +replconf' },
  { rules: '+module' },
  { rules: '+cluster' },
  { rules: '+config' },
  { rules: '+config|get' },
  { rules: '+config +save' },
  { rules: '~* +config +set' },
  { rules: '+acl' },
  { rules: '+acl|setuser' },
  { rules: '+acl|whoami' },
  { rules: '&* +psubscribe', from: [6, 2] },
  { rules: 'resetchannels +psubscribe +subscribe', from: [6, 2] },
  { rules: '&app:* +psubscribe +subscribe', from: [6, 2] },
  { rules: '&app:* +publish', from: [6, 2] },
  { rules: '~* +copy', from: [6, 2] },
  { rules: '~* +getex', from: [6, 2] },
  { rules: '~* +eval_ro +evalsha_ro +fcall_ro', from: [7, 0] },
  { rules: '~app:* +function +fcall', from: [7, 0] },
  { rules: '%R~* +@all -@dangerous', from: [7, 0] },
  { rules: '%W~* +@all -@dangerous', from: [7, 0] },
  { rules: '%R~* +@all', from: [7, 0] },
  { rules: '%W~* +set', from: [7, 0] },
  { rules: '%R~* +bitfield', from: [7, 0] },
  { rules: '%R~* +sort', from: [7, 0] },
  { rules: '%R~* %W~app:* +copy', from: [7, 0] },
  { rules: '+get ~app:* (+set ~other:*)', from: [7, 0] },
  { rules: '+get ~* (+set)', from: [7, 0] },
  { rules: '+set (+get ~app:*) (~*)', from: [7, 0] },
  { rules: '+@all -acl -config (~app:* +get)', from: [7, 0] },
  { rules: '(~* +eval) (+get)', from: [7, 0] },
  { rules: '+config|set', from: [7, 0] },
  { rules: '+client|kill', from: [7, 0] },
  { rules: '+client|pause', from: [7, 0] },
  { rules: '+client|list', from: [7, 0] },
  { rules: '+module|load', from: [7, 0] },
  { rules: '+function|load', from: [7, 0] },
  { rules: '+cluster|info +cluster|meet', from: [7, 0] },
  { rules: '~* +@all -@dangerous db=0', from: [99, 0], valkey: [9, 1] },
  { rules: '~* +@all -acl -config -replicaof -slaveof db=0', from: [99, 0], valkey: [9, 1] },
];

interface Setup {
  readonly name: string;
  readonly lines: readonly string[];
  readonly from?: readonly [number, number];
  /** Only every so many probes: for setups where little differs. */
  readonly only?: RegExp;
}

const few = /@all|config|module|debug|acl|replicaof|\+set|flushall|cluster|psync|swapdb/;
const setups: readonly Setup[] = [
  { name: 'as it comes', lines: [] },
  {
    name: 'all switches on',
    lines: ['enable-protected-configs yes', 'enable-module-command yes', 'enable-debug-command yes'],
    from: [7, 0],
    only: few,
  },
  { name: 'a password for default', lines: [`requirepass ${password}`], only: /config|@all|get/ },
  {
    name: 'default off',
    lines: ['user default off nopass ~* +@all', 'protected-mode no'],
    from: [6, 0],
    only: /config|@dangerous/,
  },
  { name: 'a cluster node', lines: ['cluster-enabled yes'], only: few },
];

const fits = (
  { product, atLeast }: MatrixServer,
  { from, valkey }: Pick<Probe, 'from' | 'valkey'>,
): boolean =>
  product === 'valkey' ? (valkey ? atLeast(...valkey) : !from || from[0] < 99) : !from || atLeast(...from);

// What is destroyed could not be read or taken along any more.
const inOrder = [...capabilityNames.filter((can) => can !== 'destroy'), 'destroy'] as const;

const nameOf = (index: number): string => `probe${index}`;

function exposureOf({ servers, failures }: Awaited<ReturnType<typeof auditTargets>>): Exposure {
  const [audit] = servers as readonly [ServerAudit | undefined];
  if (!audit) throw new Error(JSON.stringify(failures));
  if (!audit.exposure.known) throw new Error(audit.exposure.detail);
  return audit.exposure.value;
}

/** What the table says of a user who comes from `reach`. */
function said(exposure: Exposure, user: string, reach: 'host' | 'network'): ReadonlyMap<Capability, string> {
  const rows = new Set(exposure.origins.filter((origin) => origin.reach === reach).map(({ id }) => id));
  const ids = new Set(exposure.actors.filter((actor) => actor.user === user).map(({ id }) => id));
  const cells = exposure.cells.filter(({ from, as }) => rows.has(from) && ids.has(as));
  return new Map(cells.map(({ can, certainty, by }) => [can, `${certainty}: ${by.join(', ')}`]));
}

/** Makes a node a whole cluster by itself. */
async function ownAllSlots(keeper: Trier): Promise<void> {
  await say(keeper, [
    ['CLUSTER', 'ADDSLOTS', ...Array.from({ length: 16_384 }, (_unused, slot) => String(slot))],
  ]);
  await vi.waitUntil(
    async () => JSON.stringify(await say(keeper, [['CLUSTER', 'INFO']])).includes('cluster_state:ok'),
    { timeout: 8000, interval: 50 },
  );
}

const isError = (reply: RespValue | undefined): boolean =>
  typeof reply === 'object' && reply !== null && 'kind' in reply && reply.kind === 'error';

/** Logins that somebody can get at who has this one: by making a user, by setting or reading a password. */
async function climb(who: Trier): Promise<readonly Trier[]> {
  const [made, shown, set] = await say(who, [
    ['ACL', 'SETUSER', 'climber', 'reset', 'on', `>${password}`, 'allkeys', 'allcommands'],
    ['CONFIG', 'GET', 'requirepass'],
    ['CONFIG', 'SET', 'requirepass', 'climbed'],
  ]);
  const seen = Array.isArray(shown) && typeof shown[1] === 'string' ? shown[1] : '';
  const logins = [
    ...(isError(made) ? [] : [['climber', password]]),
    ...(isError(set) ? (seen === '' ? [] : [['default', seen]]) : [['default', 'climbed']]),
  ];
  return logins.map((login) => ({ ...who, login }));
}

const describeServers = matrix.map((server) => [server.name, server] as const);

describe.each(describeServers.filter(([, server]) => server.product === 'valkey' || server.atLeast(6, 0)))(
  'what a user of %s is able to do',
  (_, server) => {
    describe.each(setups.filter((setup) => fits(server, setup)).map((setup) => [setup.name, setup] as const))(
      '%s',
      (_name, setup) => {
        const chosen = probes.filter(
          (probe) => fits(server, probe) && (setup.only?.test(probe.rules) ?? true),
        );
        let running: RunningServer;
        let exposure: Exposure;
        let keeper: Trier;
        beforeAll(async () => {
          running = await server.start([
            ...setup.lines,
            // Else a replica waits five seconds for others.
            'repl-diskless-sync-delay 0',
            `user warden on >${password} ~* +@all`,
          ]);
          keeper = { port: running.port, login: admin };
          if (setup.lines.includes('cluster-enabled yes')) await ownAllSlots(keeper);
          for (const [index, { rules }] of chosen.entries()) {
            const words = rules.match(/\([^)]*\)|\S+/g) ?? [];
            const made = await say(keeper, [
              ['ACL', 'SETUSER', nameOf(index), 'on', `>${password}`, ...words],
            ]);
            expect(made, rules).toMatchObject([{ text: 'OK' }]);
          }
          exposure = exposureOf(
            await auditTargets([`redis://${admin.join(':')}@127.0.0.1:${running.port}`], { host: false }),
          );
        });
        afterAll(() => running?.stop());

        it.each(chosen.map(({ rules }, index) => [rules, index] as const))('%s', async (_rules, index) => {
          const who: Trier = { port: running.port, login: [nameOf(index), password] };
          const cells = said(exposure, nameOf(index), 'host');
          await say(keeper, seed);
          const requirepass = setup.lines.find((line) => line.startsWith('requirepass'))?.split(' ')[1] ?? '';
          const all = [who, ...(await climb(who))];
          try {
            const wrong: string[] = [];
            for (const can of inOrder) {
              const way = await succeeds(can, all);
              const cell = cells.get(can);
              if (cell === undefined && way !== undefined)
                wrong.push(`${can}: no cell, and try ${way} succeeds`);
              if (cell?.startsWith('certain') && way === undefined)
                wrong.push(`${can}: ${cell}, and no try succeeds`);
            }
            expect(wrong, wrong.join('; ')).toEqual([]);
          } finally {
            await say(keeper, [
              ['ACL', 'DELUSER', 'climber', 'tried'],
              ['CONFIG', 'SET', 'requirepass', requirepass],
            ]);
          }
        });
      },
    );
  },
);
