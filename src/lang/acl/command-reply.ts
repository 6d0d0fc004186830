/**
 * Reads the reply to COMMAND. It comes from a server that may be hostile: every shape is possible, none may
 * throw, and nothing is kept that does not look as it should.
 */
import { deriveCategories } from './categories.ts';
import { tableOf, type AclCommand, type CommandTable } from './command-table.ts';
import type { Server } from './dialect.ts';
import type { BeginSearch, FindKeys, KeySpec } from './key-spec.ts';
import { fieldsIn, itemsIn, textIn } from './reply-shapes.ts';

// Far above what any server has; a reply beyond it is cut.
const maximum = { commands: 20_000, subcommands: 1000, words: 64, name: 128 };

/**
 * The commands of a server, from its reply to COMMAND.
 *
 * @param reply The parsed reply: arrays, strings or Buffers, numbers or bigints; maps and sets of RESP3 too.
 * @param server What answered, where it is known: some arithmetic of keys differs between versions.
 * @example commandTable([['get', 2, ['readonly', 'fast'], 1, 1, 1, ['@read', '@string', '@fast']]])
 */
export function commandTable(reply: unknown, server?: Server): CommandTable {
  const commands: AclCommand[] = [];
  const names = new Set<string>();
  for (const entry of itemsIn(reply).slice(0, maximum.commands)) readEntry(entry, undefined, commands, names);
  return tableOf(commands, server);
}

function readEntry(entry: unknown, parent: string | undefined, into: AclCommand[], names: Set<string>): void {
  const fields = itemsIn(entry);
  const own = word(fields[0]);
  const name =
    own === undefined || own === ''
      ? undefined
      : parent === undefined || own.includes('|')
        ? own
        : `${parent}|${own}`;
  if (name === undefined || names.has(name.toLowerCase())) return;
  names.add(name.toLowerCase());
  const flags = words(fields[2]);
  const categories =
    fields.length > 6 ? words(fields[6]).map((text) => text.replace(/^@/, '')) : deriveCategories(flags);
  const subcommands = parent === undefined ? itemsIn(fields[9]).slice(0, maximum.subcommands) : [];
  into.push({
    name,
    arity: integer(fields[1]),
    flags,
    firstKey: integer(fields[3]),
    lastKey: integer(fields[4]),
    keyStep: integer(fields[5]),
    categories,
    keySpecs: itemsIn(fields[8]).slice(0, maximum.words).map(keySpec),
    ...(parent === undefined ? {} : { parent }),
    ...(subcommands.length > 0 ? { container: true as const } : {}),
  });
  for (const sub of subcommands) readEntry(sub, name, into, names);
}

function keySpec(value: unknown): KeySpec {
  const fields = fieldsIn(value);
  return {
    flags: words(fields.get('flags')),
    begin: begin(fields.get('begin_search')),
    find: find(fields.get('find_keys')),
  };
}

function begin(value: unknown): BeginSearch {
  const fields = fieldsIn(value);
  const spec = fieldsIn(fields.get('spec'));
  const type = word(fields.get('type'));
  const keyword = word(spec.get('keyword'));
  if (type === 'index') return { type, index: integer(spec.get('index')) };
  if (type === 'keyword' && keyword !== undefined)
    return { type, keyword, startFrom: integer(spec.get('startfrom')) };
  return { type: 'unknown' };
}

function find(value: unknown): FindKeys {
  const fields = fieldsIn(value);
  const spec = fieldsIn(fields.get('spec'));
  const type = word(fields.get('type'));
  // A step below 1 would never end.
  const step = Math.max(1, integer(spec.get('keystep')));
  if (type === 'range')
    return { type, lastKey: integer(spec.get('lastkey')), step, limit: integer(spec.get('limit')) };
  if (type === 'keynum') {
    return {
      type,
      keyNumIndex: integer(spec.get('keynumidx')),
      firstKey: integer(spec.get('firstkey')),
      step,
    };
  }
  return { type: 'unknown' };
}

function word(value: unknown): string | undefined {
  const text = textIn(value);
  return text !== undefined && text.length <= maximum.name ? text : undefined;
}

const words = (value: unknown): readonly string[] =>
  itemsIn(value)
    .slice(0, maximum.words)
    .map(word)
    .filter((text) => text !== undefined);

function integer(value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? Math.trunc(number) : 0;
}
