import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { matrix } from '../live/support/servers.ts';
import { encodeCommand } from '../../src/lang/resp/index.ts';
import { type Mode, replayServer, transcriptNames } from './index.ts';

/** What a stranger can ask; none of the answers holds a time, a port or an address. */
const questions: readonly (readonly string[])[] = [
  ['PING'],
  ['XYZZY'],
  ['XYZZY', 'a', 'b c'],
  ['GET'],
  ['GET', 'a', 'b'],
  ['SET', 'a'],
  ['AUTH', 'x'],
  ['AUTH', 'nobody', 'x'],
  ['HELLO', '4'],
  ['ACL', 'WHOAMI'],
  ['COMMAND', 'COUNT'],
  ['CONFIG', 'GET', 'requirepass'],
  ['CONFIG', 'GET', 'enable-*command'],
  ['CONFIG', 'GET', 'no-such-directive'],
  ['MODULE', 'LOAD', '/nonexistent.so'],
  ['MODULE', 'LIST'],
  ['DEBUG', 'OBJECT', 'nokey'],
  ['CONFIG', 'SET', 'nosuch', '1'],
  ['COMMAND', 'INFO', 'get'],
  ['ACL', 'GETUSER', 'default'],
  ['ACL', 'LIST'],
  ['INFO', 'nosuch'],
  ['SELECT', '0'],
  ['POST', '/'],
  ['RESET'],
];

const recorded = matrix.filter(({ product, version }) => transcriptNames.includes(`${product}-${version}`));
const modes: readonly Mode[] = ['open', 'requirepass'];
const conf = { open: [], requirepass: ['requirepass sekret'] } as Readonly<Record<string, readonly string[]>>;

describe.each(recorded)('the replay of $product $version', (server) => {
  test.each(modes)('answers a stranger as the real server does: %s', async (mode) => {
    const real = await server.start(conf[mode]);
    const replay = await replayServer(`${server.product}-${server.version}`, mode);
    try {
      for (const question of questions) {
        const expected = sorted(await answerOf(real.port, question));
        expect(sorted(await answerOf(replay.port, question)), question.join(' ')).toBe(expected);
      }
    } finally {
      await Promise.all([real.stop(), replay.stop()]);
    }
  });
});

// The order of a set's elements (flags, matching directives) is the hash table's, and differs from start to start.
const sorted = (answer: string): string =>
  answer.startsWith('*') ? answer.split('\r\n').toSorted().join('\n') : answer;

function answerOf(port: number, question: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    // Cut off with something unread, a connection ends in a reset.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.once('close', () => resolve(answer));
    socket.write(encodeCommand(question));
    // QUIT closes when the question is answered; every version takes it from anyone.
    socket.write(encodeCommand(['QUIT']));
  });
}
