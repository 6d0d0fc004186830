/** `keyward rotate` as a person runs it: what it says, and how it ends. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSecrets } from '../../../src/adapters/journal/secrets-file.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { keyward } from '../../cli/keyward.ts';
import { converse } from '../support/ask.ts';
import { matrix } from '../support/servers.ts';

const operator = 'Operator-0f-the-test';
const old = 'the-0ld-password-of-app';
const kind = matrix.find(({ atLeast }) => atLeast(7, 0));
const [oldest] = matrix.filter(({ atLeast }) => !atLeast(6, 0));
if (kind === undefined) console.warn('skipped: no server with users in .cache/servers');

describe.skipIf(kind === undefined)('keyward rotate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-rotate-'));
  const secrets = join(folder, 'secrets.json');
  let server: RunningServer;
  let target = '';
  const rotate = (...words: readonly string[]) =>
    keyward(['rotate', '--user', 'operator', '--password-env', 'OPERATOR', ...words], {
      env: { OPERATOR: operator, KEYWARD_STATE: join(folder, 'state') },
      patience: 30_000,
    });
  const letsIn = async (password: string): Promise<boolean> => {
    const conversation = await converse({ port: server.port });
    const answer = JSON.stringify(await conversation.ask('AUTH', 'app', password));
    conversation.end();
    return !answer.includes('WRONGPASS');
  };

  beforeAll(async () => {
    if (kind === undefined) return;
    server = await kind.start([
      `user operator on >${operator} ~* &* +@all`,
      `user app on >${old} ~* &* +@all -@admin -@dangerous`,
      'user open on nopass ~* +get',
      'user default resetpass off',
    ]);
    target = `redis://127.0.0.1:${server.port}`;
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows the steps with --dry-run, and does none: exit 1, since there is something to do', async () => {
    const before = readFileSync(server.configFile, 'utf8');
    const { code, out, err } = await rotate('app', target, '--secrets', secrets, '--dry-run');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain('user app gets a second password');
    expect(out).toContain('user app has the new password only');
    expect(readFileSync(server.configFile, 'utf8')).toBe(before);
    expect(existsSync(secrets)).toBe(false);
    expect(await letsIn(old)).toBe(true);
  });

  it.each([
    ['nobody', () => [target], /has no user nobody/],
    ['open', () => [target], /user open needs no password \(nopass\)/],
    ['app', () => [target, 'redis://127.0.0.1:1'], /127\.0\.0\.1:1/],
    ['app', () => [target, '--watch', 'long'], /number of seconds/],
    ['app', () => [target, '--patience', '-1'], /number of seconds/],
  ] as const)('refuses, and says why: %s', async (user, words, why) => {
    const { code, err } = await rotate(user, ...words());
    expect([code, err]).toEqual([2, expect.stringMatching(why)]);
    expect(await letsIn(old)).toBe(true);
  });

  it.skipIf(oldest === undefined)('refuses where a server knows one password at a time', async () => {
    const ancient = await oldest?.start([`requirepass ${operator}`]);
    if (!ancient) return;
    const { code, err } = await keyward(
      ['rotate', 'default', `redis://127.0.0.1:${ancient.port}`, '--password-env', 'OPERATOR'],
      { env: { OPERATOR: operator, KEYWARD_STATE: join(folder, 'state') } },
    );
    await ancient.stop();
    expect([code, err]).toEqual([2, expect.stringContaining('knows one password at a time')]);
  });

  it('takes it back where somebody does not move in time: exit 1', async () => {
    const client = await converse({ port: server.port });
    await client.ask('AUTH', 'app', old);
    const before = readFileSync(server.configFile, 'utf8');
    const { code, err } = await rotate('app', target, '--secrets', secrets, '--patience', '1');
    client.end();
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('everything is as it was: 1 connections from before'),
    ]);
    expect(existsSync(secrets)).toBe(false);
    expect(readFileSync(server.configFile, 'utf8')).toBe(before);
    expect(await letsIn(old)).toBe(true);
  }, 40_000);

  it('replaces the password, and shows it to nobody: exit 0', async () => {
    const { code, out, err } = await rotate('app', target, '--secrets', secrets, '--watch', '0.5');
    expect([code, err]).toEqual([0, expect.stringContaining('done, proved and confirmed')]);
    const password = readSecrets(secrets)?.secrets['user:app']?.password ?? '';
    expect(statSync(secrets).mode & 0o777).toBe(0o600);
    expect(await letsIn(password)).toBe(true);
    expect(await letsIn(old)).toBe(false);
    expect(`${out}${err}`).not.toContain(password);
    expect(readFileSync(server.configFile, 'utf8')).not.toContain(password);
  });

  it('replaces it again, in the same file', async () => {
    const before = readSecrets(secrets)?.secrets['user:app']?.password ?? '';
    const { code } = await rotate('app', target, '--secrets', secrets, '--watch', '0');
    expect(code).toBe(0);
    const after = readSecrets(secrets)?.secrets['user:app']?.password ?? '';
    expect(after).not.toBe(before);
    expect([await letsIn(before), await letsIn(after)]).toEqual([false, true]);
  });
});
