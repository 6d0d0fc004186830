import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { checks } from '../../catalog/checks/index.ts';
import { bundledCommands, type CommandTable } from '../../lang/acl/index.ts';
import { policyNames, type Facts, type Plan, type PlanNode } from '../../model/index.ts';
import { planSteps } from '../plan/index.ts';
import { openServer, subject } from '../plan/subjects-of-tests.ts';
import { planRotation } from '../plan-rotation.ts';
import { checkPlan } from './check-plan.ts';

const runs = process.env['KEYWARD_DEEP'] ? 5000 : 400;

/** What the catalog's own examples say of servers: each a handful of facts. */
const examples: readonly Partial<Facts>[] = checks.flatMap(({ examples: { good, bad, other = {} } }) => [
  ...Object.values(good),
  ...Object.values(bad),
  ...Object.values(other).map(({ facts }) => facts),
]);
const versions = [
  ['redis', '2.8.17'],
  ['redis', '5.0.14'],
  ['redis', '6.2.16'],
  ['redis', '7.0.15'],
  ['redis', '8.6.3'],
  ['valkey', '9.1.2'],
  ['keydb', '6.3.4'],
  ['kvrocks', '2.9.0'],
  ['unknown', '0'],
] as const satisfies readonly (readonly [PlanNode['product'], string])[];
const tables = new Map<string, CommandTable>();
beforeAll(async () => {
  for (const [product, version] of versions)
    tables.set(`${product} ${version}`, await bundledCommands(product, version));
});

const server = fc.record({
  which: fc.constantFrom(...versions),
  mode: fc.constantFrom('standalone', 'sentinel', 'cluster'),
  role: fc.constantFrom('master', 'replica', 'sentinel'),
  facts: fc.array(fc.constantFrom(...examples), { maxLength: 12 }),
  open: fc.boolean(),
  conf: fc.constantFrom('/etc/redis/redis.conf', '/etc/redis.conf', '/opt/cache/server.conf', undefined),
  aclFile: fc.constantFrom('/etc/redis/users.acl', undefined),
  unit: fc.boolean(),
  user: fc.constantFrom('default', 'app'),
} as const);

const planOf = (
  nodes: readonly PlanNode[],
  parts: Pick<Plan, 'secrets' | 'steps' | 'held' | 'unmet'>,
): Plan => ({
  schema: 'keyward.plan/1',
  version: '0.1.0',
  id: 'p',
  madeAt: '2026-11-01T00:00:00.000Z',
  policy: 'strict',
  nodes,
  ...parts,
  previews: [],
  census: [],
  basis: [],
});

it('whatever the planner plans may be applied', () => {
  let steps = 0;
  fc.assert(
    fc.property(
      fc.array(server, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...policyNames),
      fc.boolean(),
      (servers, policy, allowRestart) => {
        const nodes = servers.map(({ which, open, conf, aclFile, unit, user, ...one }, at) => {
          const commands = tables.get(which.join(' '));
          return subject(`n${at + 1}`, {
            product: which[0],
            version: which[1],
            mode: one.mode,
            role: one.role,
            target: { kind: 'tcp', host: `10.0.0.${at + 5}`, port: 6379, tls: false },
            ...(conf
              ? { conf }
              : { host: undefined as unknown as string, conf: undefined as unknown as string }),
            ...(aclFile ? { aclFile } : {}),
            ...(unit ? {} : { restart: { kind: 'relaunch' } }),
            clients: [{ address: '10.0.0.7', user }],
            facts: {
              ...(open && commands ? openServer(commands) : {}),
              ...(Object.assign({}, ...one.facts) as Partial<Facts>),
            },
          });
        });
        const answers = new Map([
          ['maxmemory', '2gb'],
          ['tls-port', '7000'],
        ]);
        const refuse = ['default', 'app', 'data', 'tls'];
        const parts = planSteps({ nodes, policy, answers, refuse, allowRestart });
        steps += parts.steps.length;
        const own = nodes.map(({ node }) => node);
        expect(checkPlan(planOf(own, parts))).toEqual([]);
        expect(checkPlan(planOf(own, planRotation(nodes, 'app')))).toEqual([]);
      },
    ),
    { numRuns: runs },
  );
  expect(steps).toBeGreaterThan(runs);
}, 120_000);
