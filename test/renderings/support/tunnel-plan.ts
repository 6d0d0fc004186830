import type { ClientGroup, Plan } from '../../../src/model/index.ts';
import { examplePlan } from './example-plan.ts';

const group = (address: string): ClientGroup => ({
  user: 'default',
  address,
  kind: 'client',
  connections: 1,
  commands: ['get'],
  databases: [0],
});

/** A plan for one server, with clients that the census saw. */
export function tunnelPlan(server: string, clients: readonly string[], more: Partial<Plan> = {}): Plan {
  const plan = examplePlan({ host: server, port: 6379, conf: '/etc/redis/redis.conf', version: '7.0.15' });
  const census = { node: 'n1', seconds: 2, looks: 2, doubts: [], groups: clients.map(group) };
  return { ...plan, steps: [], census: [census], ...more };
}
