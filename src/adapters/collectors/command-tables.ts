/**
 * One table for all servers that have the same commands. A server lists its commands in the order of a hash with a
 * seed of its own, so two equal servers never give the same reply; sorted, they do. A fleet runs few versions: a
 * thousand servers would otherwise cost a thousand tables, and a thousand times the work that is done once a table.
 */
import { commandTable, type CommandTable } from '../../lang/acl/index.ts';
import type { RespValue } from '../../lang/resp/index.ts';
import { listOf, textOf } from './define-live.ts';

interface Kept {
  readonly reply: readonly RespValue[];
  readonly table: CommandTable;
}

/** Where a command's subcommands stand in its entry, since 7.0. */
const subcommands = 9;
// The newest servers with all their modules have about 600 commands, in 300 KB.
const mostTables = 64;
const mostOfReply = 2 << 20;

const nameOf = (entry: RespValue): string => textOf(listOf(entry)[0]) ?? '';

/** Sorted by name. The names are read once: they are asked for at each comparison. */
function sorted(entries: readonly RespValue[]): readonly RespValue[] {
  const named = entries.map((entry) => ({ name: nameOf(entry), entry }));
  named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return named.map(({ entry }) => entry);
}

const withSortedSubcommands = (entry: RespValue): RespValue => {
  const fields = listOf(entry);
  const subs = listOf(fields[subcommands]);
  return subs.length < 2 ? entry : fields.with(subcommands, sorted(subs));
};

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index++) if (!same(a[index], b[index])) return false;
    return true;
  }
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) =>
      same((a as Readonly<Record<string, unknown>>)[name], (b as Readonly<Record<string, unknown>>)[name]),
    )
  );
}

const bigintAsText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

/** Reads replies to COMMAND, and gives equal ones the same table. */
export function createCommandTables(): (reply: RespValue) => CommandTable {
  const kept: Kept[] = [];
  return (value) => {
    const reply = sorted(listOf(value)).map(withSortedSubcommands);
    const had = kept.find((one) => same(one.reply, reply));
    if (had) return had.table;
    const table = commandTable(reply);
    if (kept.length < mostTables && JSON.stringify(reply, bigintAsText).length <= mostOfReply)
      kept.push({ reply, table });
    return table;
  };
}
