import { describe, expect, it } from 'vitest';
import type { Plan } from '../../model/index.ts';
import stunnel from './stunnel.ts';

const planFor = (version: string): Plan => ({
  schema: 'keyward.plan/1',
  version: '0',
  id: 'p',
  madeAt: '2026-01-01T00:00:00Z',
  policy: 'strict',
  nodes: [
    {
      id: 'n1',
      target: { kind: 'tcp', host: '10.0.0.5', port: 6379, tls: false },
      product: 'redis',
      version,
      mode: 'standalone',
      role: 'master',
    },
  ],
  secrets: [],
  steps: [],
  held: [],
  unmet: [],
  previews: [],
  census: [],
  basis: [],
});

describe('the stunnel form of a plan', () => {
  it('is a pair for a server that has no TLS: its clients stay at their port, and TLS is beside that of the server', () => {
    const text = stunnel.render(planFor('5.0.3'));
    expect(text).toContain('accept = 10.0.0.5:6380');
    expect(text).toContain('connect = 127.0.0.1:6379');
    expect(text).toContain('accept = 127.0.0.1:6379');
    expect(text).toContain('connect = 10.0.0.5:6380');
    expect(text).toContain('checkIP = 10.0.0.5');
  });

  it('says that a newer one needs none', () => {
    expect(stunnel.render(planFor('7.0.15'))).toMatch(/^# Every server of this plan speaks TLS itself/m);
  });
});
