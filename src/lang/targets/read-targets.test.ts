import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCidrs } from '../packets/index.ts';
import { readTargets } from './read-targets.ts';

const list = (text: string) => readTargets(text, { file: 'hosts.txt' });
const seen = (text: string) => {
  const { ipv4, ipv6, names, endpoints, problems } = list(text);
  return {
    addresses: [...toCidrs(ipv4), ...toCidrs(ipv6)],
    names,
    endpoints: endpoints.map(({ host, port }) => `${host} ${port}`),
    problems: problems.map(({ line, column, reason }) => `${line}:${column} ${reason}`),
  };
};
const nothing = { addresses: [], names: [], endpoints: [], problems: [] };

describe('a list of targets', () => {
  it.each([
    ['10.0.0.1', ['10.0.0.1']],
    ['10.0.0.7/30', ['10.0.0.4/30']],
    ['10.0.0.0/255.255.255.0', ['10.0.0.0/24']],
    ['10.0.0.1-10.0.0.4', ['10.0.0.1', '10.0.0.2/31', '10.0.0.4']],
    ['10.0.0.1-3', ['10.0.0.1', '10.0.0.2/31']],
    ['2001:db8::1', ['2001:db8::1']],
    ['2001:db8::/120', ['2001:db8::/120']],
    ['2001:db8::1-2001:db8::2', ['2001:db8::1', '2001:db8::2']],
    ['10.0.0.0/25 10.0.0.128/25, 10.0.0.9', ['10.0.0.0/24']],
    ['0.0.0.0/0', ['0.0.0.0/0']],
  ])('has addresses: %s', (text, addresses) => {
    expect(seen(text)).toEqual({ ...nothing, addresses });
  });

  it('has names and ports', () => {
    expect(seen('DB.example.org db.example.org _x.local\n10.0.0.1:7000 [::1]:7001 db:7002 db:7002')).toEqual({
      ...nothing,
      names: ['db.example.org', '_x.local'],
      endpoints: ['10.0.0.1 7000', '::1 7001', 'db 7002'],
    });
  });

  it('has words for people', () => {
    expect(seen('# all of ours\r\n10.0.0.1 # the old one, 10.0.0.2\r\n')).toEqual({
      ...nothing,
      addresses: ['10.0.0.1'],
    });
  });

  it.each([
    ['10.0.0.256', 'is no target'],
    ['10.0.0.1/33', 'is no target'],
    ['10.0.0.9-10.0.0.1', 'is no range: it ends before it begins'],
    ['10.0.0.9-300', 'is no range: its end is no such address'],
    ['10.0.0.1-::1', 'is no range: its end is no such address'],
    ['db:70000', 'has no port from 1 to 65535'],
    ['2001:db8::/64', 'is too large: networks of IPv6 are not swept, but listed'],
    ['\u001b[31mred', 'is no target'],
    ['-', 'is no target'],
  ])('says what is wrong with %j, where, and goes on', (word, reason) => {
    const { problems, addresses } = seen(`10.0.0.1\n  ${word} 10.0.0.2`);
    expect(addresses).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^2:3 /);
    expect(problems[0]).toContain(reason);
    expect(problems[0]).not.toContain('\u001b');
  });

  it('that is none is said to be so once, not a million times', () => {
    const { problems } = list('?\n'.repeat(70_001));
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toMatchObject({ line: 70_002, reason: '69901 more are no targets' });
  });

  it('of a hundred thousand addresses is merged', () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`).join(
      ' ',
    );
    expect(seen(text).addresses).toEqual([
      '10.0.0.0/16',
      '10.1.0.0/17',
      '10.1.128.0/22',
      '10.1.132.0/23',
      '10.1.134.0/25',
      '10.1.134.128/27',
    ]);
    expect(seen(text).problems).toEqual([]);
  });

  it('may be anything, and is never thrown at', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const { problems } = list(text);
        for (const { line, column } of problems) expect(Math.min(line, column)).toBeGreaterThan(0);
      }),
    );
  });
});
