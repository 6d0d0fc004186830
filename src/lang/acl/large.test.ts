/** Lines that nobody writes, and somebody may send: no number of rules, users or selectors makes anything throw. */
import { expect, it } from 'vitest';
import {
  allowedCommands,
  bundledCommands,
  lintRules,
  parseAclFile,
  printUser,
  type AclContext,
} from './index.ts';

const many = 200_000;
const contextOf = async (version: string): Promise<AclContext> => ({
  product: 'redis',
  version,
  commands: await bundledCommands('redis', version),
});

it.each(['6.2.16', '7.2.6'])('refused rules are all told (%s)', async (version) => {
  const { problems } = parseAclFile(`user a ${'xyz '.repeat(many)}`.trim(), await contextOf(version));
  expect(problems).toHaveLength(many);
  expect(problems.at(-1)).toMatchObject({ line: 1, index: many - 1 });
});

it.each(['6.2.16', '7.2.6'])('first arguments and patterns are kept and printed (%s)', async (version) => {
  const context = await contextOf(version);
  const rules = Array.from({ length: many }, (_, number) => `+select|${number} ~${number}`);
  const [user] = parseAclFile(`user a on -@all ${rules.join(' ')}`, context).users;
  expect(user?.selectors[0].keyPatterns).toHaveLength(many);
  const printed = user === undefined ? [] : printUser(user, context).split(' ');
  expect(printed.filter((word) => word.startsWith('+select|'))).toHaveLength(many);
});

it('selectors are asked together', async () => {
  const context = await contextOf('7.2.6');
  const selectors = Array.from({ length: many / 4 }, (_, number) => `(+get ~${number})`);
  const [user] = parseAclFile(`user a on ${selectors.join(' ')} (+@all -flushall)`, context).users;
  expect(user?.selectors).toHaveLength(many / 4 + 2);
  const allowed = user && allowedCommands(user, context.commands);
  expect(allowed?.has('set')).toBe(true);
  expect(allowed?.has('flushall')).toBe(false);
  expect(lintRules(selectors, context)).toEqual([]);
});
