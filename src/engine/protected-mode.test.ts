import { describe, expect, it } from 'vitest';
import { identity, settings, user } from '../catalog/example-facts.ts';
import { protectedMode } from './protected-mode.ts';

const open = [user('default', { noPassword: true, passwords: [] })];
const on = settings({ 'protected-mode': 'yes', bind: '' });
const bound = settings({ 'protected-mode': 'yes', bind: '0.0.0.0' });

describe('protected mode turns strangers away', () => {
  it.each([
    ['redis', '3.2.13'],
    ['redis', '6.2.16'],
    ['keydb', '6.3.4'],
    ['redis', '7.0.15'],
    ['redis', '8.10.1'],
    ['valkey', '7.2.7'],
  ] as const)('%s %s: no bind line, no password', (product, version) => {
    expect(protectedMode(identity({ product, version }), on, open)).toContain('protected mode');
  });

  it.each([
    ['redis', '7.0.15'],
    ['valkey', '9.1.2'],
  ] as const)('%s %s: whatever bind says', (product, version) => {
    expect(protectedMode(identity({ product, version }), bound, open)).toContain('no password');
  });

  it('from 7.0 also when default is switched off and keeps nopass', () => {
    expect(
      protectedMode(identity(), on, [user('default', { enabled: false, noPassword: true, passwords: [] })]),
    ).toBeDefined();
  });
});

describe('protected mode steps aside', () => {
  it.each([
    ['redis', '3.2.13'],
    ['redis', '6.2.16'],
    ['keydb', '6.3.4'],
  ] as const)('%s %s: for any bind line, 0.0.0.0 too', (product, version) => {
    expect(protectedMode(identity({ product, version }), bound, open)).toBeUndefined();
  });
  it('for a password', () => expect(protectedMode(identity(), on, [user('default')])).toBeUndefined());
  it('when it is off', () =>
    expect(protectedMode(identity(), settings({ 'protected-mode': 'no' }), open)).toBeUndefined());
  it('where it does not exist', () =>
    expect(protectedMode(identity({ version: '2.8.24' }), settings({}), open)).toBeUndefined());
});
