/**
 * For each capability of the exposure table, the things that somebody would really do to have it. Each is done on a
 * connection of its own; on throw-away servers only, since they do what they say.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Capability } from '../../../src/index.ts';
import { createDecoder, encodeCommand, type RespValue } from '../../../src/lang/resp/index.ts';

/** Who tries: a port, a login, and the address to come from. */
export interface Trier {
  readonly port: number;
  readonly login?: readonly string[];
  readonly from?: string;
}

const errorOf = (value: RespValue | undefined): string | undefined =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'error'
    ? value.text
    : undefined;

/** Sends the commands in one go and gives their replies; fewer, where the server closed the connection. */
export async function say(
  { port, login, from }: Trier,
  commands: readonly (readonly string[])[],
): Promise<readonly RespValue[]> {
  const all = login ? [['AUTH', ...login], ...commands] : commands;
  const socket = connect({ host: '127.0.0.1', port, ...(from === undefined ? {} : { localAddress: from }) });
  const decoder = createDecoder();
  const replies: RespValue[] = [];
  await new Promise<void>((resolve) => {
    socket.setTimeout(5000, resolve);
    socket.once('error', () => resolve());
    socket.once('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      decoder.push(chunk);
      for (let value = decoder.next(); value !== undefined; value = decoder.next()) replies.push(value);
      if (replies.length >= all.length || decoder.error) resolve();
    });
    socket.write(Buffer.concat(all.map((words) => Buffer.from(encodeCommand(words)))));
  });
  socket.destroy();
  return login ? replies.slice(1) : replies;
}

type Attempt = (who: Trier) => Promise<boolean>;

/** Succeeds where none of the commands is answered with an error. */
const does =
  (...commands: readonly (readonly string[])[]): Attempt =>
  async (who) => {
    const replies = await say(who, commands);
    return replies.length >= commands.length && replies.every((reply) => errorOf(reply) === undefined);
  };

const isGiven = (reply: RespValue | undefined): boolean => {
  if (reply === undefined || reply === null || errorOf(reply) !== undefined) return false;
  return !Array.isArray(reply) || (reply.length > 0 && reply.every((item) => item !== null));
};

/** Succeeds where the last reply holds something. */
const gives =
  (...commands: readonly (readonly string[])[]): Attempt =>
  async (who) => {
    const replies = await say(who, commands);
    return replies.length === commands.length && isGiven(replies.at(-1));
  };

/** Succeeds where the server refuses for another reason than who asks: what it was asked makes no sense. */
const getsAsFarAs =
  (error: RegExp, ...words: readonly string[]): Attempt =>
  async (who) => {
    const text = errorOf((await say(who, [words]))[0]);
    return text !== undefined && error.test(text);
  };

/** What a replica gets is a stream and no reply: whatever comes is the data, unless it is an error. */
const sends =
  (...words: readonly string[]): Attempt =>
  async (who) => {
    const bytes = await rawReply(who, words);
    return bytes !== '' && !bytes.startsWith('-');
  };

/** The first that comes, without the empty lines that keep a replica waiting; the login must be answered before. */
function rawReply({ port, login, from }: Trier, words: readonly string[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, ...(from === undefined ? {} : { localAddress: from }) });
  let waiting = login !== undefined;
  let seen = '';
  return new Promise<string>((resolve) => {
    const end = (): void => {
      socket.destroy();
      resolve(seen.trimStart());
    };
    socket.setTimeout(4000, end);
    socket.once('error', end);
    socket.once('close', end);
    socket.on('data', (chunk: Buffer) => {
      if (waiting) socket.write(encodeCommand(words));
      else seen += chunk.subarray(0, 256).toString('latin1');
      waiting = false;
      if (seen.trim() !== '') end();
    });
    socket.write(encodeCommand(login ? ['AUTH', ...login] : words));
  });
}

/** A file with our bytes in a folder of our choice. */
const writesFile =
  (saves: readonly (readonly string[])[]): Attempt =>
  async (who) => {
    const folder = mkdtempSync(join(tmpdir(), 'keyward-tries-'));
    try {
      const replies = await say(who, [
        ['CONFIG', 'SET', 'dir', folder],
        ['CONFIG', 'SET', 'dbfilename', 'tried.so'],
        ...saves,
      ]);
      if (replies.slice(0, 2).some((reply) => errorOf(reply) !== undefined)) return false;
      if (replies.slice(2).every((reply) => errorOf(reply) !== undefined)) return false;
      for (let attempt = 0; attempt < 30; attempt++) {
        if (existsSync(join(folder, 'tried.so'))) return true;
        await wait(100);
      }
      return false;
    } finally {
      // A folder that is gone would make every later save fail.
      await say(who, [
        ['CONFIG', 'SET', 'save', ''],
        ['CONFIG', 'SET', 'dir', tmpdir()],
      ]);
      rmSync(folder, { recursive: true, force: true });
    }
  };

/** What every server of the tests holds. */
export const seed: readonly (readonly string[])[] = [
  ['FLUSHALL'],
  ...['app:', 'other:'].flatMap((prefix) => [
    ['SET', `${prefix}text`, 'value'],
    ['SET', `${prefix}number`, '7'],
    ['RPUSH', `${prefix}list`, ...Array.from({ length: 40 }, (_, index) => String(index))],
    ['HSET', `${prefix}hash`, 'field', 'value'],
    ['SADD', `${prefix}set`, ...Array.from({ length: 40 }, (_, index) => `m${index}`)],
  ]),
];

const onKeys = (attempts: (prefix: string) => readonly Attempt[]): readonly Attempt[] => [
  ...attempts('app:'),
  ...attempts('other:'),
];

export const tries: Readonly<Record<Capability, readonly Attempt[]>> = {
  read: [
    ...onKeys((key) => [
      gives(['GET', `${key}text`]),
      gives(['DUMP', `${key}text`]),
      gives(['MGET', `${key}text`]),
      gives(['GETRANGE', `${key}text`, '0', '-1']),
      gives(['LRANGE', `${key}list`, '0', '-1']),
      gives(['HGETALL', `${key}hash`]),
      gives(['SMEMBERS', `${key}set`]),
      gives(['SORT', `${key}list`]),
      gives(['SORT_RO', `${key}list`]),
      gives(['LPOP', `${key}list`]),
      gives(['SPOP', `${key}set`]),
      gives(['GETSET', `${key}text`, 'value']),
      gives(['GETEX', `${key}text`]),
      gives(['SET', `${key}text`, 'value', 'GET']),
      gives(['BITFIELD', `${key}text`, 'GET', 'u8', '0']),
      gives(['INCR', `${key}number`]),
      gives(['EVAL', "return redis.call('get', KEYS[1])", '1', `${key}text`]),
      gives(['EVAL_RO', "return redis.call('get', KEYS[1])", '1', `${key}text`]),
    ]),
    gives(['KEYS', '*']),
    gives(['SCAN', '0']),
    gives(['RANDOMKEY']),
    // The slot of `other:text`.
    gives(['CLUSTER', 'GETKEYSINSLOT', '12333', '1']),
  ],
  write: [
    ...onKeys((key) => [
      does(['SET', `${key}text`, 'value']),
      does(['APPEND', `${key}text`, 'x']),
      does(['VADD', `${key}vector`, 'VALUES', '2', '1', '2', 'element']),
      does(['INCR', `${key}number`]),
      does(['GETEX', `${key}text`, 'EX', '1000']),
      does(['BITFIELD', `${key}text`, 'SET', 'u8', '0', '65']),
      getsAsFarAs(/Bad data format|payload version/, 'RESTORE', `${key}none`, '0', 'nonsense'),
      does(['HSET', `${key}hash`, 'more', 'x']),
      does(['RPUSH', `${key}list`, 'x']),
      does(['EXPIRE', `${key}text`, '1000']),
      does(['SETRANGE', `${key}text`, '0', 'x']),
      does(['LPOP', `${key}list`]),
      does(['GETSET', `${key}text`, 'value']),
      does(['DEL', `${key}none`]),
      does(['SORT', `${key}list`, 'STORE', `${key}copy`]),
      does(['RENAME', `${key}set`, `${key}set`]),
      does(['COPY', `${key}set`, `${key}set2`, 'REPLACE']),
      does(['EVAL', "return redis.call('set', KEYS[1], 'x')", '1', `${key}text`]),
    ]),
  ],
  copy: [sends('PSYNC', '?', '-1'), sends('SYNC')],
  control: [
    does(['CONFIG', 'SET', 'maxmemory-samples', '5']),
    does(['ACL', 'SETUSER', 'tried']),
    does(['ACL', 'DELUSER', 'tried']),
    getsAsFarAs(/Invalid (TCP )?base port/i, 'CLUSTER', 'MEET', '127.0.0.1', 'x'),
    does(['SENTINEL', 'SET', 'first', 'quorum', '1']),
    does(['SENTINEL', 'RESET', 'none']),
  ],
  execute: [
    getsAsFarAs(/Error loading the extension/, 'MODULE', 'LOAD', '/nowhere/tried.so'),
    getsAsFarAs(/Error loading the extension/, 'MODULE', 'LOADEX', '/nowhere/tried.so'),
    writesFile([['SAVE']]),
    writesFile([['BGSAVE']]),
    writesFile([
      ['CONFIG', 'SET', 'save', '1 1'],
      ['SET', 'app:text', 'value'],
      ['SET', 'other:text', 'value'],
    ]),
    does(['SENTINEL', 'SET', 'first', 'notification-script', '/bin/true']),
  ],
  reach: [
    does(['REPLICAOF', 'NO', 'ONE']),
    does(['SLAVEOF', 'NO', 'ONE']),
    getsAsFarAs(/IOERR/, 'MIGRATE', '127.0.0.1', '1', 'app:text', '0', '50'),
    getsAsFarAs(/IOERR/, 'MIGRATE', '127.0.0.1', '1', 'other:text', '0', '50'),
    getsAsFarAs(/Invalid (TCP )?base port/i, 'CLUSTER', 'MEET', '127.0.0.1', 'x'),
    does(['SENTINEL', 'MONITOR', 'tried', '127.0.0.1', '1', '1'], ['SENTINEL', 'REMOVE', 'tried']),
    getsAsFarAs(/No such master/i, 'SENTINEL', 'REMOVE', 'nothing'),
  ],
  destroy: [
    does(['FLUSHALL']),
    does(['FLUSHDB']),
    does(['SWAPDB', '0', '1'], ['SWAPDB', '0', '1']),
    does(['FUNCTION', 'FLUSH']),
    does(['DEL', 'other:none']),
    does(['UNLINK', 'other:none']),
    does(['EXPIRE', 'other:none', '1']),
    does(['RENAME', 'other:set', 'other:set']),
    does(['GETDEL', 'other:none']),
    does(['EVAL', "return redis.call('flushall')", '0']),
    does(['DEBUG', 'RELOAD']),
  ],
  observe: [
    does(['MONITOR']),
    does(['CLIENT', 'LIST']),
    does(['SLOWLOG', 'GET']),
    does(['COMMANDLOG', 'GET', '1', 'slow']),
    does(['CONFIG', 'GET', 'port']),
    does(['ACL', 'LIST']),
    does(['ACL', 'GETUSER', 'default']),
    does(['ACL', 'LOG']),
    does(['PSUBSCRIBE', '*']),
    does(['SUBSCRIBE', 'foreign']),
    does(['SSUBSCRIBE', 'foreign']),
    does(['HOTKEYS', 'GET']),
  ],
  stop: [
    does(['DEBUG', 'SLEEP', '0']),
    does(['CLIENT', 'PAUSE', '1']),
    does(['CLIENT', 'KILL', 'ID', '99999999']),
    // Permissions are looked at before arguments are.
    getsAsFarAs(/syntax error/i, 'SHUTDOWN', 'WRONG'),
  ],
};

/** Whether somebody as `who` has what the capability means. */
export async function succeeds(can: Capability, who: readonly Trier[]): Promise<number | undefined> {
  for (const one of who) {
    for (const [index, attempt] of tries[can].entries()) if (await attempt(one)) return index;
  }
  return undefined;
}
