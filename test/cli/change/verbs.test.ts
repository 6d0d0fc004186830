import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Proof } from '../../../src/model/index.ts';
import { ask, converse } from '../../live/support/ask.ts';
import { matrixServer } from '../../live/support/servers.ts';
import { idOf, loginIn, stageOf, type Stage } from './stage.ts';

const proofSchema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../schemas/proof.schema.json'), 'utf8'),
) as object;
const isProof = new Ajv2020({ strict: false }).compile(proofSchema);

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));
const escapes = /\u001b/;

describe('a plan on its way: plan, apply, confirm, prove, undo', () => {
  let stage: Stage;
  let path = '';
  let id = '';
  let before = '';
  beforeAll(async () => {
    stage = await stageOf('redis-8.6');
    before = await stage.look();
    path = await stage.plan();
    id = idOf(path);
  }, 60_000);
  afterAll(() => stage.end());

  it('changes nothing when it is made, and nobody else can read the file', async () => {
    expect(await stage.look()).toBe(before);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is shown in 80 columns and without colours where there is no terminal', async () => {
    const { out, err, code } = await stage.run(['plan', stage.target, '--census', '0']);
    expect(code).toBe(1);
    expect(err).toBe('');
    expect(out).not.toMatch(escapes);
    const own = out.split('\n').filter((line) => !/^ +(---|\+\+\+|[-+ ]user |[-+ ]dir|ACL )/.test(line));
    expect(widest(own.join('\n'))).toBeLessThanOrEqual(80);
  });

  it('of a packet filter that cannot be planned is no success', async () => {
    const { code, out } = await stage.run(['firewall', 'allow', '10.0.0.0/8', stage.target, '--census', '0']);
    expect([code, out]).toEqual([2, expect.stringContaining('Nobody else reaches a port of it')]);
  });

  it('is applied, stays when it is confirmed, and can be proved by its id, its journal and the server', async () => {
    const applied = await stage.applied(path);
    expect([applied.code, applied.out]).toEqual([0, '']);
    expect(applied.err).toMatch(/applied, and everything was proved/);
    expect(applied.err).toContain(`keyward confirm ${id}`);
    expect(applied.err).not.toMatch(escapes);
    expect(statSync(stage.at('secrets.json')).mode & 0o777).toBe(0o600);
    expect(await ask({ port: stage.server.port }, 'PING')).toMatchObject({ kind: 'error' });

    const listed = await stage.run(['journals']);
    expect(listed.out).toMatch(new RegExp(`${id} +waits until \\d\\d:\\d\\d:\\d\\d`));
    const again = await stage.run(['apply', stage.copyOf(path)]);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('waits for its confirmation')]);

    const confirmed = await stage.run(['confirm', id]);
    expect([confirmed.code, confirmed.err]).toEqual([0, expect.stringMatching(/confirmed; it stays/)]);
    expect((await stage.run(['journals'])).out).toMatch(new RegExp(`${id} +done`));

    const proof = stage.at('proof.json');
    for (const what of [id, stage.at(`state/journals/${id}.jsonl`), stage.target]) {
      const { code, out } = await stage.run(['prove', what, '-o', proof, '--json']);
      expect(code, what).toBe(0);
      const value = JSON.parse(readFileSync(proof, 'utf8')) as Proof;
      expect(JSON.parse(out)).toEqual(value);
      expect(isProof(value), JSON.stringify(isProof.errors)).toBe(true);
      expect(value.summary.broken).toBe(0);
      expect(value.summary.held).toBeGreaterThan(10);
    }
    expect(statSync(proof).mode & 0o777).toBe(0o600);
  }, 60_000);

  it('is not applied a second time', async () => {
    const { code, err } = await stage.applied(path);
    expect([code, err]).toEqual([2, expect.stringMatching(/was applied before/)]);
  });

  it('leaves what somebody changed since, and puts back the rest', async () => {
    const server = await converse({ port: stage.server.port });
    await server.ask('AUTH', ...loginIn(stage.at('secrets.json'), 'admin'));
    await server.ask('ACL', 'SETUSER', 'app', '+keys');
    server.end();
    for (const attempt of [1, 2]) {
      const { code, err } = await stage.run(['undo', id]);
      expect([code, err], String(attempt)).toEqual([2, expect.stringMatching(/STUCK/)]);
      expect(err).toMatch(/^ {2}user app of n1: it was changed since/m);
      expect(err.split('\n').filter((line) => /changed since/.test(line))).toHaveLength(1);
    }
    expect(readFileSync(stage.server.configFile, 'utf8')).toBe(configOf(before));
    expect(JSON.stringify(await ask({ port: stage.server.port }, 'ACL', 'LIST'))).toMatch(
      /user app .*\+keys/,
    );
    await ask({ port: stage.server.port }, 'ACL', 'DELUSER', 'app');
    expect(await stage.look()).toBe(before);
    const ended = await stage.run(['undo', id]);
    expect([ended.code, ended.err]).toEqual([0, expect.stringMatching(/undone, everything is as it was/)]);
    expect(stage.litter()).toEqual([]);
  }, 60_000);

  it('leaves a file that somebody edited since', async () => {
    const second = await stage.plan();
    expect((await stage.applied(second, '--confirm-within', '0')).code).toBe(0);
    const edited = `${readFileSync(stage.server.configFile, 'utf8')}# mine, of the day after\n`;
    writeFileSync(stage.server.configFile, edited);
    const { code, err } = await stage.run(['undo', idOf(second)]);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining(`${stage.server.configFile}: it was changed since`),
    ]);
    expect(readFileSync(stage.server.configFile, 'utf8')).toBe(edited);
    expect(JSON.parse(await stage.look())[0]).toEqual(JSON.parse(before)[0]);
    // What was kept for good stands in nobody's way.
    writeFileSync(stage.server.configFile, configOf(before));
    chmodSync(stage.server.configFile, 0o600);
    expect(await stage.look()).toBe(before);
    const third = await stage.plan();
    expect((await stage.applied(third, '--confirm-within', '0')).code).toBe(0);
    expect((await stage.run(['undo', idOf(third)])).code).toBe(0);
    expect(await stage.look()).toBe(before);
  }, 60_000);
});

const configOf = (look: string): string => String((JSON.parse(look) as readonly unknown[])[2]);

/** Without a flag that some versions print from the second start on. */
const usersOf = (look: string): unknown =>
  JSON.parse(JSON.stringify((JSON.parse(look) as readonly unknown[])[0]).replaceAll(' sanitize-payload', ''));

describe('a server that was started anew since', () => {
  it.each(['redis-7.0', 'valkey-9.1'])(
    'is put back all the same (%s)',
    async (name) => {
      const stage = await stageOf(name);
      try {
        const before = await stage.look();
        const path = await stage.plan();
        expect((await stage.applied(path, '--confirm-within', '0')).code).toBe(0);
        const login = loginIn(stage.at('secrets.json'), 'admin');
        process.kill(stage.server.pid, 'SIGKILL');
        const again = await matrixServer(name).start(
          readFileSync(stage.server.configFile, 'utf8').trimEnd().split('\n'),
          {
            dir: stage.server.dir,
          },
        );
        expect(again.port).toBe(stage.server.port);
        expect(await stage.look(login)).toContain('user app');
        const { code, err } = await stage.run(['undo', idOf(path)]);
        expect([code, err]).toEqual([0, expect.stringMatching(/undone/)]);
        expect(usersOf(await stage.look())).toEqual(usersOf(before));
        expect(readFileSync(stage.server.configFile, 'utf8')).toBe(configOf(before));
        await again.stop();
      } finally {
        await stage.end();
      }
    },
    60_000,
  );
});

describe('what is asked for by name', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await stageOf('redis-7.0');
  });
  afterAll(() => stage.end());
  const kindsOf = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { out } = await stage.run(['plan', stage.target, '--census', '0', '--json', ...args]);
    return (JSON.parse(out) as { readonly steps: readonly { readonly kind: string }[] }).steps.map(
      ({ kind }) => kind,
    );
  };

  it('narrows the plan: a kind of step, what is left out, a severity, a policy', async () => {
    const only = await kindsOf('--only', 'protected-mode');
    expect(only.at(-1)).toBe('protected-mode');
    expect(only).not.toContain('files');
    expect(await kindsOf('--except', 'protected-mode,files')).not.toContain('protected-mode');
    expect(await kindsOf('--level', 'critical')).toEqual([]);
    const essential = await kindsOf('--policy', 'essential');
    expect((await kindsOf('--policy', 'strict')).length).toBeGreaterThanOrEqual(essential.length);
  }, 60_000);

  it('may name the password in the URL, which is gone from the process list before anything is sent', async () => {
    const secret = 'kw-canary-in-a-url-7c1f';
    for (const verb of ['plan', 'prove']) {
      const met = Promise.withResolvers<void>();
      const silent = createServer((socket) => {
        socket.on('error', () => socket.destroy());
        socket.once('data', () => met.resolve());
      });
      await new Promise<void>((resolve) => {
        silent.listen(0, '127.0.0.1', resolve);
      });
      const { port } = silent.address() as AddressInfo;
      const run = stage.start([verb, `redis://app:${secret}@127.0.0.1:${port}`]);
      await met.promise;
      expect(readFileSync(`/proc/${run.child.pid}/cmdline`, 'latin1')).toMatch(
        new RegExp(`^keyward ${verb}`),
      );
      run.child.kill('SIGKILL');
      await run.ended;
      silent.close();
      expect(run.said()).not.toContain(secret);
    }
  });

  it('comes in other forms, alone on standard output', async () => {
    const shell = await stage.run(['plan', stage.target, '--census', '0', '--as', 'shell']);
    expect([shell.code, shell.err]).toEqual([1, '']);
    expect(spawnSync('bash', ['-n'], { input: shell.out }).status).toBe(0);
  });

  it('is signed, and applied only as its signer left it', async () => {
    const key = stage.at('key');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const signers = stage.at('signers');
    writeFileSync(signers, `alice@example.org ${readFileSync(`${key}.pub`, 'utf8')}`);
    const nowhere = await stage.run(['plan', stage.target, '--census', '0', '--sign', key]);
    expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining('--sign needs --output')]);
    const path = await stage.plan('--sign', key, '--only', 'protected-mode');
    expect(existsSync(`${path}.sig`)).toBe(true);
    const who = ['--allowed-signers', signers, '--signer'];
    const before = await stage.look();

    const other = await stage.applied(path, ...who, 'mallory@example.org');
    expect(other.code).toBe(2);
    const unsigned = await stage.applied(stage.copyOf(path), ...who, 'alice@example.org');
    expect(unsigned.code).toBe(2);
    const edited = stage.copyOf(path, (plan) => plan);
    writeFileSync(`${edited}.sig`, readFileSync(`${path}.sig`));
    expect((await stage.applied(edited, ...who, 'alice@example.org')).code).toBe(2);
    expect((await stage.applied(path, '--allowed-signers', signers)).code).toBe(2);
    expect((await stage.applied(path, '--signer', 'alice@example.org')).code).toBe(2);
    expect(await stage.look()).toBe(before);

    const good = await stage.applied(path, ...who, 'alice@example.org', '--confirm-within', '0');
    expect([good.code, good.err]).toEqual([0, expect.stringMatching(/done, proved and confirmed/)]);
  }, 60_000);
});
