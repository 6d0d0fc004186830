/** An application that knows the cluster: a real client library, with the login of the secrets file once that is let in. */
import { setTimeout as wait } from 'node:timers/promises';
import { createCluster } from '@redis/client';
import { askAs, isRefusal, loginsIn, type Login, type Topology } from './topology.ts';

export interface ClusterWriter {
  readonly troubles: () => readonly string[];
  readonly user: () => string;
  readonly wrote: (more: number) => Promise<void>;
  readonly whileStill: <T>(work: () => Promise<T>) => Promise<T>;
  readonly stop: () => Promise<void>;
  /** Keys of acknowledged writes whose value is not there. */
  readonly lost: () => Promise<readonly string[]>;
}

const open = async (topology: Topology, login: Login | undefined) => {
  const client = createCluster({
    rootNodes: topology.servers.map(({ port }) => ({ socket: { host: '127.0.0.1', port } })),
    defaults: {
      ...(login ? { username: login.user, password: login.password } : {}),
      socket: { reconnectStrategy: 50 },
    },
  });
  // A request that fails says so itself.
  client.on('error', () => undefined);
  await client.connect();
  return client;
};
type Client = Awaited<ReturnType<typeof open>>;

/** Whether every node lets this login in: a client of a cluster needs them all. */
async function letIn(topology: Topology, login: Login | undefined): Promise<boolean> {
  const answers = await Promise.all(
    topology.servers.map(({ port }) => askAs(port, [login], 'PING').catch(() => null)),
  );
  return answers.every((answer) => answer !== null && !isRefusal(answer));
}

export async function startClusterWriter(topology: Topology): Promise<ClusterWriter> {
  const acknowledged: string[] = [];
  const troubles: string[] = [];
  /** `wanted`: that nothing is written; `still`: that nothing is. */
  const is = { stopped: false, wanted: false, still: false };
  let login: Login | undefined;
  let client: Client = await open(topology, undefined);
  let looked = 0;

  const move = async (): Promise<void> => {
    for (const candidate of loginsIn(topology.secretsFile, 'app')) {
      const mine = candidate?.user === login?.user && candidate?.password === login?.password;
      if (!(await letIn(topology, candidate))) continue;
      if (mine) return;
      const next = await open(topology, candidate);
      const old = client;
      [client, login] = [next, candidate];
      old.destroy();
      return;
    }
  };
  const running = (async () => {
    for (let index = 0; !is.stopped; index++) {
      while (is.wanted && !is.stopped) {
        is.still = true;
        await wait(5);
      }
      is.still = false;
      try {
        if (performance.now() - looked > 100) {
          looked = performance.now();
          await move();
        }
        await client.set(`w:${index}`, String(index));
        acknowledged.push(String(index));
      } catch (error) {
        if (troubles.length < 1000) troubles.push((error as Error).message);
        looked = 0;
        await wait(50);
      }
      if (index % 10 === 0) await wait(1);
    }
  })();

  return {
    troubles: () => [...troubles],
    user: () => login?.user ?? '',
    wrote: async (more) => {
      const enough = acknowledged.length + more;
      while (acknowledged.length < enough) await wait(5);
    },
    whileStill: async (work) => {
      is.wanted = true;
      try {
        while (!is.still) await wait(5);
        return await work();
      } finally {
        is.wanted = false;
      }
    },
    stop: async () => {
      if (is.stopped) return;
      is.stopped = true;
      await running;
      client.destroy();
    },
    lost: async () => {
      const reader = await open(topology, undefined);
      const missing: string[] = [];
      for (let at = 0; at < acknowledged.length; at += 200)
        await Promise.all(
          acknowledged.slice(at, at + 200).map(async (index) => {
            if ((await reader.get(`w:${index}`)) !== index) missing.push(`w:${index}`);
          }),
        );
      reader.destroy();
      return missing;
    },
  };
}
