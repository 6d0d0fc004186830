import { describe, expect, it } from 'vitest';
import { identity } from '../example-facts.ts';
import { hasCertificateUsers, hasChannelRules, hasModules, hasSwitches, hasUsers } from './release.ts';

describe('what a release has', () => {
  it.each([
    ['redis', '5.0.14', false, false],
    ['redis', '6.0.20', true, false],
    ['redis', '6.2.16', true, false],
    ['redis', '7.0.15', true, true],
    ['redis', '8.10.1', true, true],
    ['valkey', '7.2.7', true, true],
    ['keydb', '6.3.4', true, false],
    ['kvrocks', '2.9.0', false, undefined],
  ] as const)('%s %s: users %s, switches %s', (product, version, users, switches) => {
    const who = identity({ product, version });
    expect([hasUsers(who), hasSwitches(who)]).toEqual([users, switches]);
  });
  it('a range answers where all of it agrees', () => {
    const ranged = (from?: string, to?: string) => ({
      product: 'redis' as const,
      range: { ...(from ? { from } : {}), ...(to ? { to } : {}) },
      doubts: [],
      because: [],
    });
    expect(hasSwitches(ranged('7.0'))).toBe(true);
    expect(hasSwitches(ranged('6.2', '7.0'))).toBe(undefined);
    expect(hasSwitches(ranged('4.0', '6.2'))).toBe(false);
    expect(hasUsers(ranged())).toBe(undefined);
  });
  it('nothing is known of an unknown product', () => {
    expect(hasUsers(identity({ product: 'unknown' }))).toBe(undefined);
  });
  it('knows the smaller things', () => {
    expect(hasChannelRules(identity({ version: '6.0.20' }))).toBe(false);
    expect(hasModules(identity({ version: '3.2.13' }))).toBe(false);
    expect(hasCertificateUsers(identity({ version: '8.4.0' }))).toBe(false);
    expect(hasCertificateUsers(identity({ product: 'valkey', version: '9.0.1' }))).toBe(true);
  });
});
