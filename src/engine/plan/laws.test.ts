import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { checks } from '../../catalog/checks/index.ts';
import { bundledCommands, type CommandTable } from '../../lang/acl/index.ts';
import {
  type FirewallFacts,
  policyNames,
  severities,
  type Action,
  type Facts,
  type PlanNode,
  type Resource,
  type RuleWord,
  type Step,
} from '../../model/index.ts';
import { checkPlan } from '../plan-check/index.ts';
import { nameOf, resourcesOf } from '../apply/resources-of.ts';
import type { PlanInput, PlannedParts } from './input.ts';
import { stepKinds } from './kinds.ts';
import { planSteps } from './plan-steps.ts';
import { openServer, subject, type Server } from './subjects-of-tests.ts';

const runs = process.env.KEYWARD_DEEP ? 20_000 : 100;

/** What the catalog's own examples say of servers, good and bad: each a handful of facts. */
const [good, bad] = (['good', 'bad'] as const).map((kind) =>
  checks.flatMap(({ examples }) => Object.values(examples[kind])),
) as unknown as readonly [readonly Partial<Facts>[], readonly Partial<Facts>[]];

/** One server of which all of these are true; where two speak of the same thing, of both things. */
function merged(examples: readonly Partial<Facts>[]): Partial<Facts> {
  const all: Record<string, unknown> = {};
  for (const [name, value] of examples.flatMap((one) => Object.entries(one))) {
    const had = all[name];
    if (Array.isArray(had) && Array.isArray(value))
      all[name] = [...(had as unknown[]), ...(value as unknown[])];
    else if (name === 'settings' || name === 'config')
      all[name] = { ...(had as object), ...(value as object) };
    else all[name] = value;
  }
  delete all.identity;
  return all;
}

const versions: readonly (readonly [PlanNode['product'], string])[] = [
  ['redis', '2.8.17'],
  ['redis', '5.0.14'],
  ['redis', '6.0.16'],
  ['redis', '6.2.16'],
  ['redis', '7.0.15'],
  ['redis', '8.6.3'],
  ['valkey', '9.1.2'],
  ['keydb', '6.3.4'],
  ['kvrocks', '2.9.0'],
  ['dragonfly', '1.40.0'],
  ['garnet', '1.0.0'],
  ['unknown', '0'],
];
const tables = new Map<string, CommandTable>();
beforeAll(async () => {
  for (const [product, version] of versions)
    tables.set(`${product} ${version}`, await bundledCommands(product, version));
});

const client = fc.record({
  user: fc.constantFrom('default', 'app', 'exporter', 'billing'),
  address: fc.constantFrom('127.0.0.1', '10.0.0.7', '10.0.0.8', '203.0.113.9', 'unix', '::1'),
  kind: fc.constantFrom('client', 'replica', 'master', 'sentinel', 'exporter', 'pubsub', 'monitor'),
  connections: fc.integer({ min: 1, max: 2000 }),
  commands: fc.subarray([
    'get',
    'set',
    'config|get',
    'config',
    'client',
    'flushall',
    'module',
    'keys',
    'cluster|slots',
  ]),
  to: fc.option(fc.constant({ address: '10.0.0.5', port: 6379 }), { nil: undefined }),
} as const);

const used = fc.record({
  commands: fc.subarray(
    'get set keys flushdb flushall eval script script|load function|load client|list config|set migrate nonsense'.split(
      ' ',
    ),
  ),
  seconds: fc.constantFrom(0, 60, 86_400, 4_000_000),
});

const ruled = (rules: string): FirewallFacts => ({
  layers: [
    {
      network: 'server',
      rules: [
        {
          words: 'iptables-save',
          from: 'iptables-save',
          text: `*filter\n:INPUT ACCEPT [0:0]\n${rules}COMMIT\n`,
        },
      ],
      interfaces: [
        {
          name: 'eth0',
          addresses: ['10.0.0.5'],
          networks: ['10.0.0.0/24'],
          routes: ['0.0.0.0/0'],
          gateways: [],
        },
      ],
      forwarding: { ipv4: false, ipv6: false },
      filtersBridges: false,
      unread: [],
    },
  ],
  inside: false,
  saved: [],
  managers: [],
});

const server = fc
  .record({
    which: fc.constantFrom(...versions),
    at: fc.constantFrom('127.0.0.1', '10.0.0.5', '10.0.0.7'),
    mode: fc.constantFrom('standalone', 'standalone', 'standalone', 'sentinel', 'cluster'),
    role: fc.constantFrom('master', 'master', 'replica'),
    facts: fc.tuple(
      fc.array(fc.constantFrom(...good), { maxLength: 8 }),
      fc.array(fc.constantFrom(...bad), { minLength: 4, maxLength: 20 }),
    ),
    open: fc.integer({ min: 0, max: 3 }),
    files: fc.integer({ min: 0, max: 4 }),
    aclFile: fc.integer({ min: 0, max: 3 }),
    unit: fc.boolean(),
    clients: fc.array(client, { maxLength: 5 }),
    unseen: fc.integer({ min: 0, max: 4 }),
    used: fc.option(used, { nil: undefined }),
    confOnly: fc.integer({ min: 0, max: 9 }),
    rules: fc.constantFrom(undefined, '', '-A INPUT -p tcp --dport 6379 -j DROP\n'),
  } as const)
  .map((one): Server & { readonly which: (typeof versions)[number]; readonly open: boolean } => ({
    which: one.which,
    open: one.open > 0,
    product: one.which[0],
    version: one.which[1],
    mode: one.mode,
    role: one.mode === 'sentinel' ? 'sentinel' : one.role,
    target:
      one.confOnly === 0
        ? { kind: 'conf', path: '/etc/redis/redis.conf' }
        : { kind: 'tcp', host: one.at, port: 6379, tls: false },
    clients: one.clients.map(({ to, ...rest }) => ({ ...rest, ...(to ? { to } : {}) })),
    ...(one.aclFile === 0 ? { aclFile: '/etc/redis/users.acl' } : {}),
    ...(one.unseen === 0 ? { unseen: true } : {}),
    ...(one.used ? { used: one.used } : {}),
    ...(one.unit ? {} : { restart: { kind: 'relaunch' } }),
    facts: merged([
      ...one.facts.flat(),
      ...(one.rules === undefined ? [] : [{ firewall: ruled(one.rules) }]),
    ]),
    ...(one.files > 0 ? {} : { host: undefined as unknown as string, conf: undefined as unknown as string }),
  }));

const words = [...stepKinds, ...checks.map(({ id }) => id), ...checks.map(({ theme }) => theme)];
const input = fc
  .record({
    servers: fc.array(server, { minLength: 1, maxLength: 3 }),
    policy: fc.constantFrom(...policyNames),
    only: fc.option(fc.array(fc.constantFrom(...words), { maxLength: 3 }), { freq: 1, nil: undefined }),
    except: fc.option(fc.array(fc.constantFrom(...words), { maxLength: 3 }), { freq: 1, nil: undefined }),
    level: fc.option(fc.constantFrom(...severities), { freq: 1, nil: undefined }),
    refuse: fc.subarray(['default', 'default@10.0.0.7', 'app', 'data', 'tls']),
    allowRestart: fc.boolean(),
    passwordOnly: fc.boolean(),
    answers: fc.subarray([
      ['maxmemory', '2gb'],
      ['bind', '127.0.0.1'],
      ['tls-port', '7000'],
      ['masterauth', 'never-in-a-plan'],
      ['dir', '/var/lib/redis'],
      ['reachable-from', '10.0.0.0/8,fd00::/8'],
      ['reachable-until', 'reboot'],
    ] as const),
  })
  .map(({ servers, answers, only, except, level, ...rest }): PlanInput => ({
    ...rest,
    ...(only ? { only } : {}),
    ...(except ? { except } : {}),
    ...(level ? { level } : {}),
    answers: new Map(answers),
    nodes: servers.map(({ which, open, ...one }, at) => {
      const commands = tables.get(which.join(' '));
      return subject(`n${at + 1}`, {
        ...one,
        facts: open && commands ? merged([one.facts ?? {}, openServer(commands)]) : (one.facts ?? {}),
      });
    }),
  }));

const everyStep = ({ steps, held }: PlannedParts): readonly Step[] => [
  ...steps,
  ...held.map(({ step }) => step),
];
const actionsOf = (parts: PlannedParts): readonly Action[] => everyStep(parts).flatMap(({ does }) => does);
const holdsFor = (law: (parts: PlannedParts, given: PlanInput) => void): void => {
  fc.assert(
    fc.property(input, (given) => law(planSteps(given), given)),
    { numRuns: runs },
  );
};

describe('every plan', () => {
  it('is made, whatever was found, and made again the same', () => {
    let [steps, held, unmet] = [0, 0, 0];
    holdsFor((parts, given) => {
      steps += parts.steps.length;
      held += parts.held.length;
      unmet += parts.unmet.length;
      expect(planSteps(given)).toEqual(parts);
      expect(JSON.parse(JSON.stringify(parts))).toEqual(parts);
    });
    // The law says something only if there is something to plan.
    expect(Math.min(steps, held, unmet)).toBeGreaterThan(runs / 10);
  });

  it('names each step once, and says what is done, for which finding, on which server', () => {
    holdsFor((parts, { nodes }) => {
      const all = everyStep(parts);
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      for (const step of all) {
        expect(step.does.length).toBeGreaterThan(0);
        // Who says who may come asks for it without any finding.
        if (step.kind !== 'firewall') expect(step.checks.length, step.kind).toBeGreaterThan(0);
        expect(nodes.some(({ node }) => node.id === step.node)).toBe(true);
        for (const action of step.does) expect(action.node).toBe(step.node);
      }
    });
  });

  it('puts back everything that it touches', () => {
    holdsFor((parts) => {
      for (const { does, undo } of everyStep(parts)) {
        const captured = new Set(undo.map(nameOf));
        const touched: readonly Resource[] = does.flatMap(resourcesOf);
        expect(touched.filter((one) => !captured.has(nameOf(one)))).toEqual([]);
        expect(captured.size).toBe(undo.length);
      }
    });
  });

  it('asks for each secret that it mentions, and holds none', () => {
    holdsFor((parts) => {
      const asked = new Set(parts.secrets.map(({ id }) => id));
      expect(asked.size).toBe(parts.secrets.length);
      for (const [, id] of JSON.stringify(everyStep(parts)).matchAll(/"secret":"([^"]+)"/g))
        expect(asked).toContain(id);
      expect(JSON.stringify(everyStep(parts))).not.toContain('never-in-a-plan');
    });
  });

  it('never switches the default user off and leaves it without a reset of its passwords', () => {
    holdsFor((parts) => {
      for (const action of actionsOf(parts)) {
        if (action.do !== 'set-user' || action.user !== 'default') continue;
        const rules: readonly RuleWord[] = action.rules;
        if (rules.includes('off')) expect(rules.indexOf('resetpass')).toBeLessThan(rules.indexOf('off'));
        if (rules.includes('off')) expect(rules).toContain('resetpass');
      }
    });
  });

  it('closes the default user only where somebody else administers by then', () => {
    holdsFor(({ steps }, { nodes }) => {
      for (const [at, step] of steps.entries()) {
        if (step.kind !== 'close-default') continue;
        const me = nodes.find(({ node }) => node.id === step.node)?.view.whoami;
        const other = me?.known === true && me.value !== 'default';
        const made = steps
          .slice(0, at)
          .some(({ kind, node }) => kind === 'administrator' && node === step.node);
        expect(other || made).toBe(true);
      }
    });
  });

  it('renames no command where there are users, or where others use the names', () => {
    holdsFor((parts, { nodes }) => {
      for (const step of everyStep(parts).filter(({ kind }) => kind === 'rename-command')) {
        const at = nodes.find(({ node }) => node.id === step.node);
        expect(at?.node.version.startsWith('2.') || at?.node.version.startsWith('5.')).toBe(true);
        expect([at?.node.mode, at?.node.role]).toEqual(['standalone', 'master']);
        expect(at?.census?.groups.some(({ kind }) => /replica|sentinel|master/.test(kind))).toBe(false);
      }
    });
  });

  it('restarts nothing without the word, and nothing before its changes are in the file', () => {
    holdsFor(({ steps }, { allowRestart }) => {
      for (const [at, { does, node, kind }] of steps.entries()) {
        if (!does.some(({ do: what }) => what === 'restart')) continue;
        expect(allowRestart).toBe(true);
        if (kind === 'restart')
          expect(steps.slice(at + 1).filter((later) => later.node === node)).toEqual([]);
      }
    });
  });

  it('keeps what it changes, or does not change it', () => {
    holdsFor((parts) => {
      for (const { does } of everyStep(parts)) {
        const keeps = does.some(
          ({ do: what }) => what === 'edit-conf' || what === 'save' || what === 'keep-user',
        );
        const live = does.some(({ do: what }) => what === 'set-user' || what === 'set-setting');
        if (live) expect(keeps).toBe(true);
      }
    });
  });

  it('does only what its policy plans, and what that rests on', () => {
    holdsFor((parts, { policy, only }) => {
      if (policy !== 'essential' || only !== undefined) return;
      for (const { kind } of everyStep(parts))
        expect([
          'tls',
          'plain-port',
          'run-as',
          'sandbox',
          'switches',
          'limits',
          'rename-command',
        ]).not.toContain(kind);
    });
  });

  it('passes the check that every plan must pass before it is applied', () => {
    holdsFor((parts, { nodes, policy }) => {
      const own = nodes.map(({ node }) => node);
      if (own.some(({ target }) => target.kind === 'conf')) return;
      const problems = checkPlan({
        schema: 'keyward.plan/1',
        version: '0.0.0',
        id: 'p',
        madeAt: '2026-11-01T00:00:00.000Z',
        policy,
        nodes: own,
        ...parts,
        previews: [],
        census: [],
        basis: [],
      });
      expect(problems).toEqual([]);
    });
  });

  it('closes only what was open', () => {
    holdsFor((parts, { nodes }) => {
      for (const { node, closes } of everyStep(parts)) {
        const exposure = nodes.find((one) => one.node.id === node)?.view.exposure;
        const cells = exposure?.known ? exposure.value.cells : [];
        const open = new Set(cells.map(({ from, as, can }) => `${from}|${as}|${can}`));
        expect(closes.filter((cell) => !open.has(cell))).toEqual([]);
      }
    });
  });

  it('needs no more rights of the host than its actions do', () => {
    holdsFor((parts) => {
      for (const { does, needs } of everyStep(parts))
        if (needs === 'server')
          for (const action of does)
            expect([
              'set-setting',
              'set-user',
              'delete-user',
              'save',
              'set-sentinel',
              'renew-links',
            ]).toContain(action.do);
    });
  });
});
