import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../src/adapters/servers/index.ts';
import { renderingNames, reportNames } from '../src/index.ts';
import { makeCertificates, tlsDirectives, writeCertificates } from './live/support/certificates.ts';
import { matrixServer } from './live/support/servers.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'keyward-package-'));
const installed = join(folder, 'node_modules/keyward');
let server: RunningServer;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const keyward = (...args: readonly string[]): Promise<Ran> => keywardWith({}, ...args);

const keywardWith = async (
  env: Readonly<Record<string, string | undefined>>,
  ...args: readonly string[]
): Promise<Ran> => {
  const cli = join(installed, 'dist/cli.js');
  try {
    const { stdout, stderr } = await run(process.execPath, [cli, ...args], {
      cwd: folder,
      maxBuffer: 64 << 20,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        KEYWARD_STATE: join(folder, 'state'),
        REDISCLI_AUTH: 'secret123',
        ...env,
      },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
};

/** What is published, as npm packs it and as a user installs it: it must not need anything that the checkout has. */
beforeAll(async () => {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  execFileSync(
    'sh',
    [
      '-c',
      'mkdir -p node_modules/keyward && tar -xzf keyward-*.tgz -C node_modules/keyward --strip-components 1',
    ],
    { cwd: folder },
  );
  server = await matrixServer('redis-7.0').start([
    'requirepass secret123',
    'user app on >Tr0ub4dor&3 ~app:* +get',
    `user hashed on #${'ab'.repeat(32)} ~* +get`,
  ]);
}, 120_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the installed package', () => {
  it('has no dependency to install', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(manifest['dependencies'] ?? {}).toEqual({});
  });

  it.each(reportNames)('audits a server with passwords, as %s', async (name) => {
    const { code, stdout, stderr } = await keyward('audit', '-f', name, `redis://127.0.0.1:${server.port}`);
    expect(stderr).toBe('');
    expect(code).toBe(1);
    expect(stdout).toContain('guessable-password');
  });

  it('saves a snapshot and reads it again', async () => {
    expect((await keyward('audit', '--save', 'snap.json', `redis://127.0.0.1:${server.port}`)).code).toBe(1);
    const { code, stdout } = await keyward('audit', 'snap.json');
    expect(code).toBe(1);
    expect(stdout).toContain('guessable-password');
  });

  it('speaks TLS', async () => {
    const files = writeCertificates(await makeCertificates());
    const secure = await matrixServer('redis-7.0').start(({ tlsPort }) =>
      tlsDirectives(files, tlsPort, 'server', 'no'),
    );
    try {
      const { stdout } = await keyward(
        'audit',
        '--no-host',
        '--insecure',
        `rediss://127.0.0.1:${secure.tlsPort}`,
      );
      expect(stdout).toContain('Redis 7.0.15');
    } finally {
      await secure.stop();
      files.remove();
    }
  });

  it('explains its checks with their examples', async () => {
    const { code, stdout } = await keyward('explain', 'default-user-open');
    expect(code).toBe(0);
    expect(stdout).toContain('as installed');
    expect(stdout).toContain('"noPassword": true');
  });

  it('brings the schemas of all that it writes', async () => {
    writeFileSync(
      join(folder, 'schemas.mjs'),
      `const names = ['audit', 'plan', 'proof', 'snapshot'];
const all = await Promise.all(names.map((name) => import(\`keyward/schemas/\${name}.schema.json\`, { with: { type: 'json' } })));
console.log(all.every(({ default: schema }) => schema.$schema.startsWith('https://json-schema.org/')));`,
    );
    const { stdout } = await run(process.execPath, ['schemas.mjs'], { cwd: folder });
    expect(stdout).toBe('true\n');
  });

  it('is a library too, with types', async () => {
    writeFileSync(
      join(folder, 'use.mjs'),
      `import { auditTargets, checks } from 'keyward';
import { createDecoder } from 'keyward/resp';
import { parseConf, printConf } from 'keyward/conf';
import { bundledCommands } from 'keyward/acl';
import { advisories } from 'keyward/catalog';
const conf = Buffer.from('port 6379\\n');
console.log(JSON.stringify([typeof auditTargets, checks.length > 100, Object.keys(checks[0].examples.bad).length > 0, typeof createDecoder(), Buffer.from(printConf(parseConf(conf))).equals(conf), (await bundledCommands('redis', '7.0.15')).commands.length > 200, advisories.length > 50]));`,
    );
    const { stdout } = await run(process.execPath, ['use.mjs'], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual(['function', true, true, 'object', true, true, true]);
    expect(readFileSync(join(installed, 'dist/types/index.d.ts'), 'utf8')).toContain('auditTargets');
  });
});

describe('the installed package closes a server', () => {
  let open: RunningServer;
  let target = '';
  /** Without a password: it needs none yet. */
  const tool = (...args: readonly string[]): Promise<Ran> =>
    keywardWith({ REDISCLI_AUTH: undefined }, ...args);
  const planned = async (name: string, ...more: readonly string[]): Promise<string> => {
    const { code, stderr } = await tool('plan', target, '--census', '0', '-o', name, ...more);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`wrote ${name}`)]);
    return (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { readonly id: string }).id;
  };
  /** What a stranger gets for a PING. */
  const stranger = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(open.port, '127.0.0.1', () => socket.write('PING\r\n'));
      socket.once('data', (data) => {
        resolve(data.toString().trim());
        socket.destroy();
      });
      socket.once('error', reject);
    });

  beforeAll(async () => {
    open = await matrixServer('redis-7.0').start(['protected-mode no', 'save 3600 1']);
    target = `redis://127.0.0.1:${open.port}`;
  });
  afterAll(() => open.stop());

  it('and its watchdog, a process of the package, opens it again without a confirmation', async () => {
    const before = readFileSync(open.configFile, 'utf8');
    await planned('unconfirmed.json');
    const { code, stderr } = await tool('apply', 'unconfirmed.json', '--confirm-within', '2');
    expect([code, stderr]).toEqual([0, expect.stringContaining('comes back by itself')]);
    expect(await stranger()).toContain('NOAUTH');
    await expect.poll(stranger, { timeout: 15_000, interval: 200 }).toBe('+PONG');
    await expect.poll(async () => (await tool('journals')).stdout, { timeout: 15_000 }).toContain('undone');
    expect(readFileSync(open.configFile, 'utf8')).toBe(before);
  }, 60_000);

  it('keeps it so when that is confirmed, proves it, and takes it back', async () => {
    const before = readFileSync(open.configFile, 'utf8');
    const id = await planned('plan.json');
    expect((await tool('apply', 'plan.json', '--secrets', 'secrets.json')).code).toBe(0);
    expect((await tool('confirm', id)).code).toBe(0);
    expect(await stranger()).toContain('NOAUTH');
    const proof = await tool('prove', target);
    expect([proof.code, proof.stdout]).toEqual([
      0,
      expect.stringMatching(/ held, 0 broken[\s\S]*Audited again/),
    ]);
    expect(await tool('undo', id)).toMatchObject({ code: 0 });
    expect(await stranger()).toBe('+PONG');
    expect(readFileSync(open.configFile, 'utf8')).toBe(before);
  }, 60_000);

  it('with an authority and certificates that it makes', async () => {
    const password = randomBytes(24).toString('hex');
    // On every address: what only this host reaches needs no TLS.
    const wide = await matrixServer('redis-7.0').start([
      'bind 0.0.0.0',
      `requirepass ${password}`,
      'save 3600 1',
    ]);
    try {
      const env = { REDISCLI_AUTH: password };
      const plain = `redis://127.0.0.1:${wide.port}`;
      const plan = await keywardWith(
        env,
        'plan',
        plain,
        '--policy',
        'strict',
        '--only',
        'tls',
        '--set',
        `tls-port=${wide.tlsPort}`,
        '-o',
        'tls.json',
      );
      expect([plan.code, plan.stdout]).toEqual([1, expect.stringContaining('a private authority')]);
      const applied = await keywardWith(env, 'apply', 'tls.json', '--confirm-within', '0');
      expect([applied.code, applied.stderr]).toEqual([
        0,
        expect.stringContaining('done, proved and confirmed'),
      ]);
      const [, port] = /^tls-port (\d+)/m.exec(readFileSync(wide.configFile, 'utf8')) ?? [];
      const ca = relative(folder, join(wide.dir, 'keyward-tls/ca.crt'));
      const { stdout } = await keywardWith(
        env,
        'audit',
        '--no-host',
        '--tls-ca',
        ca,
        `rediss://127.0.0.1:${port}`,
      );
      expect(stdout).toMatch(/over TLSv1\.3, as\s+user default/);
    } finally {
      await wide.stop();
    }
  }, 60_000);

  it.each(renderingNames)('for those who apply by other means too: %s', async (name) => {
    const { code, stdout, stderr } = await tool('plan', target, '--census', '0', '--as', name);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/keyward/i);
  });

  it('as a library', async () => {
    writeFileSync(
      join(folder, 'close.mjs'),
      `import { applyPlan, loadPlan, makePlan, makeRotation, provenAgain, renderPlan, undoPlan } from 'keyward';
import { writeFileSync } from 'node:fs';
const [target] = process.argv.slice(2);
const { plan } = await makePlan([target], { policy: 'essential', censusSeconds: 0 });
writeFileSync('library.json', JSON.stringify(plan));
const loaded = await loadPlan('library.json');
const { outcome, secrets } = await applyPlan(loaded.plan, { confirmWithin: 0 });
const proof = await provenAgain(plan.id, { audit: false });
const undone = await undoPlan(plan.id);
console.log(JSON.stringify([loaded.problem, outcome.kind, typeof secrets, proof.summary.broken, undone.kind, renderPlan(plan, { color: false, width: 80 }).includes('ALL OR NONE'), typeof makeRotation]));`,
    );
    const { stdout } = await run(process.execPath, ['close.mjs', target], {
      cwd: folder,
      env: { ...process.env, KEYWARD_STATE: join(folder, 'state') },
    });
    expect(JSON.parse(stdout)).toEqual([null, 'done', 'string', 0, 'undone', true, 'function']);
  }, 60_000);
});
