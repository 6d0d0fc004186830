import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditTargets, type ServerAudit } from '../../src/index.ts';
import { matrix } from './support/servers.ts';
import { twoHosts, whyNoTwoHosts, type TwoHosts } from './support/two-hosts.ts';

const obstacle = whyNoTwoHosts();

interface Case {
  readonly name: string;
  readonly lines: readonly string[];
  /** The first version of Redis that has these lines. */
  readonly from?: readonly [number, number];
}

// Somebody to ask as, where the default user does not answer.
const password = 's3cret-and-long-enough-Zq8';
const admin = `user admin on >${password} ~* +@all`;

const cases: readonly Case[] = [
  // Written so that it comes to the same: from 7.0 on no line means `* -::*`, before that an empty one means none.
  { name: 'bind to every address by its sign, no password', lines: ['bind * -::*'], from: [7, 0] },
  { name: 'no address to bind to, no password', lines: ['bind ""'], from: [7, 0] },
  { name: 'bind to every address, no password', lines: ['bind 0.0.0.0'] },
  { name: 'bind to one address, no password', lines: ['bind 10.77.1.1 127.0.0.1'] },
  { name: 'bind to loopback, no password', lines: ['bind 127.0.0.1', 'protected-mode no'] },
  { name: 'protected mode off, no password', lines: ['bind 0.0.0.0', 'protected-mode no'] },
  { name: 'a password', lines: ['bind 0.0.0.0', `requirepass ${password}`] },
  {
    name: 'default switched off, nopass kept',
    lines: ['bind 0.0.0.0', 'user default off nopass', admin],
    from: [6, 0],
  },
  {
    name: 'default switched off and reset',
    lines: ['bind 0.0.0.0', 'user default off resetpass', admin],
    from: [6, 0],
  },
  {
    name: 'default may do nothing, nopass',
    lines: ['bind 0.0.0.0', 'protected-mode no', 'user default on nopass -@all', admin],
    from: [6, 0],
  },
];

/** What our table says a stranger on the network gets. */
function predicted({
  exposure,
}: ServerAudit): 'nothing listens' | 'turned away' | 'asked for a login' | 'in' {
  if (!exposure.known) throw new Error(exposure.detail);
  const { origins, actors, cells } = exposure.value;
  const row = origins.find(({ reach }) => reach === 'network');
  if (!row) return 'nothing listens';
  if (row.refused) return 'turned away';
  const nobody = actors.find(({ kind }) => kind === 'nobody');
  return nobody && cells.some(({ from, as }) => from === row.id && as === nobody.id)
    ? 'in'
    : 'asked for a login';
}

function happened(reply: string): ReturnType<typeof predicted> {
  if (reply === 'ECONNREFUSED') return 'nothing listens';
  if (reply.startsWith('-DENIED')) return 'turned away';
  // A default user without any command is in, and may do nothing: for the table that is no better than a login.
  if (reply.startsWith('-NOAUTH') || reply.startsWith('-NOPERM')) return 'asked for a login';
  if (reply.startsWith('+PONG')) return 'in';
  throw new Error(`an answer nobody expected: ${JSON.stringify(reply)}`);
}

describe.skipIf(obstacle !== undefined)(
  `what the exposure table says and what a stranger gets${obstacle ? ` (${obstacle})` : ''}`,
  () => {
    let hosts: TwoHosts;
    beforeAll(() => {
      hosts = twoHosts('kwx');
    });
    afterAll(() => hosts.remove());

    describe.each(matrix.map((server) => [server.name, server] as const))('%s', (_, server) => {
      const fitting = cases.filter(
        ({ from }) => !from || server.product === 'valkey' || server.atLeast(...from),
      );
      it.each(fitting.map((one) => [one.name, one] as const))('%s', async (_name, { lines }) => {
        const conf = ({ dir }: { dir: string }): readonly string[] => [
          ...lines,
          `unixsocket ${join(dir, 'kw.sock')}`,
        ];
        const running = await server.start(conf, { within: hosts.onServer });
        try {
          const login = lines.includes(admin)
            ? `admin:${password}@`
            : lines.some((line) => line.startsWith('requirepass'))
              ? `:${password}@`
              : '';
          const target = `unix://${login}${join(running.dir, 'kw.sock')}`;
          const { servers, failures } = await auditTargets([target]);
          expect(failures.filter(({ problem }) => !/login/.test(problem))).toEqual([]);
          const [audit] = servers;
          if (!audit) throw new Error('no audit');
          expect(predicted(audit)).toBe(happened(hosts.ping(hosts.serverAddress, running.port)));
        } finally {
          await running.stop();
        }
      });
    });
  },
);
