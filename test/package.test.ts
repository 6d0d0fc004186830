import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../src/adapters/servers/index.ts';
import { reportNames } from '../src/index.ts';
import { makeCertificates, tlsDirectives, writeCertificates } from './live/support/certificates.ts';
import { matrixServer } from './live/support/servers.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'keyward-package-'));
const installed = join(folder, 'node_modules/keyward');
let server: RunningServer;

const keyward = async (
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> => {
  const cli = join(installed, 'dist/cli.js');
  try {
    const { stdout, stderr } = await run(process.execPath, [cli, ...args], {
      cwd: folder,
      maxBuffer: 64 << 20,
      env: { PATH: process.env.PATH, HOME: folder, REDISCLI_AUTH: 'secret123' },
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
