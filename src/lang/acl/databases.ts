/** Which databases a command line touches, as Valkey 9.1 sees it. */
import { strictInteger } from '../c-text/index.ts';
import { sameWord } from './byte-string.ts';
import type { AclCommand } from './command-table.ts';

/** The argument that names it (0: none does), and the database. */
type Touched = readonly [index: number, database: number];

const everyDatabase = new Set([
  'flushall',
  'cluster|flushslot',
  'cluster|cancelslotmigrations',
  'cluster|migrateslots',
]);

/**
 * The databases that the selector must open: those named by SELECT, SWAPDB, MOVE and COPY, all for FLUSHALL, and the
 * selected one for whatever reads or writes keys. Arguments that name no database are left to the command to refuse.
 */
export function databasesTouched(
  command: AclCommand,
  argv: readonly string[],
  keyed: boolean,
  { db, databases }: { readonly db: number; readonly databases: number },
): readonly Touched[] {
  const name = command.name.toLowerCase();
  const places = namedDatabases(name, argv);
  if (places !== undefined) {
    const named = places.map((index): Touched => [index, Number(strictInteger(argv[index] ?? '') ?? -1n)]);
    const valid = named.every(([, id]) => id >= 0 && id < databases);
    return [...(valid ? named : []), ...(keyed ? [[0, db] as const] : [])];
  }
  if (everyDatabase.has(name)) return Array.from({ length: databases }, (_, id): Touched => [0, id]);
  const { categories } = command;
  const data =
    keyed || categories.includes('keyspace') || categories.includes('read') || categories.includes('write');
  return data ? [[0, db]] : [];
}

/** The arguments that name databases; undefined for a command that names none. */
function namedDatabases(name: string, argv: readonly string[]): readonly number[] | undefined {
  switch (name) {
    case 'select':
      return [1];
    case 'swapdb':
      return [1, 2];
    case 'move':
      return [2];
    case 'copy':
      return copyDatabases(argv);
    default:
      return undefined;
  }
}

function copyDatabases(argv: readonly string[]): readonly number[] {
  const places: number[] = [];
  for (let index = 3; index < argv.length; index++) {
    if (sameWord(argv[index] ?? '', 'replace')) continue;
    if (!sameWord(argv[index] ?? '', 'db') || index + 1 >= argv.length) return [];
    places.push(++index);
  }
  return places;
}
