/**
 * Random users on real servers: what ACL SETUSER takes, what ACL LIST prints and what ACL DRYRUN (before 7.0: the command
 * itself) permits must be what src/lang/acl says, for every version of the matrix.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyRules,
  bundledCommands,
  commandTable,
  denialText,
  dialectOf,
  newUser,
  parseAclFile,
  parseAclList,
  parseGetUser,
  permits,
  printUser,
  type AclContext,
  type CommandTable,
} from '../../src/lang/acl/index.ts';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import { converse, type Conversation } from './support/ask.ts';
import { matrix } from './support/servers.ts';

const runs = process.env['KEYWARD_DEEP'] ? 3000 : 60;

const withAcl = matrix.filter(({ product, version }) => dialectOf({ product, version }).acl);
if (withAcl.length === 0) console.warn('skipped: ACL rules against real servers (none in .cache/servers)');

const keys = ['app:1', 'app:2', 'x', 'other', 'a]b', '\u00e4', 'app:'];
const patterns = [
  'app:*',
  'x',
  '*',
  'a[^b]*',
  '?',
  'app:[0-9]',
  '\\x',
  'o*r',
  '[a-',
  '[]',
  '**',
  'app:1',
  '\u00e4*',
];
const channels = ['news.1', 'news.2', 'x'];

/** Rules that a person might write, right and wrong. */
const ruleOf = (table: CommandTable): fc.Arbitrary<string> => {
  const names = table.commands.map(({ name }) => name);
  const name = fc.constantFrom(...names);
  const category = fc.constantFrom(...table.categories, 'all', 'nonsense');
  const pattern = fc.constantFrom(...patterns);
  const sign = fc.constantFrom('+', '-');
  const cased = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(text, fc.boolean()).map(([value, upper]) => (upper ? value.toUpperCase() : value));
  return fc.oneof(
    { weight: 6, arbitrary: cased(fc.tuple(sign, name).map(([a, b]) => a + b)) },
    { weight: 5, arbitrary: cased(fc.tuple(sign, category).map(([a, b]) => `${a}@${b}`)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(sign, name, fc.constantFrom('x', '0', 'GET', '', 'a|b', '\u00c4'))
        .map(([a, b, c]) => `${a}${b}|${c}`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('~', '%R~', '%W~', '%RW~', '%w~', '%~', '%Z~', '%R', '%'), pattern)
        .map(([a, b]) => a + b),
    },
    { weight: 1, arbitrary: fc.constantFrom('&news.*', '&x', '&*', '&news.1') },
    {
      weight: 3,
      arbitrary: cased(
        fc.constantFrom(
          'on',
          'off',
          'nopass',
          'resetpass',
          'allkeys',
          'resetkeys',
          'allchannels',
          'resetchannels',
          'allcommands',
          'nocommands',
          'reset',
          'clearselectors',
          'sanitize-payload',
          'skip-sanitize-payload',
          'alldbs',
          'resetdbs',
          'db=0',
          'db=1,0',
          'db=3',
          'db=',
          'db=1,,2',
          'db=-1',
          'db=99999999999',
          'db= 1',
        ),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '>one',
        '>two',
        '<one',
        '#bad',
        `#${'0'.repeat(64)}`,
        `!${'0'.repeat(64)}`,
        'foo',
        '+',
        '-',
        '~',
        '',
        '>',
        '+@',
      ),
    },
  );
};

const rulesOf = (table: CommandTable): fc.Arbitrary<readonly string[]> => {
  const rule = ruleOf(table);
  const selector = fc
    .tuple(fc.array(rule, { maxLength: 5 }), fc.boolean())
    .map(([rules, split]) => (split ? `(${rules.join(' ')})`.split(' ') : [`(${rules.join(' ')})`]));
  const part = fc.oneof(
    { weight: 8, arbitrary: rule.map((text) => [text]) },
    { weight: 1, arbitrary: selector },
  );
  // Most users may run everything on some keys, so that these decide.
  const start = fc.constantFrom<readonly string[]>(
    [],
    [],
    ['+@all'],
    ['+@all', '~app:*'],
    ['+@all', '%R~app:*', '%W~x'],
    ['+@all', '%W~*'],
    ['+@all', '%R~**'],
    ['+@all', '~x', '(+@all ~app:1)', '(+@all %R~other)'],
  );
  return fc
    .tuple(start, fc.array(part, { maxLength: 7 }))
    .map(([first, parts]) => [...first, ...parts.flat()]);
};

/** Command lines, with places for keys, counts and options where key finders look for them. */
const callOf = (table: CommandTable): fc.Arbitrary<readonly string[]> => {
  const calls = table.commands.filter(({ container }) => !container);
  const word = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...keys) },
    { weight: 3, arbitrary: fc.constantFrom('0', '1', '2', '3', '-1', '2x', ' 1', '99') },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        'STORE',
        'STOREDIST',
        'GET',
        'BY',
        'LIMIT',
        'STREAMS',
        'KEYS',
        'COUNT',
        'BLOCK',
        'GROUP',
        'AUTH',
        'AUTH2',
        'COPY',
        'REPLACE',
        'DB',
        'SET',
        'INCRBY',
        'OVERFLOW',
        'IFEQ',
        'NOACK',
        'WEIGHTS',
        'u8',
        'USAGE',
        'LEFT',
        'STRINGS',
        '',
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom(...channels) },
  );
  const favourites = new Set(
    'set bitfield sort sort_ro migrate georadius georadiusbymember_ro eval fcall xread xreadgroup zunionstore zunion copy select swapdb move flushall publish psubscribe subscribe lmpop blmpop zmpop memory|usage object|encoding get delex msetex pfmerge'.split(
      ' ',
    ),
  );
  const loved = calls.filter(({ name }) => favourites.has(name.toLowerCase()));
  return fc
    .tuple(fc.oneof(fc.constantFrom(...calls), fc.constantFrom(...loved)), fc.array(word, { maxLength: 8 }))
    .map(([{ name, arity, parent }, words]) => {
      const fixed = arity > 0 ? arity : Math.max(-arity, words.length + 1);
      const own = parent === undefined ? [name] : name.split('|');
      const filled = [...own, ...words];
      while (filled.length < fixed) filled.push('app:1');
      return filled.slice(0, fixed);
    });
};

describe.each(withAcl)('$name', (binary) => {
  const { product, version } = binary;
  const dialect = dialectOf({ product, version });
  const ordered = dialect.keepsRules ? (text: string): string => text : sortedSingles;
  let server: RunningServer;
  let line: Conversation;
  let context: AclContext;

  beforeAll(async () => {
    server = await binary.start();
    line = await converse(server);
    context = { product, version, commands: commandTable(await line.ask('COMMAND'), { product, version }) };
  });
  afterAll(async () => {
    line?.end();
    await server?.stop();
  });

  it('has the commands that the bundled table says', async () => {
    const bundled = await bundledCommands(product, version);
    const sorted = (table: CommandTable): unknown =>
      table.commands.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(plain);
    const plain = ({ name, categories, keySpecs, arity }: CommandTable['commands'][number]): unknown => [
      name,
      categories.toSorted(),
      keySpecs,
      arity,
    ];
    if (bundled.exact) expect(sorted(bundled)).toEqual(sorted(context.commands));
    else expect(bundled.commands.length).toBeGreaterThan(200);
  });

  it('takes, lists and permits as we do', async () => {
    const calls = callOf(context.commands);
    const asked = { users: 0, refused: 0, calls: 0, denied: 0 };
    await fc.assert(
      fc.asyncProperty(
        rulesOf(context.commands),
        fc.array(calls, { minLength: 10, maxLength: 30 }),
        async (rules, lines) => {
          await line.ask('ACL', 'DELUSER', 'u');
          const reply = await line.ask('ACL', 'SETUSER', 'u', ...rules);
          const ours = applyRules(newUser('u', context), rules, context);
          const error = textOfError(reply);
          expect(
            ours.problems.map(({ code }) => code).join(),
            `${error ?? 'taken'}: ${rules.join(' ')}`,
          ).toBe(error === undefined ? '' : ours.problems.map(({ code }) => code).join() || 'refused');
          asked.users++;
          if (!ours.user || error !== undefined) {
            asked.refused++;
            expect(ours.user === undefined && error !== undefined).toBe(true);
            const said = ours.problems[0]?.message.split(' in selector')[0] ?? '';
            expect(error).toContain(said);
            return;
          }
          const list = await line.ask('ACL', 'LIST');
          const theirs = (Array.isArray(list) ? list : [])
            .map(String)
            .find((text) => text.startsWith('user u '));
          expect(ordered(printUser(ours.user, context))).toBe(theirs && ordered(theirs));
          const read = parseAclList([theirs], context).users[0];
          // `%RW~*` is listed as `~*`, which read again is allkeys: the server loses what it was.
          const lost = ours.user.selectors.some(({ keyPatterns }) =>
            keyPatterns.some(({ pattern }) => pattern === '*'),
          );
          if (!lost)
            expect(read && ordered(printUser(read, context)), 'ACL LIST read again').toBe(
              ordered(theirs ?? ''),
            );
          const got = parseGetUser('u', await line.ask('ACL', 'GETUSER', 'u'), context)?.user;
          if (!lost)
            expect(got && ordered(printUser(got, context)), 'ACL GETUSER read').toBe(ordered(theirs ?? ''));
          if (!dialect.selectors) return;
          const replies = await Promise.all(lines.map((words) => line.ask('ACL', 'DRYRUN', 'u', ...words)));
          for (const [i, words] of lines.entries()) {
            asked.calls++;
            const answer = replies[i];
            const permission = permits(ours.user, words[0] ?? '', words.slice(1), context.commands);
            if (!permission.allowed) asked.denied++;
            const expected =
              textOfError(answer)?.replace(/^ERR /, '') ?? (typeof answer === 'string' ? answer : undefined);
            const told = permission.allowed ? undefined : denialText('u', permission, context);
            expect(told, `${theirs} | ${words.join(' ')}`).toBe(expected);
          }
        },
      ),
      { numRuns: runs },
    );
    expect(asked.users - asked.refused).toBeGreaterThan(runs / 20);
  });

  const refuses = async (): Promise<void> => {
    const calls = callOf(context.commands).filter(([name = '']) => isHarmless(context.commands, name));
    let denied = 0;
    await fc.assert(
      fc.asyncProperty(
        rulesOf(context.commands),
        fc.array(calls, { minLength: 10, maxLength: 30 }),
        async (some, lines) => {
          const rules = [...some, 'on', 'nopass', '+auth'];
          await line.ask('ACL', 'DELUSER', 'v');
          const reply = await line.ask('ACL', 'SETUSER', 'v', ...rules);
          const ours = applyRules(newUser('v', context), rules, context).user;
          expect(ours === undefined).toBe(textOfError(reply) !== undefined);
          if (!ours) return;
          // Deleting a user ends its connections, so each has one of its own.
          const connection = await converse(server);
          await connection.ask('AUTH', 'v', 'any');
          const replies = await Promise.all(lines.map((words) => connection.ask(...words)));
          connection.end();
          for (const [i, words] of lines.entries()) {
            const permission = permits(ours, words[0] ?? '', words.slice(1), context.commands);
            const error = textOfError(replies[i]) ?? '';
            const theirs = !error.startsWith('NOPERM')
              ? 'allowed'
              : error.includes('one of the keys')
                ? 'key'
                : 'command';
            if (theirs !== 'allowed') denied++;
            expect(
              permission.allowed ? 'allowed' : permission.why,
              `${rules.join(' ')} | ${words.join(' ')}`,
            ).toBe(theirs);
          }
        },
      ),
      { numRuns: runs },
    );
    expect(denied).toBeGreaterThan(0);
  };
  // Where there is no ACL DRYRUN, the commands themselves are tried.
  if (!dialect.selectors) it('refuses the commands that we refuse', refuses);

  // No parenthesis is left open here: that crashes a server that reads rules before it.
  it('loads an ACL file as we do', async () => {
    const name = fc.constantFrom('a', 'b', 'default', 'c');
    const fileLine = fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .tuple(name, rulesOf(context.commands))
          .map(([user, rules]) => `user ${user} ${rules.join(' ')}`),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '',
          '  ',
          '# text',
          'User a on',
          'user',
          'user\ta on',
          '\tuser d on  nopass\r',
          'user e on >x\t',
        ),
      },
    );
    const path = join(server.dir, 'users.acl');
    writeFileSync(path, '');
    const second = await binary.start([`aclfile ${path}`]);
    const there = await converse(second);
    let loaded = 0;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(fileLine, { maxLength: 4 }), async (text) => {
          // A connection's user that the file leaves out is cut off; this one speaks as default.
          const file = [...text, 'user default on nopass ~* +@all'].join('\n');
          const wanted = parseAclFile(Buffer.from(file), context);
          writeFileSync(path, file);
          const reply = await there.ask('ACL', 'LOAD');
          const error = textOfError(reply);
          expect(wanted.loads, `${error}: ${file}\n${JSON.stringify(wanted.problems)}`).toBe(
            error === undefined,
          );
          if (error !== undefined) {
            for (const { line: at } of wanted.problems)
              expect(error).toMatch(new RegExp(`users.acl:${at}\\b|on line ${at}\\.`));
            return;
          }
          loaded++;
          const list = await there.ask('ACL', 'LIST');
          const theirs = (Array.isArray(list) ? list : []).map(String);
          expect(wanted.users.map((user) => ordered(printUser(user, context)))).toEqual(theirs.map(ordered));
        }),
        { numRuns: runs },
      );
    } finally {
      there.end();
      await second.stop();
    }
    expect(loaded).toBeGreaterThan(0);
  });
});

/** Commands that neither wait, nor change the connection or the server. */
function isHarmless(table: CommandTable, name: string): boolean {
  const command = table.commands.find((candidate) => candidate.name === name);
  const kept = ['admin', 'blocking', 'pubsub', 'transaction'].some((category) =>
    command?.categories.includes(category),
  );
  return (
    !kept &&
    !['auth', 'hello', 'migrate', 'client', 'script', 'wait', 'quit', 'reset', 'post', 'host:'].includes(name)
  );
}

/** Before 7.2 single commands come in the order of a hash table that differs at each start and moves while it grows. */
function sortedSingles(line: string): string {
  const sorted = line
    .split(' (')
    .map((selector) =>
      selector.replace(
        /([+-]@all(?: [+-]@\w+)*)((?: [+-][^ )]+)*)/,
        (_, categories: string, singles: string) =>
          [categories, ...singles.split(' ').filter(Boolean).toSorted()].join(' '),
      ),
    );
  return sorted.join(' (');
}

function textOfError(value: unknown): string | undefined {
  return typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'error' &&
    'text' in value
    ? String(value.text)
    : undefined;
}
