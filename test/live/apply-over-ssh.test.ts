/** A server whose files are on another host: planned, applied, proved and undone over the system's own OpenSSH. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/adapters/servers/ports.ts';
import { applyPlan, makePlan, undoPlan, type Plan } from '../../src/index.ts';
import { ask } from './support/ask.ts';
import { ownState } from './support/own-state.ts';
import { matrix } from './support/servers.ts';
import { startSshHost, whyNoSshd, type SshHost } from './support/sshd.ts';

const missing = import.meta.dirname.startsWith('/tmp/')
  ? 'a checkout in /tmp is not to be seen on the other host'
  : await whyNoSshd();
const [newest] = matrix.toReversed();

describe.skipIf(missing !== undefined || !newest)(`over ssh${missing ? ` (${missing})` : ''}`, () => {
  let host: SshHost;
  let server: ChildProcess;
  let port = 0;
  ownState();

  beforeAll(async () => {
    host = await startSshHost();
    port = await freePort();
    // The other host has a root folder of its own: its server is started inside of it, and its files are only there.
    const folder = join(host.root, 'etc/redis');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'redis.conf'),
      `# of the other host\nport ${port}\nbind 127.0.0.1\nprotected-mode no\ndir /etc/redis\nsave ""\n`,
      { mode: 0o644 },
    );
    server = spawn('chroot', [host.root, newest?.path ?? '', '/etc/redis/redis.conf'], { stdio: 'ignore' });
    for (let attempt = 0; attempt < 200; attempt++) {
      if (await ask({ port }, 'PING').catch(() => undefined)) break;
      await wait(50);
    }
  }, 120_000);
  afterAll(async () => {
    server?.kill('SIGKILL');
    await host?.stop();
  });

  it.each(['root', 'ops'] as const)('as %s', { timeout: 90_000 }, async (user) => {
    const conf = join(host.root, 'etc/redis/redis.conf');
    const old = { text: readFileSync(conf, 'utf8'), mode: statSync(conf).mode };
    const at = `ssh://${user}@127.0.0.1:${host.port}`;
    const reach = { sshConfig: host.configuration, timeout: 5000 };
    const { plan } = await makePlan([`redis://127.0.0.1:${port}`], {
      ...reach,
      filesAt: at,
      censusSeconds: 0,
      answers: new Map([['maxmemory', '64mb']]),
    });
    expect(plan.nodes[0]).toMatchObject({ host: at, conf: '/etc/redis/redis.conf' });
    expect(editsOf(plan)).toContain('/etc/redis/redis.conf');

    const applied = await applyPlan(plan, { ...reach, confirmWithin: 0, patience: 5 });
    expect(applied.outcome, JSON.stringify(applied.outcome)).toEqual({ kind: 'done' });
    const changed = readFileSync(conf, 'utf8');
    expect(changed).toContain('# of the other host');
    expect(changed).toMatch(/^user default off/m);
    expect(changed).toMatch(/^maxmemory 64mb/m);
    expect(statSync(conf).uid).toBe(0);

    expect(await undoPlan(plan.id, reach)).toMatchObject({ kind: 'undone' });
    expect(readFileSync(conf, 'utf8')).toBe(old.text);
    expect(statSync(conf).mode).toBe(old.mode);
    expect(await ask({ port }, 'ACL', 'WHOAMI')).toBe('default');
  });
});

const editsOf = (plan: Plan): readonly string[] =>
  plan.steps.flatMap(({ does }) => does.flatMap((action) => ('path' in action ? action.path : [])));
