/** One recording in one mode: which answers hold, and which commands exist. */
import { type RespValue, asItems } from '../../src/lang/resp/index.ts';
import { saysUnknown } from './errors.ts';
import { type Book, type Mode, type Recording, recordedPassword } from './recording.ts';
import { type Protocol, text } from './translate.ts';

export interface Scene {
  readonly recording: Recording;
  readonly mode: Mode;
  /** Searched in this order. */
  readonly books: readonly Book[];
  /** Commands that this mode does not have, in lower case. */
  readonly hidden: ReadonlySet<string>;
  /** The command table's entries; empty where the server had no table (before 2.8.13). */
  readonly commands: readonly (readonly RespValue[])[];
  /** Directives whose value differs from the recorded CONFIG GET. */
  readonly changed: ReadonlyMap<string, string>;
}

/** What a connection remembers. */
export interface Session {
  readonly protocol: Protocol;
  readonly authenticated: boolean;
}

export interface Answer {
  readonly bytes: Uint8Array;
  readonly session: Session;
  readonly close?: boolean;
  /** The real server would have answered, but nothing is recorded. */
  readonly unrecorded?: boolean;
}

export const say = (bytes: string | Uint8Array, session: Session): Answer => ({
  bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes,
  session,
});

/** Arranges a recording for one mode. */
export function sceneOf(recording: Recording, mode: Mode): Scene {
  const { open, unlocked, sentinel, cluster, renamed } = recording.books;
  const booksOf: Readonly<Record<Mode, readonly Book[]>> = {
    open: [open],
    requirepass: [unlocked, open],
    'protected-mode': [open],
    maxclients: [open],
    sentinel: [sentinel],
    cluster: [cluster, open],
    renamed: [renamed, open],
  };
  const books = booksOf[mode];
  const unknown = books[0]?.exchanges.filter(({ reply }) => saysUnknown(reply)) ?? [];
  const hidden = new Set(unknown.map(({ args }) => args[0]?.toLowerCase() ?? ''));
  const table =
    mode === 'sentinel' ? sentinelTable(sentinel) : recording.commands.map((entry) => asItems(entry) ?? []);
  const changed = new Map(mode === 'requirepass' ? [['requirepass', recordedPassword]] : []);
  return {
    recording,
    mode,
    books,
    hidden,
    commands: table.filter((entry) => !hidden.has(text(entry[0]))),
    changed,
  };
}

// A Sentinel's table is not recorded for every version; names are enough to tell the known from the unknown.
function sentinelTable(book: Book): readonly (readonly RespValue[])[] {
  const known = book.exchanges
    .filter(({ reply }) => !saysUnknown(reply))
    .map(({ args }) => args[0]?.toLowerCase() ?? '');
  return [...new Set([...known, 'auth', 'role', 'shutdown', 'subscribe'])].map((name) => [name, -1]);
}

/** The command table's entry of a name, in any case. */
export function entryOf({ commands }: Scene, name: string): readonly RespValue[] | undefined {
  return commands.find((entry) => text(entry[0]) === name.toLowerCase());
}

/** Whether so many words are a call that the entry allows. */
export function arityFits(entry: readonly RespValue[], words: number): boolean {
  // 0, as COMMAND had until 5, counts nothing.
  const arity = Number(entry[1]);
  return arity > 0 ? words === arity : words >= -arity;
}

/** Whether the server has no such command; without a table, what was not recorded as known is unknown. */
export function isUnknown(scene: Scene, name: string): boolean {
  if (scene.hidden.has(name)) return true;
  if (scene.commands.length > 0) return entryOf(scene, name) === undefined;
  const { exchanges } = scene.recording.books.open;
  return !exchanges.some(({ args, reply }) => args[0]?.toLowerCase() === name && !saysUnknown(reply));
}

/** The book of the mode itself. */
export const ownBook = (scene: Scene): Book => scene.books[0] ?? scene.recording.books.open;
