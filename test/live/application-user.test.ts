/**
 * What real client libraries do as nobody in particular, they must do as the user that is planned for them: the user is
 * made of what the server counted, on every server with users, and our own audit finds nothing too wide about it.
 */
import { createClient } from '@redis/client';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import { auditTargets, makePlan } from '../../src/index.ts';
import { asText } from '../../src/lang/resp/index.ts';
import type { PolicyName, Step } from '../../src/model/index.ts';
import { converse, type Conversation } from './support/ask.ts';
import { openers, type Login } from './support/load-clients.ts';
import { matrix } from './support/servers.ts';

const password = 'a-password-of-the-test-0123456789';

/** Everything but Lua: pipelines, transactions, channels, blocking pops, streams, cursors. */
async function nodeRedis(port: number, login?: Login): Promise<void> {
  const client = createClient({
    name: 'shop',
    socket: { host: '127.0.0.1', port, reconnectStrategy: false },
    ...(login ? { username: login.user, password: login.password } : {}),
  });
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  await client.connect();
  const listener = client.duplicate();
  listener.on('error', (error) => errors.push(error));
  await listener.connect();
  const heard = Promise.withResolvers<string>();
  await listener.subscribe('news', (message) => heard.resolve(message));
  await client.publish('news', 'hello');
  expect(await heard.promise).toBe('hello');
  expect(await Promise.all([client.set('a', '1'), client.incr('a'), client.get('a')])).toEqual([
    'OK',
    2,
    '2',
  ]);
  expect(await client.multi().set('b', 'x').expire('b', 60).get('b').exec()).toEqual(['OK', 1, 'x']);
  await client.watch('b');
  await client.unwatch();
  const waiting = listener.duplicate();
  await waiting.connect();
  const popped = waiting.blPop('queue', 5);
  await client.rPush('queue', 'job');
  expect(await popped).toEqual({ key: 'queue', element: 'job' });
  await client.del('stream');
  await client.xGroupCreate('stream', 'workers', '0', { MKSTREAM: true });
  await client.xAdd('stream', '*', { field: 'value' });
  const read = await client.xReadGroup('workers', 'one', { key: 'stream', id: '>' });
  expect(JSON.stringify(read)).toContain('value');
  await client.hSet('hash', { field: 'value' });
  await client.zAdd('scores', { score: 1, value: 'x' });
  await client.sAdd('set', ['x', 'y']);
  for await (const keys of client.scanIterator({ COUNT: 100 })) expect(keys.length).toBeGreaterThanOrEqual(0);
  await client.select(1);
  await client.ping();
  for (const one of [waiting, listener, client]) await one.close();
  expect(errors).toEqual([]);
}

/** With Lua, as locks and rate limiters have it: EVALSHA first, EVAL where the server does not know the script. */
async function ioRedis(port: number, login?: Login): Promise<void> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    connectionName: 'limiter',
    retryStrategy: () => null,
    ...(login ? { username: login.user, password: login.password } : {}),
  });
  await client.connect();
  client.defineCommand('limited', { numberOfKeys: 1, lua: "return redis.call('incr', KEYS[1])" });
  const { limited } = client as unknown as { readonly limited: (key: string) => Promise<number> };
  await client.del('limit');
  expect(await limited.call(client, 'limit')).toBe(1);
  expect(await limited.call(client, 'limit')).toBe(2);
  const replies = await client.pipeline().set('c', '1').incr('c').exec();
  expect(replies).toEqual([
    [null, 'OK'],
    [null, 2],
  ]);
  expect(await client.multi().get('c').exec()).toEqual([[null, '2']]);
  await client.quit();
}

async function bull(port: number, login?: Login): Promise<void> {
  const errors: Error[] = [];
  for (const { open } of await openers(['bullmq'])) {
    const talker = await open({
      door: { host: '127.0.0.1', port, ...(login ? { login } : {}) },
      name: `jobs-${login?.user ?? 'nobody'}`,
      report: (error) => errors.push(error),
    });
    for (let index = 0; index < 5; index++) await talker.request(index);
    await talker.close();
  }
  expect(errors).toEqual([]);
}

// One of each kind; KEYWARD_DEEP takes them all.
const servers = matrix
  .filter(({ product, atLeast }) => product !== 'redis' || atLeast(6, 0))
  .filter(({ name }) => process.env['KEYWARD_DEEP'] !== undefined || /6\.0|8\.6|9\.1/.test(name));

describe.each(servers.map((server) => [server.name, server] as const))('on %s', (_, server) => {
  let running: RunningServer;
  let admin: Conversation;
  const login: Login = { user: 'app', password };
  const said = async (...words: readonly string[]): Promise<string> => {
    const reply = await admin.ask(...words);
    return asText(reply) ?? JSON.stringify(reply);
  };

  /** The step that makes the user, as it is planned for the server as it is used by now. */
  async function planned(policy: PolicyName, whom = /applications/): Promise<Step> {
    const { plan } = await makePlan([`redis://127.0.0.1:${running.port}`], { policy, censusSeconds: 0.3 });
    const step = plan.steps.find(({ kind, title }) => kind === 'user' && whom.test(title));
    if (!step) throw new Error('no user is planned');
    return step;
  }
  async function make({ does: [action] }: Step, name = login.user): Promise<readonly string[]> {
    if (action?.do !== 'set-user') throw new Error('the step makes no user');
    const rules = action.rules.map((rule) => (typeof rule === 'string' ? rule : `>${password}`));
    // Plans after the first find that the name is taken, and choose another.
    expect(await said('ACL', 'SETUSER', name, ...rules)).toBe('OK');
    return rules;
  }

  beforeAll(async () => {
    running = await server.start();
    admin = await converse({ port: running.port });
  });
  afterAll(async () => {
    admin?.end();
    await running?.stop();
  });

  it('a client library works with a list of what is allowed', async () => {
    await nodeRedis(running.port);
    const step = await planned('strict');
    const rules = await make(step);
    expect(rules).toContain('-@all');
    expect(step.risk.level).toBe('refuses');
    await nodeRedis(running.port, login);
    // Nobody used Lua so far.
    await expect(ioRedis(running.port, login)).rejects.toThrow(/NOPERM/);
  });

  it('Lua and queues work once they were seen', async () => {
    await said('ACL', 'LOG', 'RESET');
    const cjson = !/nonexistent global/.test(await said('EVAL', 'return cjson.encode({})', '0'));
    await ioRedis(running.port);
    if (cjson) await bull(running.port);
    await make(await planned('strict'));
    await said('SCRIPT', 'FLUSH');
    await ioRedis(running.port, login);
    await nodeRedis(running.port, login);
    if (cjson) await bull(running.port, login);
    // Nothing was denied, not even what the libraries would have swallowed.
    expect(JSON.stringify(await admin.ask('ACL', 'LOG'))).toBe('[]');
  });

  it('our own audit does not find it too wide', async () => {
    const found = async (): Promise<readonly string[]> => {
      const { servers: audits } = await auditTargets([`redis://127.0.0.1:${running.port}`]);
      return (audits[0]?.findings ?? [])
        .filter(({ verdict, seen }) => verdict === 'fail' && /\bapp\b/.test(seen))
        .map(({ check }) => check);
    };
    // The default user may do everything as well: that is what the plan goes on to close.
    expect(await found()).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(application-user-too-wide|deny-list-user)$/)]),
    );
    // The same question finds it where it is so.
    await said('ACL', 'SETUSER', 'app', '+@all', '-@admin', '-debug');
    expect(await found()).toEqual(expect.arrayContaining(['application-user-too-wide', 'deny-list-user']));
  });

  it('monitoring gets a user of its own, that asks what it must and is not too wide', async () => {
    const port = { port: running.port };
    const exporter = await converse(port);
    await exporter.ask('CLIENT', 'SETNAME', 'redis_exporter');
    await exporter.ask('SLOWLOG', 'GET', '1');
    const rules = await make(await planned('strict', /monitoring/), 'exporter');
    exporter.end();
    expect(rules).not.toContain('~*');
    const watching = await converse(port);
    const asked = ['AUTH exporter', 'PING', 'INFO all', 'SLOWLOG LEN', 'SLOWLOG GET 9', 'LATENCY LATEST'];
    for (const words of [...asked, 'CLUSTER INFO', 'CLIENT SETNAME redis_exporter', 'SELECT 0'])
      expect(
        asText(await watching.ask(...words.split(' '), ...(words.startsWith('AUTH') ? [password] : []))) ??
          '',
        words,
      ).not.toMatch(/^(?:NOPERM|WRONGPASS)/);
    expect(JSON.stringify(await watching.ask('GET', 'a'))).toMatch(/NOPERM/);
    watching.end();
    const { servers: audits } = await auditTargets([`redis://127.0.0.1:${running.port}`]);
    expect(
      audits[0]?.findings.filter(
        ({ seen, theme }) => theme === 'access-control' && seen.startsWith('user exporter '),
      ),
    ).toEqual([]);
  });

  it('all of it works with everything but administration as well, where little was counted', async () => {
    const rules = await make(await planned('recommended'));
    expect(rules).toContain('+@all');
    await Promise.all([nodeRedis(running.port, login), ioRedis(running.port, login)]);
  });
});
