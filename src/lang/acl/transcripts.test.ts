import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { splitText } from '../quote/index.ts';
import {
  bundledCommands,
  commandTable,
  dialectOf,
  newUser,
  applyRules,
  defaultUser,
  denialText,
} from './index.ts';
import { parseAclList, parseGetUser, permits, printUser, type AclContext, type AclUser } from './index.ts';

/** Every server that was recorded, from 6.0 to 9.1 and KeyDB: its answers to ACL commands, given again here. */
const folder = new URL('../../../test/fixtures/transcripts', import.meta.url).pathname;

type Reply = string | number | null | readonly Reply[] | { readonly error: string };

/** RESP as recorded: `\r\n` is written out at the end of each line. */
function readReply(recorded: string): Reply {
  const text = `${recorded}\n`.replaceAll('\\r\\n\n', '\r\n');
  let at = 0;
  const value = (): Reply => {
    const end = text.indexOf('\r\n', at);
    const [kind, rest] = [text[at], text.slice(at + 1, end)];
    at = end + 2;
    if (kind === '*') return Number(rest) < 0 ? null : Array.from({ length: Number(rest) }, value);
    if (kind === ':') return Number(rest);
    if (kind === '-') return { error: rest };
    if (kind !== '$') return rest;
    if (Number(rest) < 0) return null;
    at += Number(rest) + 2;
    return text.slice(at - Number(rest) - 2, at - 2);
  };
  return value();
}

const exchanges = (name: string): readonly (readonly [command: readonly string[], reply: Reply])[] =>
  readFileSync(`${folder}/${name}/acl.txt`, 'latin1')
    .split(/^> /m)
    .slice(1)
    .map((block) => {
      const end = block.indexOf('\n');
      const split = splitText(block.slice(0, end));
      const words = split.problem === undefined ? split.value : [];
      return [words, readReply(block.slice(end + 1).trimEnd())] as const;
    });

/** Single commands in order: before 7.2 they come in that of a hash table. */
const sorted = (line: string): string => line.split(' ').toSorted().join(' ');
const texts = (reply: Reply): readonly string[] => (Array.isArray(reply) ? reply.map(String) : []);

const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe.each(names)('%s', (name) => {
  const [product = '', ...rest] = name.split('-');
  const version = rest.join('-');
  const dialect = dialectOf({ product, version });
  const same = dialect.keepsRules ? (line: string): string => line : sorted;

  const answers = async (): Promise<void> => {
    const context: AclContext = { product, version, commands: await bundledCommands(product, version) };
    expect(context.commands.exact).toBe(true);
    const users = new Map<string, AclUser>([['default', defaultUser(context)]]);
    let compared = 0;
    for (const [[, sub = '', user = '', ...rules], reply] of exchanges(name)) {
      const error = typeof reply === 'object' && reply !== null && 'error' in reply ? reply.error : undefined;
      const known = users.get(user);
      const question = [sub, user, ...rules].join(' ');
      if (sub === 'SETUSER') {
        const result = applyRules(known ?? newUser(user, context), rules, context);
        if (result.user) users.set(user, result.user);
        expect(result.problems.length > 0, `${question}: ${error}`).toBe(error !== undefined);
        expect(error ?? '').toContain(result.problems[0]?.message ?? '');
      } else if (sub === 'LIST') {
        const list = [...users.values()].map((one) => same(printUser(one, context))).toSorted();
        expect(list).toEqual(texts(reply).map(same).toSorted());
        const read = parseAclList(reply, context);
        expect(read.problems).toEqual([]);
        expect(read.users.map((one) => same(printUser(one, context)))).toEqual(texts(reply).map(same));
      } else if (sub === 'GETUSER') {
        const got = parseGetUser(user, reply, context)?.user;
        expect(got && same(printUser(got, context))).toBe(known && same(printUser(known, context)));
      } else if (sub === 'DRYRUN' && known && error === undefined) {
        const permission = permits(known, rules[0] ?? '', rules.slice(1), context.commands);
        expect(permission.allowed ? 'OK' : denialText(user, permission, context), question).toBe(reply);
      } else if (sub === 'CAT' && error === undefined) {
        const members = context.commands.commands.filter(({ categories }) => categories.includes(user));
        const listed =
          user === '' ? context.commands.categories : members.map(({ name: command }) => command).toSorted();
        expect(listed).toEqual(user === '' ? texts(reply) : texts(reply).toSorted());
      } else continue;
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
  };
  // Before 6.0 there is nothing to compare.
  if (dialect.acl) it('answers ACL commands as we do', answers);

  it('has a COMMAND reply that becomes the bundled table', async () => {
    const recorded = readFileSync(`${folder}/${name}/command-all.txt`, 'latin1');
    const { commands } = commandTable(readReply(recorded));
    if (recorded.startsWith('-')) expect(commands).toEqual([]);
    else expect((await bundledCommands(product, version)).commands).toEqual(commands);
  });
});
