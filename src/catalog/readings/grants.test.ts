import { describe, expect, it } from 'vitest';
import { grant } from '../example-facts.ts';
import { denials, isOrdinary, isOwner, permits } from './grants.ts';

describe('permits', () => {
  it('takes a container for its parts where parts are not listed, as before 7.0', () => {
    expect(permits(grant('app', { commands: ['config'] }), 'config|set')).toBe(true);
  });
  it('takes only the exact name where parts are listed', () => {
    const limited = grant('app', { commands: ['config', 'config|get'] });
    expect(permits(limited, 'config|get')).toBe(true);
    expect(permits(limited, 'config|set')).toBe(false);
  });
});

describe('who is ordinary', () => {
  it.each([
    ['an application', grant('shop'), true],
    ['default', grant('default'), false],
    ['one that is off', grant('shop', { enabled: false }), false],
    ['an administrator by name', grant('redisAdmin'), false],
    ['an exporter by name', grant('redis_exporter'), false],
    ['one that may change users', grant('shop', { commands: ['acl|setuser'] }), false],
    ['one that may run code', grant('shop', { can: { execute: ['module|load'] } }), false],
  ])('%s', (_, entry, ordinary) => {
    expect(isOrdinary(entry)).toBe(ordinary);
  });
  it('CLIENT KILL does not make an owner', () => {
    expect(
      isOwner(
        grant('sentinel', { commands: ['client|kill', 'config|rewrite'], can: { control: ['client|kill'] } }),
      ),
    ).toBe(false);
  });
});

describe('taking commands away', () => {
  it('names the subcommand where the server knows subcommands', () =>
    expect(
      denials(grant('app', { commands: ['client|kill', 'flushall'] }), ['client|kill', 'flushall']),
    ).toEqual(['-client|kill', '-flushall']));
  it('takes the container before 7.0, and gives back what libraries need', () => {
    const rules = denials(grant('app', { commands: ['client', 'config'] }), [
      'client|kill',
      'client|list',
      'config|get',
    ]);
    expect(rules.filter((rule) => rule.startsWith('-'))).toEqual(['-client', '-config']);
    expect(rules).toContain('+client|setname');
  });
});
