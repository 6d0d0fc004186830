/** A cluster made by hand: nodes meet, masters get their slots, replicas follow. */
import { setTimeout as wait } from 'node:timers/promises';
import { commonLines, field, linked, say, type Topology } from './topology.ts';

const slots = 16_384;
const nowhere = { secretsFile: '' };

/** Starts six nodes: the fourth follows the first, the fifth the second, the sixth the third. */
export async function startCluster(topology: Topology): Promise<void> {
  const { kind, servers } = topology;
  const lines = [...commonLines(kind), 'cluster-enabled yes', 'cluster-node-timeout 2000'];
  servers.push(...(await Promise.all(Array.from({ length: 6 }, () => kind.start(lines)))));
  const [first] = servers;
  if (!first) throw new Error('there is no first node');
  for (const other of servers.slice(1))
    await say(nowhere, first, 'CLUSTER', 'MEET', '127.0.0.1', String(other.port));
  for (const [at, server] of servers.entries())
    await say(nowhere, server, 'CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1));
  const share = Math.ceil(slots / 3);
  for (const [at, master] of servers.slice(0, 3).entries()) {
    const own = Array.from({ length: share }, (_, i) => at * share + i).filter((slot) => slot < slots);
    await say(nowhere, master, 'CLUSTER', 'ADDSLOTS', ...own.map(String));
  }
  for (const server of servers) await until(async () => (await known(server)) === '6');
  for (const [at, replica] of servers.slice(3).entries()) {
    const master = servers[at];
    const id = master && (await say(nowhere, master, 'CLUSTER', 'MYID'));
    await until(async () => (await say(nowhere, replica, 'CLUSTER', 'REPLICATE', id ?? '')) === 'OK');
  }
  await Promise.all(servers.slice(3).map((replica) => linked(replica)));
  for (const server of servers)
    await until(async () => {
      const nodes = await say(nowhere, server, 'CLUSTER', 'NODES');
      const isOk = field(await say(nowhere, server, 'CLUSTER', 'INFO'), 'cluster_state') === 'ok';
      return isOk && (nodes.match(/slave/g) ?? []).length === 3 && !/handshake/.test(nodes);
    });
}

const known = async (server: { readonly port: number }): Promise<string> =>
  field(await say(nowhere, server, 'CLUSTER', 'INFO'), 'cluster_known_nodes');

async function until(so: () => Promise<boolean>): Promise<void> {
  while (!(await so())) await wait(50);
}
