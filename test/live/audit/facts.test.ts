import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSecretNote, type CollectedName, type ServerAudit } from '../../../src/index.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { asText, type RespValue } from '../../../src/lang/resp/index.ts';
import { converse, type Conversation } from '../support/ask.ts';
import { matrix } from '../support/servers.ts';
import { see, stateOf, valueOf } from './sight.ts';

const password = 'pass-of-the-test-9Xk';
const texts = (value: RespValue): readonly string[] =>
  (Array.isArray(value) ? (value as readonly RespValue[]) : []).map((item) => asText(item) ?? '');

/** From which Redis on a server can answer; `never`: not a server of this kind. Valkey can from its first version on. */
const since: Readonly<Partial<Record<CollectedName, readonly [number, number] | 'never'>>> = {
  endpoint: [0, 0],
  door: [0, 0],
  greeting: [0, 0],
  info: [0, 0],
  config: [0, 0],
  commandReply: [2, 8],
  clients: [2, 4],
  modules: [4, 0],
  whoami: [6, 0],
  aclUsers: [6, 0],
  aclLog: [6, 0],
  functions: [7, 0],
  indicatorKeys: [0, 0],
  clusterNodes: 'never',
  sentinelMasters: 'never',
  servedCertificate: 'never',
  // Its files and its host.
  conf: [0, 0],
  aclFile: 'never',
  certificates: 'never',
  process: [0, 0],
  listeners: [0, 0],
  hostAddresses: [0, 0],
  files: [0, 0],
  container: [0, 0],
  package: [0, 0],
  hostSigns: [0, 0],
};

describe.each(matrix.map((server) => [server.name, server] as const))('what is known of %s', (_, server) => {
  let running: RunningServer;
  let client: Conversation;
  let audit: ServerAudit;
  const has = (version: readonly [number, number]): boolean =>
    server.product === 'valkey' || server.atLeast(...version);

  beforeAll(async () => {
    running = await server.start([
      `requirepass ${password}`,
      'maxclients 321',
      'appendonly yes',
      ...(has([6, 0]) ? ['user app on >app-password-8Hj ~app:* +get -set'] : []),
    ]);
    client = await converse({ port: running.port });
    await client.ask('AUTH', password);
    await client.ask('CLIENT', 'SETNAME', 'witness');
    await client.ask('SET', 'backup1', 'a key that one worm leaves');
    const seen = await see(`redis://:${password}@127.0.0.1:${running.port}`);
    expect(seen.problems).toEqual([]);
    audit = seen.server;
  });
  afterAll(async () => {
    client.end();
    await running.stop();
  });

  it('is every fact that this version has, and of no other a guess', () => {
    const { facts } = audit.evidence;
    const expected = Object.entries(since).map(([name, from]) => [name, from !== 'never' && has(from)]);
    const seen = Object.keys(since).map((name) => [name, facts[name as CollectedName].known]);
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(expected));
  });

  it('tells "there is none" from "we do not know"', () => {
    // Facts that are absent by version, mode or settings are not missing: nobody has to do anything about them.
    const missing = audit.missing.map(({ fact }) => fact);
    for (const [name, from] of Object.entries(since))
      if (from === 'never' || !has(from)) expect(missing).not.toContain(name);
  });

  it('is every setting as a plain client gets it', async () => {
    const reply = texts(await client.ask('CONFIG', 'GET', '*'));
    const plain = new Map(
      reply.flatMap((name, index) => (index % 2 === 0 ? [[name, reply[index + 1]]] : [])),
    );
    const config = valueOf(audit.evidence.facts.config);
    expect(Object.keys(config).toSorted()).toEqual([...plain.keys()].toSorted());
    expect(plain.size).toBeGreaterThan(50);
    for (const [name, value] of Object.entries(config)) {
      if (isSecretNote(value)) expect(value.strength === 'empty', name).toBe(plain.get(name) === '');
      else expect([name, value]).toEqual([name, plain.get(name)]);
    }
    expect(config['requirepass']).toMatchObject({ secret: true });
  });

  it('is every user, with rules that mean the same and no password', async () => {
    if (!has([6, 0])) {
      expect(stateOf(audit.evidence.facts.aclUsers)).not.toBe('known');
      return;
    }
    const lines = texts(await client.ask('ACL', 'LIST'));
    const users = valueOf(audit.evidence.facts.aclUsers);
    expect(users.map(({ name }) => name)).toEqual(lines.map((line) => line.split(' ')[1]));
    for (const [index, { rules, passwords }] of users.entries()) {
      const words = (lines[index] ?? '').split(' ').slice(2);
      // A selector is brought together; nothing else is changed, and only passwords are left out.
      expect(rules.join(' ')).toBe(words.filter((word) => !word.startsWith('#')).join(' '));
      expect(passwords).toHaveLength(words.filter((word) => word.startsWith('#')).length);
    }
    expect(await client.ask('ACL', 'WHOAMI')).toBe(valueOf(audit.evidence.facts.whoami));
  });

  it('is every command and module', async () => {
    const count = await client.ask('COMMAND', 'COUNT');
    const table = valueOf(audit.evidence.facts.commandReply);
    // Subcommands stand beside their commands in our table, and are not counted by the server.
    expect(table.commands.filter(({ name }) => !name.includes('|'))).toHaveLength(Number(count));
    if (!has([4, 0])) return;
    const modules = await client.ask('MODULE', 'LIST');
    expect(valueOf(audit.evidence.facts.modules)).toHaveLength(Array.isArray(modules) ? modules.length : -1);
  });

  it('is everyone who is connected', async () => {
    const clients = valueOf(audit.evidence.facts.clients);
    expect(clients.map(({ name }) => name)).toContain('witness');
    const own = asText(await client.ask('CLIENT', 'LIST')) ?? '';
    const address = /addr=(\S+)/.exec(own.split('\n').find((line) => line.includes('witness')) ?? '')?.[1];
    expect(clients.find(({ name }) => name === 'witness')?.address).toBe(address);
  });

  it('is which keys of intruders exist, and which program and file run', async () => {
    const { facts } = audit.evidence;
    expect(valueOf(facts.indicatorKeys)).toEqual(['db0:backup1']);
    expect(valueOf(facts.process).pid).toBe(running.pid);
    expect(valueOf(facts.info)['process_id']).toBe(String(running.pid));
    expect(valueOf(facts.conf).path).toBe(running.configFile);
    expect(valueOf(facts.conf).settings).toMatchObject({ maxclients: '321', port: String(running.port) });
    expect(valueOf(facts.listeners)).toContainEqual(
      expect.objectContaining({ address: '127.0.0.1', port: running.port, purpose: 'redis' }),
    );
  });
});
