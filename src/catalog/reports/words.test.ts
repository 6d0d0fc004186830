import { describe, expect, it } from 'vitest';
import type { Capability, Exposure } from '../../model/index.ts';
import { actor, exposure, origin } from '../example-facts.ts';
import { asWhom, countWords, goalWords, list, listSome, make, sentence, subject, who } from './words.ts';

const far = origin('internet', { label: 'anyone on the Internet' });
const near = origin('network', { label: 'hosts of 10.0.0.0/8' });
const nobody = actor('nobody');
const cells = (
  from: typeof far,
  as: typeof nobody,
  can: readonly Capability[],
  certainty: 'certain' | 'possible' = 'certain',
): Exposure['cells'] => can.map((one) => ({ from: from.id, as: as.id, can: one, certainty, by: [] }));

describe('one sentence for an exposure', () => {
  it('names the worst that can be done from the farthest', () => {
    const told = sentence(
      exposure(
        [near, far],
        [nobody],
        [
          ...cells(near, nobody, ['read', 'execute']),
          ...cells(far, nobody, ['read', 'write', 'destroy', 'copy', 'stop']),
        ],
      ),
    );
    expect(told).toBe('Anyone on the Internet can stop it, copy it whole and empty it, without a login.');
  });
  it('leaves out what another doing implies, and stops at four', () => {
    const told = sentence(
      exposure(
        [far],
        [nobody],
        cells(far, nobody, ['read', 'write', 'destroy', 'copy', 'control', 'execute', 'stop']),
      ),
    );
    expect(told).toBe(
      'Anyone on the Internet can copy it whole, empty it, take it over and run code on its host, without a login.',
    );
  });
  it('says what is only possible as possible', () => {
    expect(sentence(exposure([far], [nobody], cells(far, nobody, ['read'], 'possible')))).toBe(
      'Anyone on the Internet may be able to read its data, without a login.',
    );
    const both = [...cells(far, nobody, ['read']), ...cells(far, nobody, ['execute'], 'possible')];
    expect(sentence(exposure([far], [nobody], both))).toBe(
      'Anyone on the Internet can read its data, without a login; perhaps also run code on its host.',
    );
  });
  it('counts empty and guessable passwords as open doors', () => {
    const app = actor('guessable-password', 'app');
    expect(sentence(exposure([far], [app], cells(far, app, ['write'])))).toBe(
      'Anyone on the Internet can change its data, as user app, whose password can be guessed.',
    );
  });
  it('never lets a near certainty hide a far possibility', () => {
    const here = origin('host', { label: 'this host' });
    const all = [...cells(here, nobody, ['read']), ...cells(far, nobody, ['read'], 'possible')];
    expect(sentence(exposure([here, far], [nobody], all))).toBe(
      'Anyone on the Internet may be able to read its data, without a login; for certain: anyone on this host.',
    );
  });
  it('says that the server turns away whoever comes from farther', () => {
    const here = origin('host', { label: 'this host' });
    const turned = { ...near, refused: 'protected mode' };
    expect(sentence(exposure([turned, here], [nobody], cells(here, nobody, ['read'])))).toBe(
      'Anyone on this host can read its data, without a login; the server turns away whoever comes from farther (protected mode).',
    );
    expect(sentence(exposure([turned], [nobody]))).toBe(
      'The server turns everyone away who can reach it (protected mode).',
    );
  });
  it('makes a place the subject of a sentence', () => {
    expect(
      ['the Internet', 'this host', 'whoever routes to 10.0.0.5'].map((label) =>
        subject(origin('network', { label })),
      ),
    ).toEqual(['anyone on the Internet', 'anyone on this host', 'whoever routes to 10.0.0.5']);
  });
  it('does not praise what it has not seen', () => {
    const app = actor('password', 'app');
    expect(
      sentence({ ...exposure([near], [app], cells(near, app, ['read'])), notCollected: ['the firewall'] }),
    ).toBe(
      'Nobody gets in without a password or a certificate. It can be reached by hosts of 10.0.0.0/8, though 1 layer could not be looked at.',
    );
    expect(sentence({ ...exposure([]), notCollected: ['the firewall', 'the cloud'] })).toBe(
      'Nothing was found that can reach it, though 2 layers could not be looked at.',
    );
  });
});

describe('words', () => {
  it('lists', () => {
    expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'])]).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ]);
    expect(listSome(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
  });
  it('names a server, also when only a range is known', () => {
    expect(
      who({ product: 'valkey', version: '8.1.4', mode: 'cluster', role: 'replica', doubts: [], because: [] }),
    ).toBe('Valkey 8.1.4, cluster, replica');
    expect(make({ product: 'redis', range: { from: '6.2', to: '7.0' }, doubts: [], because: [] })).toBe(
      'Redis from 6.2 up to 7.0',
    );
    expect(make({ product: 'unknown', doubts: [], because: [] })).toContain('version unknown');
    expect(
      who({ product: 'redis', version: '7', mode: 'sentinel', role: 'sentinel', doubts: [], because: [] }),
    ).toBe('Redis 7, sentinel');
  });
  it('gathers users by what they need', () => {
    expect(asWhom([actor('password', 'b'), nobody, actor('password', 'a')])).toBe(
      'no login; b and a (password)',
    );
  });
  it('says goals as short as a change', () => {
    expect(goalWords({ kind: 'setting', name: 'requirepass', value: '' })).toBe('requirepass ""');
    expect(goalWords({ kind: 'setting', name: 'maxmemory', ask: 'what the host can spare' })).toBe(
      'maxmemory: what the host can spare',
    );
    expect(goalWords({ kind: 'user', name: 'default', rules: ['resetpass', 'off'] })).toBe(
      'user default: resetpass off',
    );
    expect(goalWords({ kind: 'file', path: '/a', mode: '0600', owner: 'redis' })).toBe(
      '/a: mode 0600 owner redis',
    );
  });
  it('counts the worst first', () => {
    expect(countWords({ info: 0, low: 2, medium: 0, high: 0, critical: 1 })).toBe('1 critical, 2 low');
    expect(countWords({ info: 0, low: 0, medium: 0, high: 0, critical: 0 })).toBe('no findings');
  });
});
