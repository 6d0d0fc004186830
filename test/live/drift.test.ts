/**
 * A server that runs as its file says has no drift, however the file says it; and what was seen once comes to the same
 * again, also after it was saved.
 */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { derive } from '../../src/engine/derive/index.ts';
import { auditTargets } from '../../src/index.ts';
import { converse } from './support/ask.ts';
import { matrix, type MatrixServer } from './support/servers.ts';

const password = 'Zq8 long$enough';

/** Settings and users in other words than the server's own. */
function linesFor({ product, atLeast }: MatrixServer): readonly string[] {
  const from = (major: number, minor: number): boolean => product === 'valkey' || atLeast(major, minor);
  return [
    'maxmemory 1gb',
    'repl-backlog-size 1M',
    'save 900 1 300 10',
    'save 60 10000',
    'client-output-buffer-limit pubsub 32mb 8mb 60',
    'notify-keyspace-events KEA',
    'dbfilename "du mp.rdb"',
    'slave-read-only yes',
    'hash-max-ziplist-entries 100',
    'unixsocket kw.sock',
    'unixsocketperm 700',
    `requirepass "${password}"`,
    ...(from(6, 0)
      ? [
          'user app on >pw ~app:* +@read +@write -@dangerous',
          'user asleep off nopass allkeys +@all -acl +acl|whoami',
          `user hashed on #${'a'.repeat(64)} ~x ~y resetkeys ~z +get +set -set`,
        ]
      : []),
    ...(from(7, 0)
      ? [
          'user selectors on >pw (+get ~a %R~b) (~c +set) %W~q +@all -eval',
          'user channels on >p1 >p2 resetchannels &a* ~* +@all -@admin +config|get',
          'acl-pubsub-default allchannels',
          'maxmemory-clients 5%',
          'bind * -::*',
        ]
      : []),
  ];
}

describe.each(matrix.map((server) => [server.name, server] as const))('on %s', (_, server) => {
  it('a file in other words is no drift; a change at runtime is', async () => {
    const running = await server.start(linesFor(server));
    const target = `redis://:${encodeURIComponent(password)}@127.0.0.1:${running.port}`;
    const driftOf = async () => {
      const { servers, failures } = await auditTargets([target]);
      const [audit] = servers;
      if (!audit) throw new Error(JSON.stringify(failures));
      const view = await derive(audit.evidence);
      const saved = JSON.stringify(audit.evidence);
      expect(JSON.stringify(await derive(JSON.parse(saved)))).toBe(JSON.stringify(view));
      return view.drift;
    };
    try {
      expect(await driftOf()).toMatchObject({ known: true, value: [] });
      const conversation = await converse({ port: running.port });
      await conversation.ask('AUTH', password);
      await conversation.ask('CONFIG', 'SET', 'maxmemory', '2gb');
      conversation.end();
      // The mode of the socket, in the file and on the disk: what the server remembers of its start decides nothing.
      const file = readFileSync(running.configFile, 'utf8');
      writeFileSync(running.configFile, file.replace('unixsocketperm 700', 'unixsocketperm 0770'));
      const names = (await driftOf()) as { readonly value?: readonly { readonly name: string }[] };
      expect(names.value?.map(({ name }) => name).toSorted()).toEqual(['maxmemory', 'unixsocketperm']);
      chmodSync(join(running.dir, 'kw.sock'), 0o770);
      expect(await driftOf()).toMatchObject({ known: true, value: [{ name: 'maxmemory' }] });
    } finally {
      await running.stop();
    }
  });
});
