/** What is planned for a real server is what that server takes: word by word, and file by file. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { auditTargets, type Census, type PlanNode } from '../../index.ts';
import type { RunningServer } from '../../adapters/servers/index.ts';
import { edit, parseConf, printConf, readConf, type ConfChange } from '../../lang/conf/index.ts';
import { asText, type RespValue } from '../../lang/resp/index.ts';
import type { Action, RuleWord, Value } from '../../model/index.ts';
import { ask, converse } from '../../../test/live/support/ask.ts';
import { matrix, matrixServer } from '../../../test/live/support/servers.ts';
import { derive } from '../derive/index.ts';
import type { PlanSubject } from './input.ts';
import { plan } from './subjects-of-tests.ts';

const password = 'a-password-of-the-test-0123456789';

async function subjectAt(id: string, running: RunningServer, groups: Census['groups']): Promise<PlanSubject> {
  const { servers } = await auditTargets([`redis://127.0.0.1:${running.port}`]);
  const [audit] = servers;
  if (!audit) throw new Error('no audit');
  const view = await derive(audit.evidence);
  if (!view.identity.known || !view.conf.known) throw new Error('not identified');
  const { product, version = '0', mode = 'standalone', role = 'master' } = view.identity.value;
  const node: PlanNode = {
    id,
    target: audit.evidence.target,
    host: 'here',
    product,
    version,
    mode,
    role,
    conf: view.conf.value.path,
    restart: { kind: 'relaunch' },
  };
  return { node, audit, view, census: { node: id, seconds: 1, looks: 1, groups, doubts: [] } };
}

const plain = (value: Value): string => (typeof value === 'string' ? value : password);
const word = (rule: RuleWord): string =>
  typeof rule === 'string' ? rule : 'secret' in rule ? `>${password}` : `<${password}`;

/** Only what goes to the running server. */
const commandOf = (action: Action): readonly string[] | undefined =>
  action.do === 'set-user'
    ? ['ACL', 'SETUSER', action.user, ...action.rules.map(word)]
    : action.do === 'set-setting' && !action.name.startsWith('tls-')
      ? ['CONFIG', 'SET', action.name, plain(action.value)]
      : undefined;

const changesOf = (action: Action): readonly ConfChange[] =>
  action.do === 'edit-conf'
    ? action.changes.map((change) =>
        'lines' in change
          ? { ...change, lines: change.lines.map((line) => line.map(plain)) }
          : 'args' in change
            ? { ...change, args: change.args.map(plain) }
            : change,
      )
    : [];

const said = (reply: RespValue): string => asText(reply) ?? JSON.stringify(reply);

describe.each(matrix.map((server) => [server.name, server] as const))(
  '%s, open to everybody',
  (_, server) => {
    const old = server.product === 'redis' && !server.atLeast(6, 0);

    it('takes every word of the plan', async () => {
      const running = await server.start([
        'client-output-buffer-limit pubsub 0 0 0',
        'tcp-keepalive 0',
        ...(old || server.name === 'redis-6.0' ? [] : ['enable-debug-command yes']),
      ]);
      try {
        const one = await subjectAt('n1', running, [
          {
            user: 'default',
            address: '127.0.0.1',
            kind: 'client',
            connections: 2,
            commands: ['get', 'set', 'client', 'keys'],
            databases: [0],
          },
        ]);
        const { steps, unmet } = plan([one], {
          policy: 'strict',
          refuse: ['default'],
          allowRestart: true,
          answers: new Map([['maxmemory', '100mb']]),
        });
        const kinds = steps.map(({ kind }) => kind);
        expect(kinds).toEqual(
          expect.arrayContaining(
            old ? ['password', 'rename-command', 'restart'] : ['administrator', 'user', 'close-default'],
          ),
        );
        expect(unmet.map(({ goal }) => goal.kind)).not.toContain('new-password');
        const client = await converse({ port: running.port });
        const words = steps.flatMap(({ does }) => does).flatMap((action) => commandOf(action) ?? []);
        expect(words.length).toBeGreaterThan(0);
        for (const command of steps.flatMap(({ does }) => does).map(commandOf)) {
          if (command === undefined) continue;
          const reply = said(await client.ask(...command));
          expect(reply, command.join(' ')).toBe('OK');
          if (command[2] === 'requirepass') expect(said(await client.ask('AUTH', password))).toBe('OK');
        }
        client.end();
        // Nobody gets in as before, and those who have a name do.
        expect(said(await ask({ port: running.port }, 'GET', 'a'))).toMatch(/NOAUTH|operation not permitted/);
        const later = await converse({ port: running.port });
        expect(said(await later.ask('AUTH', ...(old ? [] : ['app']), password))).toBe('OK');
        for (const words of [
          ['GET', 'a'],
          ['SET', 'a', 'b'],
          ...(old
            ? []
            : [
                ['INFO', 'server'],
                ['KEYS', '*'],
              ]),
        ])
          expect(said(await later.ask(...words)), words.join(' ')).not.toMatch(/NOPERM|NOAUTH/);
        if (!old) expect(said(await later.ask('CONFIG', 'GET', 'dir'))).toMatch(/NOPERM/);
        later.end();
      } finally {
        await running.stop();
      }
    });

    it('gets a file that it reads without complaint', async () => {
      const running = await server.start(['client-output-buffer-limit pubsub 0 0 0', 'tcp-keepalive 0']);
      try {
        const one = await subjectAt('n1', running, []);
        const { steps } = plan([one], { policy: 'strict', allowRestart: true, except: ['transport'] });
        const changes = steps.flatMap(({ does }) => does).flatMap(changesOf);
        const path = one.node.conf ?? '';
        const { value, problems } = edit(parseConf(readFileSync(path)), changes);
        expect(problems).toEqual([]);
        const bytes = printConf(value);
        const product =
          server.product === 'keydb' ? 'keydb' : server.product === 'valkey' ? 'valkey' : 'redis';
        const reading = readConf([{ path, bytes }], { product, version: server.version });
        expect(reading.problems.filter(({ fatal }) => fatal)).toEqual([]);
        expect(changes.length).toBeGreaterThan(0);
      } finally {
        await running.stop();
      }
    });
  },
);

/** An address of this host by which it is no stranger to itself, and not on loopback. */
const own = Object.values(networkInterfaces())
  .flatMap((all = []) => all)
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

describe.skipIf(own === undefined)(
  `a server in protected mode${own === undefined ? ' (this host has loopback alone)' : ''}`,
  () => {
    it.each(['redis-7.0', 'valkey-9.1'])('%s: what the plan says of other hosts is so', async (name) => {
      const running = await matrixServer(name).start([`bind 127.0.0.1 ${own}`, 'protected-mode yes']);
      const outside = { host: own ?? '', port: running.port };
      try {
        // It may hang up before its words are read.
        expect(await ask(outside, 'PING').then(said, String)).toMatch(/DENIED|ended|ECONNRESET|EPIPE/);
        const { steps } = plan([await subjectAt('n1', running, [])], { policy: 'essential' });
        const close = steps.find(({ kind }) => kind === 'close-default');
        expect(close?.risk).toMatchObject({ why: expect.stringContaining('may reach the login') });
        for (const command of steps.flatMap(({ does }) => does).map(commandOf))
          if (command) await ask({ port: running.port }, ...command);
        expect(said(await ask(outside, 'PING'))).toMatch(/NOAUTH/);
      } finally {
        await running.stop();
      }
    });
  },
);

const pairs = matrix.filter(({ name }) =>
  ['redis-5.0', 'redis-6.0', 'redis-8.6', 'valkey-9.1'].includes(name),
);
describe.each(pairs.map((server) => [server.name, server] as const))('%s with a replica', (_, server) => {
  it('replicates through the whole plan, and after the link is made anew', async () => {
    const master = await server.start(['repl-diskless-sync-delay 0']);
    const follower = await server.start([
      `${server.atLeast(5, 0) ? 'replicaof' : 'slaveof'} 127.0.0.1 ${master.port}`,
    ]);
    try {
      const [toMaster, toReplica] = [
        await converse({ port: master.port }),
        await converse({ port: follower.port }),
      ];
      const isUp = async (): Promise<boolean> =>
        said(await toReplica.ask('INFO', 'replication')).includes('master_link_status:up');
      await expect.poll(isUp, { timeout: 10_000 }).toBe(true);
      const nodes = [await subjectAt('n1', master, []), await subjectAt('n2', follower, [])];
      expect(nodes.map(({ node }) => node.role)).toEqual(['master', 'replica']);
      const { steps, held } = plan(nodes, { policy: 'essential' });
      expect(held).toEqual([]);
      for (const action of steps.flatMap(({ does }) => does)) {
        const command = commandOf(action);
        if (command === undefined) continue;
        const client = action.node === 'n1' ? toMaster : toReplica;
        expect(said(await client.ask(...command)), command.join(' ')).toBe('OK');
        if (command[2] === 'requirepass') expect(said(await client.ask('AUTH', password))).toBe('OK');
      }
      // The link of before goes on with the login of before: only a new one shows that the new login is right.
      await toMaster.ask('CLIENT', 'KILL', 'TYPE', server.atLeast(5, 0) ? 'replica' : 'slave');
      expect(said(await toMaster.ask('SET', 'after', 'the plan'))).toBe('OK');
      const arrived = async (): Promise<string> => said(await toReplica.ask('GET', 'after'));
      await expect.poll(arrived, { timeout: 10_000 }).toBe('the plan');
      toMaster.end();
      toReplica.end();
    } finally {
      await follower.stop();
      await master.stop();
    }
  });
});
