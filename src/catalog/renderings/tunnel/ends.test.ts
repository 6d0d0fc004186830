import { describe, expect, it } from 'vitest';
import type { ClientGroup, Plan, PlanNode, Target } from '../../../model/index.ts';
import { endsOf } from './ends.ts';

const node = (id: string, target: Target, mode: PlanNode['mode'] = 'standalone'): PlanNode => ({
  id,
  target,
  product: 'redis',
  version: '7.0.15',
  mode,
  role: 'master',
});
const tcp = (host: string, port = 6379): Target => ({ kind: 'tcp', host, port, tls: false });
const group = (address: string, to?: ClientGroup['to']): ClientGroup => ({
  user: 'app',
  address,
  ...(to ? { to } : {}),
  kind: 'client',
  connections: 1,
  commands: [],
  databases: [0],
});
const plan = (nodes: readonly PlanNode[], groups: readonly ClientGroup[] = []): Plan => ({
  schema: 'keyward.plan/1',
  version: '0',
  id: 'p',
  madeAt: '2026-01-01T00:00:00Z',
  policy: 'recommended',
  nodes,
  secrets: [],
  steps: [],
  held: [],
  unmet: [],
  previews: [],
  census: [{ node: 'n1', seconds: 2, looks: 2, groups, doubts: [] }],
  basis: [],
});
const ends = (of: Plan, answers: Readonly<Record<string, string>> = {}) =>
  endsOf(of, new Map(Object.entries(answers)));

describe('the ends of a tunnel', () => {
  it('are the servers of the plan, and whoever was seen or is named; each host once', () => {
    const nodes = [
      node('n1', tcp('10.0.0.1')),
      node('n2', tcp('10.0.0.1', 6380)),
      node('n3', tcp('10.0.0.2')),
    ];
    const seen = ['10.0.0.5', '10.0.0.5', 'unix', '127.0.0.1', '10.0.0.2'].map((one) => group(one));
    const found = ends(plan(nodes, seen), {
      'tunnel-clients': '10.0.0.6, 10.0.0.5',
      'reachable-from': '10.0.0.7/32,localhost,10.1.0.0/16',
    });
    expect(found.servers.map(({ address, ports }) => [address, ports])).toEqual([
      ['10.0.0.1', [6379, 6380]],
      ['10.0.0.2', [6379]],
    ]);
    expect(found.clients).toEqual(['10.0.0.5', '10.0.0.6', '10.0.0.7']);
    expect(found.leftOut).toEqual([
      '10.1.0.0/16: a network has no key: name its hosts with --set tunnel-clients=…',
    ]);
  });

  it('have the bus of a cluster with them', () => {
    expect(ends(plan([node('n1', tcp('10.0.0.1', 7000), 'cluster')])).servers[0]?.ports).toEqual([
      7000, 17_000,
    ]);
    expect(ends(plan([node('n1', tcp('10.0.0.1', 60_000), 'cluster')])).servers[0]?.ports).toEqual([60_000]);
  });

  it('have the address that clients know, where the plan was made at the host itself', () => {
    const local = [node('n1', { kind: 'unix', path: '/run/redis.sock' })];
    const seen = [group('10.0.0.5', { address: '10.0.0.1', port: 6390 })];
    expect(ends(plan(local, seen)).servers[0]).toMatchObject({ address: '10.0.0.1', ports: [6390] });
    expect(ends(plan(local), { 'tunnel-server': '10.0.0.9' }).servers[0]).toMatchObject({
      address: '10.0.0.9',
      ports: [6379],
    });
    expect(ends(plan(local))).toEqual({
      servers: [],
      clients: [],
      leftOut: ['n1: nobody said by which address others reach it: answer with --set tunnel-server=10.0.0.1'],
    });
  });

  it('are addresses only, whatever a plan or an answer says; who is left out is named', () => {
    const hostile = ['$(id)', '10.0.0.5;id', 'fe80::1', '0.0.0.0', '010.0.0.1', '2001:db8::5', ''];
    const found = ends(
      plan(
        [node('n1', tcp('10.0.0.1'))],
        hostile.map((one) => group(one)),
      ),
      {
        'tunnel-clients': '`id`',
        'tunnel-except': '10.0.0.8',
      },
    );
    expect(found.clients).toEqual([]);
    expect(found.leftOut).toHaveLength(8);
    expect(found.leftOut).toContain('seen as app: 2001:db8::5: IPv4 on one side and IPv6 on the other');
    const without = ends(plan([node('n1', tcp('10.0.0.1'))], [group('172.17.0.2')]), {
      'tunnel-except': '172.17.0.2',
    });
    expect(without).toMatchObject({ clients: [], leftOut: ['172.17.0.2: as --set tunnel-except says'] });
  });

  it('are no more than one small network holds', () => {
    const many = Array.from({ length: 300 }, (_, index) => group(`10.1.${index >> 7}.${index % 128}`));
    const found = ends(plan([node('n1', tcp('10.0.0.1'))], many));
    expect(found.clients).toHaveLength(180);
    expect(found.leftOut.filter((line) => line.endsWith('too many hosts'))).toHaveLength(120);
  });
});
