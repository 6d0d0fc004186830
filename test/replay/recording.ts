/** Everything that was recorded of one server, read once and arranged for answering. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RespValue } from '../../src/lang/resp/index.ts';
import {
  type Exchange,
  type RawExchange,
  parseExchanges,
  parseGreeting,
  parseRaw,
  unescape,
} from './transcript.ts';
import { type Protocol, decodeReply, text } from './translate.ts';

export const transcriptsDirectory = join(import.meta.dirname, '../fixtures/transcripts');

/** The recorded servers, for instance `redis-7.0.15`. */
export const transcriptNames: readonly string[] = readdirSync(transcriptsDirectory, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .toSorted();

export type Mode =
  | 'open'
  | 'requirepass'
  | 'protected-mode'
  | 'maxclients'
  | 'sentinel'
  | 'cluster'
  | 'renamed';

/** What is recorded of the exchanges of one situation: the first answer to each command counts. */
export interface Book {
  readonly find: (args: readonly string[], protocol: Protocol) => Exchange | undefined;
  readonly exchanges: readonly Exchange[];
}

export interface Recording {
  readonly name: string;
  readonly modes: readonly Mode[];
  readonly books: {
    readonly open: Book;
    /** Before and after the login of the requirepass recording. */
    readonly locked: Book;
    readonly unlocked: Book;
    readonly sentinel: Book;
    readonly cluster: Book;
    readonly renamed: Book;
  };
  readonly raw: { readonly open: readonly RawExchange[]; readonly locked: readonly RawExchange[] };
  readonly denied: Buffer;
  readonly full: Buffer;
  /** The sections of INFO, by lower-case name, with their CRLF; the version before sections has one, named ''. */
  readonly info: {
    readonly usual: ReadonlyMap<string, string>;
    readonly everything: ReadonlyMap<string, string>;
  };
  /** Name and value, in the recorded order. */
  readonly config: readonly (readonly [string, string])[];
  /** The elements of COMMAND's answer. */
  readonly commands: readonly RespValue[];
}

/** The password of every recording with one. */
export const recordedPassword = 'sekret';

const loaded = new Map<string, Recording>();

/** Reads a recording; throws when there is none of that name. */
export function loadRecording(name: string): Recording {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  if (!transcriptNames.includes(name))
    throw new Error(`no transcript ${name}; there are ${transcriptNames.join(', ')}`);
  const file = (part: string): string => {
    const path = join(transcriptsDirectory, name, `${part}.txt`);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const recording = arrange(name, file);
  loaded.set(name, recording);
  return recording;
}

function arrange(name: string, file: (part: string) => string): Recording {
  const openParts = ['identity', 'config', 'acl', 'command', 'protected-commands', 'acl-log'];
  const password = parseExchanges(file('requirepass'));
  const login = password.findIndex(({ args }) => args.join(' ') === `AUTH ${recordedPassword}`);
  const denied = parseGreeting(file('protected-mode'));
  const full = parseGreeting(file('maxclients'));
  const has: Readonly<Record<Mode, boolean>> = {
    open: true,
    requirepass: login > 0,
    'protected-mode': denied.length > 0,
    maxclients: full.length > 0,
    sentinel: file('sentinel') !== '',
    cluster: file('cluster') !== '',
    renamed: file('rename-command') !== '',
  };
  return {
    name,
    modes: (Object.keys(has) as Mode[]).filter((mode) => has[mode]),
    books: {
      open: bookOf(openParts.flatMap((part) => parseExchanges(file(part)))),
      locked: bookOf(password.slice(0, Math.max(login, 0))),
      unlocked: bookOf(password.slice(Math.max(login, 0))),
      sentinel: bookOf(parseExchanges(file('sentinel'))),
      cluster: bookOf(parseExchanges(file('cluster'))),
      renamed: bookOf(parseExchanges(file('rename-command'))),
    },
    raw: { open: parseRaw(file('raw-open')), locked: parseRaw(file('raw-requirepass')) },
    denied,
    full,
    info: { usual: sections(file('info-all')), everything: sections(file('info-everything')) },
    config: pairsOf(decodeReply(unescape(file('config-get-all')))),
    commands: itemsOf(decodeReply(unescape(file('command-all')))),
  };
}

function bookOf(exchanges: readonly Exchange[]): Book {
  const key = (args: readonly string[], protocol: Protocol): string =>
    `${protocol} ${JSON.stringify(args).toLowerCase()}`;
  const index = new Map<string, Exchange>();
  for (const exchange of exchanges) {
    const at = key(exchange.args, exchange.protocol);
    if (!index.has(at)) index.set(at, exchange);
  }
  return {
    exchanges,
    find: (args, protocol) => index.get(key(args, protocol)) ?? index.get(key(args, protocol === 3 ? 2 : 3)),
  };
}

function sections(dump: string): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const part of dump.trimEnd().split(/\n\n(?=# )/)) {
    const [, name = ''] = /^# (.+)/.exec(part) ?? [];
    result.set(name.toLowerCase(), `${part.replaceAll('\n', '\r\n')}\r\n`);
  }
  return result;
}

const itemsOf = (value: RespValue | undefined): readonly RespValue[] =>
  Array.isArray(value) ? (value as RespValue[]) : [];

function pairsOf(value: RespValue | undefined): readonly (readonly [string, string])[] {
  const items = itemsOf(value);
  return items.flatMap((item, index) =>
    index % 2 === 0 ? [[text(item), text(items[index + 1])] as const] : [],
  );
}
