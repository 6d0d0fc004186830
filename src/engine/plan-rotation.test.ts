/** Nobody is left with a password that goes: a Sentinel that watches more than what is rotated, and one that is not named. */
import { describe, expect, it } from 'vitest';
import { conf, line, replication, secret, sentinelMaster } from '../catalog/example-facts.ts';
import type { SentinelMaster } from '../model/index.ts';
import { planRotation } from './plan-rotation.ts';
import { subject, type Server } from './plan/subjects-of-tests.ts';

const at = (host: string, port = 6379) => ({ kind: 'tcp', host, port, tls: false }) as const;
const [a, b] = ['10.0.0.5', '10.0.0.7'];
const watched = { address: '10.0.0.9', kind: 'sentinel', user: 'watch', commands: ['ping'] } as const;
const server = (host: string, more: Partial<Server> = {}): Server => ({
  target: at(host),
  clients: [watched],
  ...more,
});
const masterAt = (name: string, host: string, sentinels = 1): SentinelMaster =>
  sentinelMaster(name, { address: `${host}:6379`, sentinels });
const sentinel = (masters: readonly SentinelMaster[]): Server => ({
  target: at('10.0.0.9', 26_379),
  mode: 'sentinel',
  role: 'sentinel',
  facts: {
    sentinelMasters: masters,
    conf: conf({
      lines: masters.flatMap(({ name }) => [
        line('sentinel', ['auth-pass', name, secret('weak')]),
        line('sentinel', ['auth-user', name, 'watch']),
      ]),
    }),
  },
});
const rotated = (...servers: readonly Server[]) => {
  const { steps, unmet } = planRotation(
    servers.map((one, index) => subject(`n${index + 1}`, one)),
    'watch',
  );
  return {
    kinds: steps.map(({ kind, node }) => `${kind} ${node}`),
    masters: steps.flatMap(({ does }) =>
      does.flatMap((action) => (action.do === 'set-sentinel' ? [action.master] : [])),
    ),
    unmet: unmet.map(({ node, why }) => `${node}: ${why}`),
  };
};

describe('a rotation with a Sentinel', () => {
  it('changes its login for the masters that get the password, and for no other', () => {
    const { masters, unmet, kinds } = rotated(
      server(a),
      sentinel([masterAt('first', a), masterAt('second', b, 3)]),
    );
    expect(masters).toEqual(['first']);
    expect(kinds).toContain('rotate-remove n1');
    expect(unmet).toEqual([
      'n2: it logs in as watch to second too, which gets no new password here, and so keeps its login there',
    ]);
  });

  it('changes it for all of them where all are named', () => {
    const { masters, unmet } = rotated(
      server(a),
      server(b),
      sentinel([masterAt('first', a), masterAt('second', b)]),
    );
    expect(masters).toEqual(['first', 'second']);
    expect(unmet).toEqual([]);
  });

  it('does nothing where it watches the server by another address than that by which it was named', () => {
    const { kinds, unmet } = rotated(server('localhost'), sentinel([masterAt('first', a)]));
    expect(kinds).toEqual([]);
    expect(unmet).toEqual([
      'n1: sentinel 10.0.0.9 may log in as watch, and watches nothing at the address by which this server is named',
      'n2: it logs in as watch to first too, which gets no new password here, and so keeps its login there',
    ]);
  });

  it('does nothing while another one watches the same master, be it of the same host', () => {
    const { kinds, unmet } = rotated(server(a), sentinel([masterAt('first', a, 2)]));
    expect(kinds).toEqual([]);
    expect(unmet[0]).toBe('n1: 1 more Sentinel watches first, may log in as watch, and is not named');
  });

  it('does nothing to any of those that replicate each other where one of them cannot have it', () => {
    const { kinds, unmet } = rotated(
      server(a, { facts: { replication: replication({ replicas: ['10.0.0.6:6379'] }) } }),
      server('10.0.0.6', {
        role: 'replica',
        version: '5.0.14',
        facts: { replication: replication({ role: 'replica', masterHost: a, masterPort: 6379 }) },
      }),
      sentinel([masterAt('first', a)]),
    );
    expect(kinds).toEqual([]);
    expect(unmet.slice(0, 2)).toEqual([
      'n1: n2, which belongs together with it, gets no new password',
      'n2: redis 5.0.14 knows one password at a time',
    ]);
  });
});
