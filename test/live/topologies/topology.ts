/** Servers that replicate each other, as a test starts and looks at them. What is started here is ended by `end`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { asText, type RespValue } from '../../../src/lang/resp/index.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { converse } from '../support/ask.ts';
import type { MatrixServer } from '../support/servers.ts';
import { endAllIn } from '../support/worlds.ts';

/** Journals of all topologies of a test file. */
const state = mkdtempSync(join(tmpdir(), 'keyward-state-'));
process.env['KEYWARD_STATE'] = state;
afterAll(() => rmSync(state, { recursive: true, force: true }));

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** What the servers of this test log in with, once there is a login. */
export interface Topology {
  readonly kind: MatrixServer;
  /** A folder of the test: journals, secrets. */
  readonly folder: string;
  readonly secretsFile: string;
  readonly servers: RunningServer[];
  readonly sentinels: RunningServer[];
  readonly end: () => Promise<void>;
}

/** As whom a server without users is asked for a password. */
export const hasUsers = ({ product, atLeast }: MatrixServer): boolean =>
  product === 'valkey' || atLeast(6, 0);
export const keepsDebug = ({ product, atLeast }: MatrixServer): boolean =>
  product === 'valkey' || atLeast(7, 0);

export const nameOf = ({ port }: Pick<RunningServer, 'port'>): string => `redis://127.0.0.1:${port}`;

export function beginTopology(kind: MatrixServer): Topology {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-topology-'));
  const servers: RunningServer[] = [];
  const sentinels: RunningServer[] = [];
  return {
    kind,
    folder,
    secretsFile: join(folder, 'secrets.json'),
    servers,
    sentinels,
    end: async () => {
      for (const server of [...sentinels, ...servers]) {
        endAllIn(server.dir);
        await server.stop();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Lines of every server: replicas come at once, and the test may ask for digests. */
export const commonLines = (kind: MatrixServer): readonly string[] => [
  'repl-diskless-sync-delay 0',
  ...(keepsDebug(kind) ? ['enable-debug-command yes'] : []),
];

/** Starts a master and replicas of it. */
export async function startReplicas(topology: Topology, count: number): Promise<void> {
  const { kind, servers } = topology;
  const master = await kind.start(commonLines(kind));
  servers.push(master);
  const replicas = Array.from({ length: count }, () =>
    kind.start([...commonLines(kind), `replicaof 127.0.0.1 ${master.port}`]),
  );
  servers.push(...(await Promise.all(replicas)));
  await Promise.all(servers.slice(1).map((replica) => linked(replica)));
}

export const watched = 'main';

/** Starts Sentinels of the first server, and waits until each knows all others. */
export async function startSentinels(topology: Topology, count: number): Promise<void> {
  const { kind, sentinels, servers } = topology;
  const [master] = servers;
  if (!master) throw new Error('there is no master to watch');
  const quorum = Math.floor(count / 2) + 1;
  const started = Array.from({ length: count }, () =>
    kind.start(
      [
        `sentinel monitor ${watched} 127.0.0.1 ${master.port} ${quorum}`,
        `sentinel down-after-milliseconds ${watched} 1500`,
        `sentinel failover-timeout ${watched} 5000`,
      ],
      { sentinel: true },
    ),
  );
  sentinels.push(...(await Promise.all(started)));
  for (const sentinel of sentinels) {
    for (;;) {
      const info = field(await say({ secretsFile: '' }, sentinel, 'INFO', 'sentinel'), 'master0');
      if (info.includes(`slaves=${servers.length - 1}`) && info.includes(`sentinels=${count}`)) break;
      await wait(50);
    }
  }
}

/** Where the master is by the word of the Sentinels: of most of them. */
export async function masterPort({ sentinels }: Topology): Promise<number> {
  const ports = await Promise.all(
    sentinels.map((sentinel) =>
      say({ secretsFile: '' }, sentinel, 'SENTINEL', 'get-master-addr-by-name', watched),
    ),
  );
  const [most = ''] = ports.toSorted(
    (a, b) => ports.filter((one) => one === b).length - ports.filter((one) => one === a).length,
  );
  return Number(most.split('\n')[1]);
}

/** All logins that the test knows by now: those of the secrets file, and none. */
export function loginsIn(secretsFile: string, ...users: readonly string[]): readonly (Login | undefined)[] {
  try {
    const { secrets } = JSON.parse(readFileSync(secretsFile, 'utf8')) as {
      readonly secrets: Readonly<Record<string, Login>>;
    };
    return [...Object.values(secrets).filter(({ user }) => users.includes(user)), undefined];
  } catch {
    return [undefined];
  }
}

export const isRefusal = (value: RespValue): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'error';

/** Asks as an administrator, or as whoever is let in. */
export async function askAs(
  port: number,
  logins: readonly (Login | undefined)[],
  ...words: readonly string[]
): Promise<RespValue> {
  let last: RespValue = null;
  for (const login of logins) {
    const conversation = await converse({ port });
    try {
      if (login) {
        const { user, password } = login;
        const names = user === 'default' ? [password] : [user, password];
        if (isRefusal(await conversation.ask('AUTH', ...names))) continue;
      }
      last = await conversation.ask(...words);
      if (!/^(NOAUTH|NOPERM)/.test(errorText(last))) return last;
    } finally {
      conversation.end();
    }
  }
  return last;
}

const errorText = (value: RespValue): string =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'error' ? value.text : '';

const administrators = ['admin', 'default'];

/** A question to a server of the topology, as its administrator. */
export const say = async (
  { secretsFile }: Pick<Topology, 'secretsFile'>,
  { port }: Pick<RunningServer, 'port'>,
  ...words: readonly string[]
): Promise<string> => {
  const reply = await askAs(port, loginsIn(secretsFile, ...administrators), ...words);
  return textOf(reply);
};

/** Items of an answer one below the other. */
const textOf = (reply: RespValue): string =>
  Array.isArray(reply) ? reply.map((item) => textOf(item as RespValue)).join('\n') : (asText(reply) ?? '');

export const field = (info: string, name: string): string =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';

/** Until the replica has its master; the limit of the test ends a wait for ever. */
export async function linked(server: Pick<RunningServer, 'port'>, topology?: Topology): Promise<void> {
  const nowhere = { secretsFile: '' };
  for (;;) {
    // A Sentinel that makes another the master ends all connections.
    const info = await say(topology ?? nowhere, server, 'INFO', 'replication').catch(() => '');
    if (field(info, 'master_link_status') === 'up') return;
    await wait(20);
  }
}

/** Until all of them have what the first has; then what each of them holds, as the server itself digests it. */
export async function digests(
  topology: Topology,
  servers: readonly RunningServer[],
): Promise<readonly string[]> {
  const [master, ...replicas] = servers;
  if (!master) return [];
  const offset = async (server: RunningServer, name: string): Promise<string> =>
    field(await say(topology, server, 'INFO', 'replication'), name);
  for (const replica of replicas) {
    await linked(replica, topology);
    // A master pings its replicas, which moves both: never compare older with newer.
    for (;;) {
      const [above, below] = [
        await offset(master, 'master_repl_offset'),
        await offset(replica, 'slave_repl_offset'),
      ];
      if (Number(below) >= Number(above)) break;
      await wait(20);
    }
  }
  return Promise.all(servers.map((server) => say(topology, server, 'DEBUG', 'DIGEST')));
}

/** As whom replicas and Sentinels are connected to a server. */
export async function linkUsers(topology: Topology, server: RunningServer): Promise<readonly string[]> {
  const list = await say(topology, server, 'CLIENT', 'LIST');
  return list
    .split('\n')
    .filter((line) => / flags=S /.test(line) || / name=sentinel-/.test(line))
    .map((line) => / user=(\S+)/.exec(line)?.[1] ?? 'default');
}

export const fullSyncs = async (topology: Topology, server: RunningServer): Promise<number> =>
  Number(field(await say(topology, server, 'INFO', 'stats'), 'sync_full'));

/** All that a plan may have changed of a server and that undo must put back. */
export async function stateOf(topology: Topology, server: RunningServer): Promise<unknown> {
  const settings = ['requirepass', 'masterauth', 'masteruser', 'protected-mode', 'bind'];
  return {
    file: readFileSync(server.configFile, 'utf8'),
    users: hasUsers(topology.kind) ? await say(topology, server, 'ACL', 'LIST') : '',
    settings: await Promise.all(settings.map((name) => say(topology, server, 'CONFIG', 'GET', name))),
  };
}
