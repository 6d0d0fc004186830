/** Canaries go the whole way, as passwords given, generated and found in files; then they are looked for everywhere. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderingNames } from '../../../src/index.ts';
import type { Ran } from '../keyward.ts';
import { idOf, processesWith, stageOf, until, watchdogsOf, weak, type Stage } from './stage.ts';

const canary = (what: string): string => `kw-canary-${what}-${randomBytes(9).toString('hex')}`;

describe('a secret', () => {
  const given = canary('given');
  const ofApp = canary('app');
  const ofMaster = canary('master');
  const found = [given, ofApp, ofMaster];
  const said: string[] = [];
  let stage: Stage;
  const stop = new AbortController();
  let looking: Promise<void>;
  const seenInProc = new Set<string>();
  let looks = 0;

  /** All that can be read of our processes by others (command lines), and of the watchdog by its owner (environment). */
  const lookAtProcesses = (): void => {
    looks += 1;
    for (const pid of processesWith(process.execPath)) {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        seenInProc.add(words);
        if (!words.includes('watchdog')) continue;
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
        if (environment.includes(stage.at('state'))) seenInProc.add(`watchdog ${environment}`);
      } catch {
        // Gone.
      }
    }
  };

  beforeAll(async () => {
    stage = await stageOf('redis-8.0', [
      ...weak,
      `requirepass ${given}`,
      `user app on >${ofApp} ~* &* +@all`,
      `masterauth ${ofMaster}`,
    ]);
    looking = (async () => {
      while (!stop.signal.aborted) {
        lookAtProcesses();
        // Half of what the shortest of our processes lives.
        await new Promise((resolve) => {
          setTimeout(resolve, 80);
        });
      }
    })();
  });
  afterAll(async () => {
    stop.abort();
    await looking;
    await stage.end();
  });

  const run = async (
    args: readonly string[],
    how: 'variable' | 'file' | 'wrong' = 'variable',
  ): Promise<Ran> => {
    const password = how === 'wrong' ? `${given}-not` : given;
    const file = stage.at('password');
    writeFileSync(file, `${given}\n`, { mode: 0o600 });
    const ran = await stage.run(
      how === 'file' ? [...args, '--password-file', file] : args,
      how === 'file' ? {} : { env: { REDISCLI_AUTH: password } },
    );
    said.push(ran.out, ran.err);
    return ran;
  };

  it('is in no output, no file but those of 0600 that are for it, and no process of ours', async () => {
    const path = stage.at('plan.json');
    mkdirSync(stage.at('out'));
    const target = [stage.target, '--census', '0', '--policy', 'strict'];
    expect((await run(['plan', ...target, '-o', path, '-v'])).code).toBe(1);
    expect((await run(['plan', ...target, '--json'], 'file')).code).toBe(1);
    for (const form of renderingNames) await run(['plan', ...target, '--as', form]);
    expect((await run(['plan', ...target], 'wrong')).code).toBe(2);
    expect((await run(['apply', path, '--secrets', stage.at('logins.json')], 'wrong')).code).not.toBe(0);
    const applied = await run(['apply', path, '--secrets', stage.at('logins.json')], 'file');
    expect(applied.code, applied.err).toBe(0);
    expect(watchdogsOf(stage)).toHaveLength(1);
    const id = idOf(path);
    const generated = Object.values(
      (
        JSON.parse(readFileSync(stage.at('logins.json'), 'utf8')) as {
          secrets: Record<string, { password: string }>;
        }
      ).secrets,
    ).map(({ password }) => password);
    expect(generated.length).toBeGreaterThan(0);
    expect((await run(['confirm', id])).code).toBe(0);
    expect((await run(['prove', id, '-o', stage.at('out/proof.json'), '--json'])).code).toBe(0);
    await run(['prove', stage.target, '-v'], 'wrong');
    await run(['journals']);
    await run(['undo', id]);
    await run(['apply', path]);
    await until('the watchdog goes', () => (watchdogsOf(stage).length === 0 ? true : undefined));
    stop.abort();
    await looking;

    const all = [...found, ...generated];
    expect(looks).toBeGreaterThan(50);
    expect([...seenInProc].some((text) => text.includes('watchdog'))).toBe(true);
    const files = [path, stage.at('out/proof.json')].map((file) => readFileSync(file, 'utf8'));
    for (const secret of all) {
      for (const text of [...said, ...files, ...seenInProc])
        expect(text.includes(secret), text.slice(0, 400)).toBe(false);
    }
    // Of all files that Keyward wrote, only these hold any, and nobody else may read them.
    const holders = filesIn(stage.at('')).filter((file) => {
      const text = readFileSync(file, 'latin1');
      return all.some(
        (secret) => text.includes(secret) || text.includes(Buffer.from(secret).toString('base64')),
      );
    });
    for (const file of holders) {
      expect(statSync(file).mode & 0o777, file).toBe(0o600);
      expect(file).toMatch(/(logins\.json|password|\.jsonl|\.secrets\.json|secrets-before\.json)$/);
    }
  }, 300_000);
});

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
