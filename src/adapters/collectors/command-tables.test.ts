import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RespValue } from '../../lang/resp/index.ts';
import { createCommandTables } from './command-tables.ts';

const runs = process.env['KEYWARD_DEEP'] ? 2000 : 100;

const entry = (name: string, arity: number, subs: readonly RespValue[] = []): RespValue =>
  [name, arity, ['readonly', 'fast'], 1, 1, 1, ['@read', '@fast'], [], [], subs] as RespValue;
const subs = ['get', 'set', 'help'].map((name) => entry(`config|${name}`, 2));
const config = (order: readonly RespValue[]): RespValue => entry('config', -2, order);
const plain = ['get', 'ttl', 'zcard', 'ping'].map((name) => entry(name, 2));

const names = (reply: RespValue): readonly string[] =>
  createCommandTables()(reply).commands.map(({ name }) => name);

describe('tables of commands', () => {
  it('are the same object for the same commands in any order', () => {
    const tableOf = createCommandTables();
    const first = tableOf([...plain, config(subs)]);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(plain, { minLength: plain.length }),
        fc.shuffledSubarray(subs, { minLength: subs.length }),
        fc.nat(plain.length),
        (others, order, place) => {
          const reply = others.toSpliced(place, 0, config(order)) as RespValue;
          expect(tableOf(structuredClone(reply))).toBe(first);
        },
      ),
      { numRuns: runs },
    );
  });

  it('put a container before its subcommands', () => {
    expect(names([...plain, config(subs)])).toEqual([
      'config',
      'config|get',
      'config|help',
      'config|set',
      'get',
      'ping',
      'ttl',
      'zcard',
    ]);
  });

  it.each([
    ['an arity', [...plain.slice(1), entry('get', 3)]],
    ['a command more', [...plain, entry('extra', 1)]],
    ['a command less', plain.slice(1)],
    ['a subcommand', [...plain, config(subs.slice(1))]],
    ['a flag', [...plain.slice(1), ['get', 2, ['readonly'], 1, 1, 1, ['@read'], [], [], []]]],
  ])('differ where the servers differ by %s', (_, reply) => {
    const tableOf = createCommandTables();
    const first = tableOf(plain);
    const second = tableOf(reply);
    expect(second).not.toBe(first);
    expect(second).not.toEqual(first);
  });

  it('take any reply', () => {
    for (const odd of [null, 'x', 7, [], [[]], [null, [1, 2], 'get', [['get']]]] as RespValue[])
      expect(() => createCommandTables()(odd)).not.toThrow();
  });
});
