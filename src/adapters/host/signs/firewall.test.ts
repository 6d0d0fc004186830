import { expect, it } from 'vitest';
import { hiddenDoor } from './firewall.ts';

const rules = (policy: string, ...input: readonly string[]): string =>
  [
    '*filter',
    `:INPUT ${policy} [0:0]`,
    ':FORWARD ACCEPT [0:0]',
    ...input.map((rule) => `-A INPUT ${rule}`),
    'COMMIT',
    '',
  ].join('\n');
const drop = '-p tcp -m tcp --dport 6379 -j DROP';

it('sees the door that a worm shuts behind itself', () => {
  expect(hiddenDoor(rules('ACCEPT', drop), 6379)).toBe(`-A INPUT ${drop}`);
  expect(
    hiddenDoor(rules('ACCEPT', '-s 127.0.0.1/32 -p tcp -m tcp --dport 6379 -j ACCEPT', drop), 6379),
  ).toBeDefined();
});

it.each([
  ['a firewall that closes everything', rules('DROP', drop)],
  ['a rule for one network', rules('ACCEPT', '-s 198.51.100.0/24 -p tcp -m tcp --dport 6379 -j DROP')],
  ['a rule for one interface', rules('ACCEPT', '-i eth1 -p tcp -m tcp --dport 6379 -j DROP')],
  [
    'a rule with a comment',
    rules('ACCEPT', '-p tcp -m tcp --dport 6379 -m comment --comment "only local" -j DROP'),
  ],
  ['another port', rules('ACCEPT', '-p tcp -m tcp --dport 63790 -j DROP')],
  ['no rules', ''],
])('but not %s', (_, text) => {
  expect(hiddenDoor(text, 6379)).toBeUndefined();
});
