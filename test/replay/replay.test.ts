import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type RespValue, createDecoder, encodeCommand } from '../../src/lang/resp/index.ts';
import {
  type Mode,
  type ReplayServer,
  loadRecording,
  recordedPassword,
  replayServer,
  transcriptNames,
} from './index.ts';
import { respond } from './respond.ts';
import { sceneOf } from './scene.ts';
import { parseExchanges, unescape } from './transcript.ts';

const servers: ReplayServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function start(name: string, mode: Mode = 'open'): Promise<ReplayServer> {
  const server = await replayServer(name, mode);
  servers.push(server);
  return server;
}

/** Sends `bytes`, closes, and gives all that came back as text. */
function exchange(server: ReplayServer, bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.host, port: server.port });
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(answer));
    socket.end(bytes);
  });
}

const commands = (...lines: readonly (readonly string[])[]): Buffer =>
  Buffer.concat(lines.map((line) => encodeCommand(line)));

function decodeAll(bytes: Uint8Array): readonly RespValue[] {
  const decoder = createDecoder({ strings: 'latin1' });
  decoder.push(bytes);
  const values: RespValue[] = [];
  for (let value = decoder.next(); value !== undefined; value = decoder.next()) values.push(value);
  expect(decoder.error).toBeUndefined();
  return values;
}

describe('a transcript', () => {
  test('is read with its escapes, and its line feeds are decoration', () => {
    expect(unescape('$4\\r\\n\na\\x1b\\\\\\"\\r\\n\n')).toEqual(Buffer.from('$4\r\na\x1b\\"\r\n'));
  });

  test('remembers which protocol version was in force', () => {
    const text =
      '> PING\n+PONG\\r\\n\n\n> HELLO 3\n%0\\r\\n\n\n> PING\n+PONG\\r\\n\n\n> RESET\n+RESET\\r\\n\n\n> GET "a b"\n$-1\\r\\n\n';
    const exchanges = parseExchanges(text);
    expect(exchanges.map(({ protocol }) => protocol)).toEqual([2, 3, 3, 2, 2]);
    expect(exchanges.at(-1)?.args).toEqual(['GET', 'a b']);
  });

  test('there are many', () => {
    expect(transcriptNames.length).toBeGreaterThan(20);
  });
});

describe.each(transcriptNames)('the replay of %s', (name) => {
  const recording = loadRecording(name);

  test('answers each recorded command with the recorded bytes', () => {
    const scene = sceneOf(recording, 'open');
    const seen = new Set<string>();
    for (const { args, reply, protocol } of recording.books.open.exchanges) {
      const key = args.join(' ').toLowerCase();
      if (seen.has(key) || key.startsWith('hello') || key === 'quit') continue;
      seen.add(key);
      const { bytes } = respond(scene, { protocol, authenticated: true }, args);
      expect(Buffer.from(bytes).toString('latin1'), key).toBe(reply.toString('latin1'));
    }
    expect(seen.size).toBeGreaterThan(40);
  });

  test('answers in the protocol version that was asked for', () => {
    for (const mode of recording.modes) {
      const scene = sceneOf(recording, mode);
      for (const { args } of scene.books.flatMap(({ exchanges }) => exchanges)) {
        const [value] = decodeAll(respond(scene, { protocol: 2, authenticated: true }, args).bytes);
        if (args[0] !== 'HELLO') expect(holdsOnlyResp2(value ?? null), args.join(' ')).toBe(true);
      }
    }
  });

  test('says of a command that nobody has what this version says', async () => {
    const server = await start(name);
    const [answer] = decodeAll(
      Buffer.from(await exchange(server, commands(['XYZZY', 'a b', 'c'])), 'latin1'),
    );
    const text = typeof answer === 'object' && answer !== null && 'text' in answer ? answer.text : '';
    expect(text).toMatch(/^ERR unknown command ['`]XYZZY['`]/);
  });

  if (recording.modes.includes('requirepass'))
    test('keeps its secrets until the login', async () => {
      const server = await start(name, 'requirepass');
      const before = await exchange(server, commands(['PING'], ['CONFIG', 'GET', '*']));
      expect(before).toMatch(
        /^-(?:NOAUTH|ERR operation not permitted)[^\r]*\r\n-(?:NOAUTH|ERR operation not permitted)[^\r]*\r\n$/,
      );
      const after = await exchange(
        server,
        commands(['AUTH', recordedPassword], ['CONFIG', 'GET', 'requirepass']),
      );
      expect(after).toBe('+OK\r\n*2\r\n$11\r\nrequirepass\r\n$6\r\nsekret\r\n');
    });

  if (recording.modes.includes('maxclients'))
    test('turns everyone away when it is full', async () => {
      const server = await start(name, 'maxclients');
      expect(await exchange(server, '')).toBe('-ERR max number of clients reached\r\n');
    });

  if (recording.modes.includes('protected-mode'))
    test('turns strangers away in protected mode', async () => {
      const server = await start(name, 'protected-mode');
      expect(await exchange(server, '')).toMatch(/^-DENIED .* protected mode .*\r\n$/);
    });
});

describe('the replay', () => {
  test('keeps every command and every byte that it was sent', async () => {
    const server = await start('redis-7.0.15');
    const bytes = Buffer.concat([Buffer.from('PING\r\n'), commands(['CONFIG', 'GET', 'p\u00e4th'])]);
    await exchange(server, bytes);
    expect(server.receivedBytes()).toEqual(bytes);
    expect(server.received).toEqual([
      { args: ['PING'], inline: true, connection: 1 },
      { args: ['CONFIG', 'GET', Buffer.from('p\u00e4th').toString('latin1')], inline: false, connection: 1 },
    ]);
  });

  test('tells which commands nobody recorded', async () => {
    const server = await start('redis-7.0.15');
    expect(await exchange(server, commands(['OBJECT', 'FREQ', 'x']))).toMatch(/^-ERR nothing is recorded/);
    expect(server.unrecorded.map(({ args }) => args[0])).toEqual(['OBJECT']);
  });

  test('gives INFO by section, CONFIG GET by pattern, COMMAND INFO by name', async () => {
    const server = await start('valkey-9.1.2');
    const bytes = await exchange(
      server,
      commands(
        ['INFO', 'replication'],
        ['CONFIG', 'GET', 'tls-auth-clients*'],
        ['COMMAND', 'INFO', 'get', 'nope'],
      ),
    );
    const [info, config, table] = decodeAll(Buffer.from(bytes, 'latin1'));
    expect(info).toMatch(/^# Replication\r\nrole:master\r\n/);
    expect(config).toEqual(expect.arrayContaining(['tls-auth-clients', 'tls-auth-clients-user']));
    expect(table).toEqual([expect.arrayContaining(['get', 2]), null]);
  });

  test('speaks RESP3 after HELLO 3', async () => {
    const server = await start('redis-8.6.3');
    const bytes = await exchange(
      server,
      commands(['HELLO', '3'], ['CONFIG', 'GET', 'port'], ['INFO', 'server']),
    );
    expect(decodeAll(Buffer.from(bytes, 'latin1'))).toMatchObject([
      { kind: 'map' },
      { kind: 'map' },
      { kind: 'verbatim' },
    ]);
  });

  test('is a Sentinel, a cluster node or a server with renamed commands', async () => {
    const hello = await exchange(
      await start('valkey-8.1.1', 'sentinel'),
      commands(['HELLO', '2'], ['CONFIG', 'GET', '*']),
    );
    expect(hello).toContain('sentinel');
    expect(hello).toContain("-ERR unknown command 'CONFIG'");
    expect(await exchange(await start('redis-7.0.15', 'cluster'), 'INFO server\r\n')).toContain(
      'redis_mode:cluster',
    );
    const renamed = await exchange(
      await start('redis-7.0.15', 'renamed'),
      commands(['FLUSHALL', 'ASYNC'], ['COMMAND', 'INFO', 'config']),
    );
    expect(renamed).toBe(
      "-ERR unknown command 'FLUSHALL', with args beginning with: 'ASYNC' \r\n*1\r\n$-1\r\n",
    );
  });

  test('treats HTTP as the version does', async () => {
    const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
    expect(await exchange(await start('redis-2.8.24'), request)).toContain("unknown command 'Host:'");
    expect(await exchange(await start('redis-6.0.16', 'requirepass'), request)).toMatch(
      /^-ERR wrong number.*\r\n-NOAUTH/,
    );
    expect(await exchange(await start('redis-7.0.15'), request)).toBe('');
  });

  test('loses the answer to a failed AUTH behind another command, where the version does', async () => {
    const pipeline = commands(['PING'], ['AUTH', 'wrong']);
    expect(
      decodeAll(Buffer.from(await exchange(await start('redis-7.0.15', 'requirepass'), pipeline))),
    ).toHaveLength(2);
    expect(
      decodeAll(Buffer.from(await exchange(await start('redis-8.0.2', 'requirepass'), pipeline))),
    ).toHaveLength(1);
  });

  test('shows the default user with its password once there is one', async () => {
    const bytes = await exchange(
      await start('redis-7.2.6', 'requirepass'),
      commands(['AUTH', recordedPassword], ['ACL', 'GETUSER', 'default']),
    );
    expect(bytes).toContain('bb757689c39373a6cac9ef6ba55616c6249d7500ca4d443f1130c4766453a412');
    expect(bytes).not.toContain('nopass');
  });
});

function holdsOnlyResp2(value: RespValue): boolean {
  if (Array.isArray(value)) return value.every((item: RespValue) => holdsOnlyResp2(item));
  if (typeof value === 'object' && value !== null && 'kind' in value)
    return value.kind === 'simple' || value.kind === 'error';
  return value === null || ['string', 'number', 'bigint'].includes(typeof value);
}
