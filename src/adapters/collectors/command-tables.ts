/**
 * One table for all servers that have the same commands. A server lists its commands in the order of a hash with a
 * seed of its own, so two equal servers never give the same reply; sorted, they do. A fleet runs few versions: a
 * thousand servers would otherwise cost a thousand tables, and a thousand times the work that is done once a table.
 */
import { commandTable, type CommandTable } from '../../lang/acl/index.ts';
import type { RespValue } from '../../lang/resp/index.ts';
import { listOf, textOf } from './define-live.ts';

interface Slot {
  readonly entry: RespValue;
  readonly subcommands: ReadonlySet<RespValue>;
  /** The last reply that had an entry of that name. */
  reply: number;
}

interface Kept {
  /** Sorted, as all of them are compared. */
  readonly reply: readonly RespValue[];
  /** By name; fewer than in the reply where it names one twice. */
  readonly slots: ReadonlyMap<string, Slot>;
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

/** The same entry, with its subcommands in whatever order. */
function sameEntry({ entry: kept, subcommands: known }: Slot, entry: RespValue): boolean {
  const [a, b] = [listOf(kept), listOf(entry)];
  const own = listOf(b[subcommands]);
  const met =
    own.length === known.size && own.every((sub) => known.has(sub)) && new Set(own).size === own.length;
  if (!met) return same(kept, withSortedSubcommands(entry));
  return a.length === b.length && a.every((field, place) => place === subcommands || same(field, b[place]));
}

/** The same entries in whatever order; said without sorting them, and so only where no name stands twice. */
function sameEntries({ slots }: Kept, entries: readonly RespValue[], reply: number): boolean {
  if (slots.size !== entries.length) return false;
  for (const entry of entries) {
    const slot = slots.get(nameOf(entry));
    if (slot === undefined || slot.reply === reply) return false;
    // Rows that the decoder has met before are the very same, but for those with subcommands in another order.
    if (slot.entry !== entry && !sameEntry(slot, entry)) return false;
    slot.reply = reply;
  }
  return true;
}

const slotOf = (entry: RespValue): Slot => ({
  entry,
  subcommands: new Set(listOf(listOf(entry)[subcommands])),
  reply: 0,
});

/** Reads replies to COMMAND, and gives equal ones the same table. */
export function createCommandTables(): (reply: RespValue) => CommandTable {
  const kept: Kept[] = [];
  let replies = 0;
  return (value) => {
    const entries = listOf(value);
    replies++;
    const met = kept.find((one) => sameEntries(one, entries, replies));
    if (met) return met.table;
    const reply = sorted(entries).map(withSortedSubcommands);
    const had = kept.find((one) => same(one.reply, reply));
    if (had) return had.table;
    const table = commandTable(reply);
    if (kept.length < mostTables && JSON.stringify(reply, bigintAsText).length <= mostOfReply) {
      const slots = new Map(reply.map((entry) => [nameOf(entry), slotOf(entry)]));
      kept.push({ reply, slots, table });
    }
    return table;
  };
}
