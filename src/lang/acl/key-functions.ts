/**
 * Commands for which the server has a key finder of its own, because a key specification cannot say it, or
 * says less. COMMAND does not tell of them, so they are known by name. From 7.0 on they come after the key
 * specifications; before, they are all there is. Facts from db.c of Redis and Valkey.
 */
import { atoi } from '../c-text/index.ts';
import { sameWord } from './byte-string.ts';
import type { Dialect } from './dialect.ts';
import type { KeyAccess } from './key-spec.ts';

/** A key of a command line: its place in the arguments, the command's name being 0. */
export interface FoundKey extends KeyAccess {
  readonly index: number;
}

/**
 * `argv[0]` is the command. `leads`: the command's key specifications leave the keys to it, so it says what is done with
 * them; where it only steps in for specifications that fail, older versions do not.
 */
type KeyFunction = (argv: readonly string[], dialect: Dialect, leads: boolean) => readonly FoundKey[];

const read = { read: true, write: false };
const write = { read: false, write: true };
const both = { read: true, write: true };
const unsaid = { read: false, write: false };

/** `numkeys key [key ...]`, and a destination before it. */
const counted =
  (countAt: number, firstAt: number, destination?: number): KeyFunction =>
  (argv) => {
    const count = atoi(argv[countAt] ?? '');
    if (count < 1 || count > argv.length - firstAt) return [];
    const keys = Array.from({ length: count }, (_, i) => ({ index: firstAt + i, ...unsaid }));
    return destination === undefined ? keys : [...keys, { index: destination, ...unsaid }];
  };

const sort: KeyFunction = (argv, { sortPassesOverDestination }) => {
  const skipped: Readonly<Record<string, number>> = { limit: 2, get: 1, by: 1 };
  let store: FoundKey | undefined;
  for (let i = 2; i < argv.length; i++) {
    const option = (argv[i] ?? '').toLowerCase();
    if (option === 'store' && i + 1 < argv.length) {
      store = { index: i + 1, ...write };
      if (sortPassesOverDestination) i++;
    } else i += Object.hasOwn(skipped, option) ? (skipped[option] ?? 0) : 0;
  }
  return [{ index: 1, ...read }, ...(store ? [store] : [])];
};

const migrate: KeyFunction = (argv, { selectors }) => {
  const taken: Readonly<Record<string, number>> = { auth: 1, auth2: 2 };
  let first = 3;
  let count = 1;
  for (let i = 6; argv.length > 6 && i < argv.length; i++) {
    const option = (argv[i] ?? '').toLowerCase();
    if (option === 'keys' && (selectors || argv[3] === '')) {
      if (argv[3] === '') {
        first = i + 1;
        count = argv.length - first;
      } else count = 0;
      break;
    }
    // Before 7.0 a password "keys" was taken for the option.
    if (selectors && Object.hasOwn(taken, option)) i += taken[option] ?? 0;
  }
  return Array.from({ length: Math.max(0, count) }, (_, i) => ({ index: first + i, ...both }));
};

const georadius: KeyFunction = (argv, { georadiusTellsAccess }, leads) => {
  let stored = -1;
  for (let i = 5; i + 1 < argv.length; i++) {
    if (sameWord(argv[i] ?? '', 'store') || sameWord(argv[i] ?? '', 'storedist')) stored = ++i;
  }
  const source = { index: 1, ...(georadiusTellsAccess || leads ? read : unsaid) };
  return stored < 0
    ? [source]
    : [source, { index: stored, ...(georadiusTellsAccess || leads ? write : unsaid) }];
};

const xread: KeyFunction = (argv, { streamOptions, streamsTellAccess }, leads) => {
  let streams = -1;
  for (let i = 1; i < argv.length; i++) {
    const option = (argv[i] ?? '').toLowerCase();
    if (streamOptions.includes(option)) i++;
    else if (option === 'group') i += 2;
    else if (option === 'streams') {
      streams = i;
      break;
    } else if (option !== 'noack') break;
  }
  const rest = argv.length - streams - 1;
  if (streams < 0 || rest === 0 || rest % 2 !== 0) return [];
  const access = streamsTellAccess || leads ? read : unsaid;
  return Array.from({ length: rest / 2 }, (_, i) => ({ index: streams + 1 + i, ...access }));
};

/** SET: reads with GET. DELEX and IFEQ compare, which needs no read permission. */
const set: KeyFunction = (argv) => [
  { index: 1, read: argv.slice(3).some((option) => sameWord(option, 'get')), write: true },
];

const bitfield: KeyFunction = (argv) => {
  for (let i = 2; i < argv.length; i++) {
    const option = (argv[i] ?? '').toLowerCase();
    const left = argv.length - i - 1;
    if (option === 'get' && left >= 2) i += 2;
    else if (option === 'overflow' && left >= 1) i += 1;
    else return [{ index: 1, ...both }];
  }
  return [{ index: 1, ...read }];
};

const lcs: KeyFunction = (argv) => {
  for (let i = 1; i < argv.length; i++) {
    if (sameWord(argv[i] ?? '', 'strings')) break;
    if (sameWord(argv[i] ?? '', 'keys') && argv.length - 1 - i >= 2) {
      return [
        { index: i + 1, ...unsaid },
        { index: i + 2, ...unsaid },
      ];
    }
  }
  return [];
};

const memory: KeyFunction = (argv) =>
  argv.length >= 3 && sameWord(argv[1] ?? '', 'usage') ? [{ index: 2, ...unsaid }] : [];

const pfmerge: KeyFunction = (argv) =>
  argv.slice(1).map((_, i) => ({ index: i + 1, read: true, write: i === 0 }));

const entries: readonly (readonly [names: string, finder: KeyFunction])[] = [
  ['zunionstore zinterstore zdiffstore', counted(2, 3, 1)],
  ['zunion zinter zdiff zintercard sintercard lmpop zmpop sdiffcard sunioncard', counted(1, 2)],
  ['eval evalsha eval_ro evalsha_ro fcall fcall_ro blmpop bzmpop', counted(2, 3)],
  ['sort', sort],
  ['sort_ro', () => [{ index: 1, ...read }]],
  ['migrate', migrate],
  ['georadius georadiusbymember', georadius],
  ['xread xreadgroup', xread],
  ['set', set],
  ['delex', () => [{ index: 1, ...write }]],
  ['bitfield', bitfield],
  ['stralgo', lcs],
  ['memory', memory],
];

const functions = new Map(
  entries.flatMap(([names, finder]) => names.split(' ').map((name) => [name, finder] as const)),
);

/** The server's own key finder for a command (full name, lower case), if it has one. */
export function keyFunction(name: string, flags: readonly string[]): KeyFunction | undefined {
  // PFMERGE got one only where its specification says that it varies.
  if (name === 'pfmerge' && flags.includes('variable_flags')) return pfmerge;
  return functions.get(name);
}
