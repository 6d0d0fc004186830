import { describe, expect, it } from 'vitest';
import type { Check } from '../catalog/define-check.ts';
import { fail, pass } from '../catalog/define-check.ts';
import { actor, exposure, origin } from '../catalog/example-facts.ts';
import {
  known,
  unknown,
  type Actor,
  type Evidence,
  type Exposure,
  type Fact,
  type View,
  type Verdict,
} from '../model/index.ts';
import { audit, judge } from './audit.ts';
import { weigh } from './weigh.ts';

const check = (id: string, judgeIt: () => Verdict, more: Partial<Check> = {}): Check => ({
  id,
  theme: 'configuration',
  title: id,
  severity: 'high',
  why: '',
  remedy: '',
  links: [],
  needs: ['settings'],
  uses: [],
  judge: judgeIt,
  examples: { good: {}, bad: {} },
  ...more,
});
const view = (facts: Partial<View>): View =>
  new Proxy(facts, {
    get: (has, name) => has[name as keyof View] ?? unknown('not-asked', String(name)),
    ownKeys: (has) => Reflect.ownKeys(has),
  }) as View;
const evidence = { collectedAt: '2026-01-01T00:00:00.000Z' } as Evidence;
const bad = (): Verdict => fail('it is bad', { kind: 'investigate', what: 'x' });

const table = (reach: 'internet' | 'host', as: Actor['kind'] = 'nobody'): Fact<Exposure> =>
  known(
    exposure(
      [origin(reach)],
      [actor(as)],
      [{ from: reach, as: `${as}:default`, can: 'read', certainty: 'certain', by: ['get'] }],
    ),
    'test',
  );

describe('a missing fact', () => {
  it('makes a verdict unknown without asking the check', () => {
    const [finding] = judge(
      check('a', () => {
        throw new Error('was asked');
      }),
      view({ settings: unknown('no-access', 'CONFIG GET') }),
    );
    expect(finding).toMatchObject({ verdict: 'unknown', seen: expect.stringContaining('CONFIG GET') });
  });
  it('that is absent makes it not applicable', () => {
    const [finding] = judge(check('a', bad), view({ settings: unknown('absent', 'no file') }));
    expect(finding).toMatchObject({ verdict: 'not-applicable', seen: 'no file' });
  });
});

describe('what a fault weighs', () => {
  const fault = { seen: '', goals: [], opens: { as: 'default' } };
  it('keeps its weight where others reach it', () =>
    expect(weigh(fault, 'critical', table('internet')).severity).toBe('critical'));
  it('loses two levels where only this host does', () =>
    expect(weigh(fault, 'critical', table('host')).severity).toBe('medium'));
  it('loses one where nobody does', () =>
    expect(weigh({ ...fault, opens: { as: 'other' } }, 'critical', table('internet')).severity).toBe('high'));
  it('keeps its weight where nobody has looked', () =>
    expect(weigh(fault, 'critical', unknown('not-asked', '')).severity).toBe('critical'));
  it('names the cells that it opens', () =>
    expect(weigh(fault, 'high', table('internet')).opens).toEqual(['internet|nobody:default|read']));
});

describe('the verdict', () => {
  const settings = known({}, 'test');
  const health = (checks: readonly Check[], facts: Partial<View>) =>
    audit('x', evidence, view({ settings, ...facts }), checks).health;

  it('is compromised before all else', () => {
    expect(health([check('sign', bad, { theme: 'compromise' })], { exposure: table('host') })).toBe(
      'compromised',
    );
  });
  it('is exposed when somebody without a password gets in from elsewhere', () =>
    expect(health([], { exposure: table('internet') })).toBe('exposed'));
  it('is weak with a grave finding', () =>
    expect(health([check('a', bad)], { exposure: table('host', 'password') })).toBe('weak'));
  it('is weak when everybody on this host gets in without a password', () =>
    expect(health([], { exposure: table('host') })).toBe('weak'));
  it('is sound only when it is known where the server listens, who there is and what they may do', () => {
    const looked = {
      exposure: table('host', 'password'),
      users: known([], 'test'),
      grants: known([], 'test'),
      settings: known({}, 'test'),
    };
    const fine = [check('a', () => pass)];
    expect(health(fine, looked)).toBe('sound');
    for (const name of ['exposure', 'users', 'grants', 'settings'] as const)
      expect(health(fine, { ...looked, [name]: unknown('no-access', 'NOPERM') }), name).toBe('unknown');
    const heard = { ...looked, settings: unknown('no-access', 'NOPERM'), listeners: known([], 'test') };
    expect(health(fine, heard)).toBe('sound');
    expect(health(fine, {})).toBe('unknown');
  });
  it('is not sound by its files where the running server kept settings or users from us', () => {
    const filed = {
      exposure: table('host', 'password'),
      users: known([], 'users.acl'),
      grants: known([], 'test'),
      door: known('login' as const, 'test'),
    };
    const running = { config: known({}, 'CONFIG GET *'), aclUsers: known([], 'ACL LIST') };
    expect(health([], { ...filed, ...running })).toBe('sound');
    for (const name of ['config', 'aclUsers'] as const) {
      expect(health([], { ...filed, ...running, [name]: unknown('no-access', 'NOPERM') }), name).toBe(
        'unknown',
      );
      expect(health([], { ...filed, ...running, [name]: unknown('absent', 'before 6.0') }), name).toBe(
        'sound',
      );
    }
  });
  it('is not exposed to who lacks the certificate that is wanted first', () => {
    const open = table('internet');
    const secured: Fact<Exposure> = open.known
      ? known(
          {
            ...open.value,
            origins: [origin('internet', { via: { address: '0.0.0.0', port: 6379, tls: true } })],
          },
          'test',
        )
      : open;
    const wanted = (value: string) =>
      known({ 'tls-auth-clients': { value, from: 'runtime' as const } }, 'test');
    expect(health([], { exposure: secured, settings: wanted('yes') })).not.toBe('exposed');
    expect(health([], { exposure: secured, settings: wanted('optional') })).toBe('exposed');
    expect(health([], { exposure: open, settings: wanted('yes') })).toBe('exposed');
  });
});

it('puts signs of compromise first, then the graver', () => {
  const checks = [
    check('low', bad, { severity: 'low' }),
    check('critical', bad, { severity: 'critical' }),
    check('sign', bad, { theme: 'compromise', severity: 'medium' }),
  ];
  const { findings } = audit('x', evidence, view({ settings: known({}, 'test') }), checks);
  expect(findings.map((finding) => finding.check)).toEqual(['sign', 'critical', 'low']);
});
