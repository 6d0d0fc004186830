import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allowedCommands,
  applyRules,
  bundledCommands,
  commandTable,
  defaultUser,
  keysOf,
  matchesGlob,
  newUser,
  parseAclFile,
  parseAclList,
  parseGetUser,
  parseUserLine,
  permits,
  printUser,
  type AclContext,
} from './index.ts';
import { bytesOf, textOf } from './byte-string.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 200;

const contextFor = async (product: string, version: string): Promise<AclContext> => ({
  product,
  version,
  commands: await bundledCommands(product, version),
});
const redis70 = await contextFor('redis', '7.0.15');
const redis86 = await contextFor('redis', '8.6.3');
const valkey = await contextFor('valkey', '9.1.2');
const contexts = [
  await contextFor('redis', '6.0.16'),
  redis70,
  redis86,
  valkey,
  await contextFor('keydb', '6.3.4'),
];

describe('laws', () => {
  const anything = fc.oneof(
    fc.anything({ withMap: true, withSet: true, withTypedArray: true, withBigInt: true }),
    fc.json(),
  );
  const context = fc.constantFrom(...contexts);
  const soup = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'user',
          'a',
          ' ',
          '\n',
          '(',
          ')',
          '+get',
          '-@all',
          '~',
          '%R~',
          '&',
          '>p',
          '"',
          "'",
          '\0',
          '|',
          'db=',
        ),
        fc.string({ unit: 'binary' }),
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join(''));

  it('no bytes make it throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          soup.map((text) => Buffer.from(text)),
        ),
        context,
        (bytes, on) => {
          parseAclFile(bytes, on);
          for (const source of ['aclfile', 'conf', 'setuser', 'acl-list'] as const) {
            const { user: read } = parseUserLine(bytes, { ...on, source });
            if (read) printUser(read, on);
          }
        },
      ),
      { numRuns: runs },
    );
  });

  it('no reply makes it throw', () => {
    fc.assert(
      fc.property(anything, context, (reply, on) => {
        parseAclList(reply, on);
        parseGetUser('a', reply, on);
        const table = commandTable(reply);
        permits(defaultUser({ ...on, commands: table }), 'get', ['a'], table);
      }),
      { numRuns: runs },
    );
  });

  it('no command table makes finding keys throw or run away', () => {
    const number = fc.oneof(
      fc.integer({ min: -5, max: 9 }),
      fc.constantFrom(0, -2147483648, 2147483647, Number.MAX_SAFE_INTEGER),
    );
    const spec = fc
      .tuple(
        fc.constantFrom('index', 'keyword', 'odd'),
        fc.constantFrom('range', 'keynum', 'odd'),
        number,
        number,
        number,
      )
      .map(([begin, find, a, b, c]) => [
        'flags',
        ['RW', 'access', 'update'],
        'begin_search',
        ['type', begin, 'spec', ['index', a, 'keyword', 'k', 'startfrom', b]],
        'find_keys',
        ['type', find, 'spec', ['lastkey', a, 'keystep', b, 'limit', c, 'keynumidx', a, 'firstkey', c]],
      ]);
    const entry = fc
      .tuple(number, number, number, fc.array(spec, { maxLength: 3 }))
      .map(([first, last, step, specs]) => [
        'x',
        -1,
        ['movablekeys'],
        first,
        last,
        step,
        ['@read'],
        [],
        specs,
        [],
      ]);
    fc.assert(
      fc.property(entry, fc.array(fc.constantFrom('k', '1', '2', '99', 'a')), (command, args) => {
        const table = commandTable([command]);
        const [found] = table.commands;
        if (found)
          for (const { index } of keysOf(table, found, args).keys)
            expect(index).toBeLessThanOrEqual(args.length);
      }),
      { numRuns: runs },
    );
  });

  it('bytes and text are the same thing', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = textOf(bytesOf(bytes));
        expect(bytesOf(text)).toBe(Buffer.from(bytes).toString('latin1'));
        expect(bytesOf(JSON.parse(JSON.stringify(text)) as string)).toBe(bytesOf(bytes));
      }),
      { numRuns: runs },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(textOf(bytesOf(text))).toBe(text);
      }),
    );
  });

  it('users survive JSON and being listed', () => {
    const rule = fc.constantFrom(
      'on',
      'nopass',
      '>x',
      '+@all',
      '-@all',
      '+@read',
      '-get',
      '+config|get',
      '~a*',
      '%R~b',
      '+select|1',
      '&c',
      'resetkeys',
      '(+get ~x)',
      'db=1',
      'allkeys',
      '-@dangerous',
      '+@dangerous',
      '~\u00e4',
    );
    fc.assert(
      fc.property(fc.array(rule), fc.constantFrom(redis70, redis86, valkey), (rules, on) => {
        const { user: made } = applyRules(newUser('a', on), rules, on);
        if (!made) return;
        expect(JSON.parse(JSON.stringify(made))).toEqual(made);
        const [read] = parseAclList([printUser(made, on)], on).users;
        expect(read && printUser(read, on)).toBe(printUser(made, on));
        expect(read && allowedCommands(read, on.commands)).toEqual(allowedCommands(made, on.commands));
        expect(applyRules(made, [], on).user).toEqual(made);
      }),
      { numRuns: runs },
    );
  });

  it('a pattern matches as the same one written as a regular expression', () => {
    const element = fc.oneof(
      fc.constantFrom('a', 'b', '-').map((char) => [char, char] as const),
      fc.constant(['?', '[^]'] as const),
      fc.constant(['*', '[^]*'] as const),
      fc.constantFrom('[ab]', '[^a]', '[a-c]').map((set) => [set, set] as const),
      fc.constantFrom('*', '?', '[').map((char) => [`\\${char}`, `\\${char}`] as const),
    );
    fc.assert(
      fc.property(
        fc.array(element, { maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '-', '*', '['), minLength: 1, maxLength: 10 }),
        (elements, text) => {
          const regexp = new RegExp(`^${elements.map(([, part]) => part).join('')}$`);
          expect(matchesGlob(elements.map(([part]) => part).join(''), text)).toBe(regexp.test(text));
        },
      ),
      { numRuns: runs * 5 },
    );
  });

  it('a pattern made to be slow is not', () => {
    expect(matchesGlob(`${'a*'.repeat(900)}b`, 'a'.repeat(5000))).toBe(false);
    expect(matchesGlob('*'.repeat(100_000), 'a')).toBe(true);
  });
});
