/** Keyward killed at any instant, by `kill -9`, on real servers: the old state or the new one, and nothing in the way. */
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { converse } from '../support/ask.ts';
import { matrixServer } from '../support/servers.ts';
import { idOf, loginIn, stageOf, until, watchdogsOf, weak, type Stage } from '../../cli/change/stage.ts';

const instants = process.env.KEYWARD_DEEP ? 40 : 3;
const acls = [...weak, 'user metrics on >metrics-9b1d0a44c1 ~* +info'];

/** An odd spread, so that two servers and two runs do not stop at the same places. */
const fractionOf = (index: number): number => ((index * 0.618_034) % 1) * 0.95 + 0.02;

const standing = (stage: Stage, id: string): string | undefined =>
  existsSync(stage.at(`state/journals/${id}.jsonl`)) ? stage.journalOf(id).at(-1)?.entry : undefined;

/** Passwords of what was undone are not used again. */
const withoutHashes = (look: string): string => look.replaceAll(/#[0-9a-f]{64}/g, '#');

describe.each([
  ['redis-6.0', weak],
  ['redis-8.6', acls],
  ['valkey-9.1', weak],
])('kill -9 while a plan is applied to %s', (name, conf) => {
  let stage: Stage;
  let path = '';
  let before = '';
  let after = '';
  let takes = 0;
  beforeAll(async () => {
    stage = await stageOf(name, conf);
    path = await stage.plan();
    before = await stage.look();
    const whole = stage.copyOf(path);
    const begun = performance.now();
    const { code, err } = await stage.applied(whole, '--confirm-within', '0');
    takes = performance.now() - begun;
    if (code !== 0) throw new Error(err);
    after = withoutHashes(await stage.look(loginIn(stage.at('secrets.json'), 'admin')));
    if ((await stage.run(['undo', idOf(whole)])).code !== 0) throw new Error('not undone');
  }, 120_000);
  afterAll(() => stage.end());

  /** Kills it after a part of its time, and gives the plan's id. */
  async function killedAt(fraction: number, alsoWatchdog: boolean): Promise<string> {
    const plan = stage.copyOf(path);
    const run = stage.start(['apply', plan, '--confirm-within', '1', '--secrets', stage.at('secrets.json')]);
    await wait(takes * fraction);
    run.child.kill('SIGKILL');
    if (alsoWatchdog) for (const pid of watchdogsOf(stage)) process.kill(pid, 'SIGKILL');
    await run.ended;
    return idOf(plan);
  }

  it(`at ${instants} instants: the watchdog puts everything back`, async () => {
    for (let index = 0; index < instants; index++) {
      const id = await killedAt(fractionOf(index), false);
      // Whoever was killed before anything was done has left no journal, or an empty one.
      await until(`${name} ${index}: the watchdog has gone`, () =>
        watchdogsOf(stage).length === 0 ? true : undefined,
      );
      expect(await stage.look(), `instant ${index}`).toBe(before);
      expect([undefined, 'end'], `instant ${index}`).toContain(standing(stage, id));
    }
    await cleanNow();
  }, 300_000);

  it('and the watchdog as well: the next run finishes', async () => {
    for (let index = 0; index < Math.ceil(instants / 3); index++) {
      const id = await killedAt(0.5 + fractionOf(index + 3) / 2, true);
      const now = standing(stage, id);
      if (now !== undefined && now !== 'end' && index % 2 === 0) {
        const { code, err } = await stage.run(['undo', id]);
        expect([code, err], `instant ${index} after ${now}`).toEqual([0, expect.stringMatching(/undone/)]);
      } else {
        const { code, err } = await stage.applied(stage.copyOf(path), '--confirm-within', '0');
        if (code === 2) {
          // It was applied whole, and its second is not over yet.
          expect(err).toMatch(/waits for its confirmation/);
          expect((await stage.run(['undo', id])).code).toBe(0);
        } else {
          expect(code, err).toBe(0);
          expect(withoutHashes(await stage.look(loginIn(stage.at('secrets.json'), 'admin')))).toBe(after);
          const done = (await stage.run(['journals'])).out.split('\n').find((line) => / done /.test(line));
          expect((await stage.run(['undo', done?.split(/\s+/)[1] ?? ''])).code).toBe(0);
        }
      }
      expect(await stage.look(), `instant ${index} after ${now}`).toBe(before);
    }
    await cleanNow();
  }, 300_000);

  /** One whole run more: nothing that the killed ones left stands in its way. */
  async function cleanNow(): Promise<void> {
    // Logins that were just being written are taken away by a later run, when nobody can be writing them any more.
    for (const folder of [stage.at(''), stage.at('state/journals')])
      for (const name of [...readdirSync(folder), '.keyward-secrets-0123456789abcdef01'])
        if (name.startsWith('.keyward-secrets-')) {
          writeFileSync(join(folder, name), '{}', { flag: 'a', mode: 0o600 });
          utimesSync(join(folder, name), 1, 1);
        }
    const last = stage.copyOf(path);
    expect((await stage.applied(last, '--confirm-within', '0')).code).toBe(0);
    expect((await stage.run(['undo', idOf(last)])).code).toBe(0);
    expect(await stage.look()).toBe(before);
    expect(stage.litter()).toEqual([]);
    const server = await converse({ port: stage.server.port });
    expect(await server.ask('PING')).toMatchObject({ text: 'PONG' });
    server.end();
  }
});

describe('kill -9 of an undo', () => {
  it('days later: what somebody changed since stays, also when it is gone on with; the rest comes back', async () => {
    const stage = await stageOf('valkey-8.0');
    try {
      const before = await stage.look();
      const path = await stage.plan();
      for (let index = 0; index < Math.ceil(instants / 2); index++) {
        const plan = stage.copyOf(path);
        expect((await stage.applied(plan, '--confirm-within', '0')).code).toBe(0);
        const server = await converse({ port: stage.server.port });
        await server.ask('AUTH', ...loginIn(stage.at('secrets.json'), 'admin'));
        expect(await server.ask('ACL', 'SETUSER', 'app', '+keys')).toMatchObject({ text: 'OK' });
        const theirs = /user app [^"]*/.exec(JSON.stringify(await server.ask('ACL', 'LIST')))?.[0] ?? '';
        server.end();
        const undo = stage.start(['undo', idOf(plan)]);
        await until('it begins', () =>
          stage.journalOf(idOf(plan)).some(({ entry }) => entry === 'undoing') || undo.child.exitCode !== null
            ? true
            : undefined,
        );
        await wait(index * 12);
        undo.child.kill('SIGKILL');
        await undo.ended;
        // The next run of anything that changes this server, or undo once more.
        const next =
          index % 2 === 0
            ? await stage.run(['undo', idOf(plan)])
            : await stage.applied(stage.copyOf(path), '--confirm-within', '0');
        expect(next.code, next.err).toBe(2);
        const users = JSON.stringify((JSON.parse(await stage.look()) as readonly unknown[])[0]);
        expect(users, next.err).toContain(theirs);
        expect(users, next.err).not.toContain('user admin');
        expect(configOf(await stage.look())).toBe(configOf(before));
        const open = await converse({ port: stage.server.port });
        await open.ask('ACL', 'DELUSER', 'app');
        open.end();
        expect(await stage.look()).toBe(before);
      }
      expect(stage.litter().filter((name) => !name.endsWith('.lock'))).toEqual([]);
    } finally {
      await stage.end();
    }
  }, 300_000);
});

describe('a server that dies in the middle', () => {
  it('has its old files, and is as it was once it runs again', async () => {
    const stage = await stageOf('redis-8.0');
    try {
      const before = await stage.look();
      const path = await stage.plan();
      // Apply waits for this client, which does not move.
      const client = await converse({ port: stage.server.port });
      await client.ask('SET', 'still', 'here');
      const run = stage.start(['apply', path, '--patience', '3', '--secrets', stage.at('secrets.json')]);
      await until('it waits', () => (/ waits: /.test(run.said()) ? true : undefined));
      process.kill(stage.server.pid, 'SIGKILL');
      client.end();
      expect(await run.ended).toBe(2);
      expect(run.said()).toMatch(/STUCK/);
      const conf = readFileSync(stage.server.configFile, 'utf8');
      expect(conf).toBe(configOf(before));
      const again = await matrixServer('redis-8.0').start(conf.trimEnd().split('\n'), {
        dir: stage.server.dir,
      });
      const end = await until('the watchdog has put it back', () => {
        const last = stage.journalOf(idOf(path)).at(-1);
        return last?.entry === 'end' && last.outcome.kind !== 'stuck' ? last.outcome.kind : undefined;
      });
      expect(end).toBe('undone');
      expect((await stage.look()).replaceAll(' sanitize-payload', '')).toBe(
        before.replaceAll(' sanitize-payload', ''),
      );
      await until('the watchdog has gone', () => (watchdogsOf(stage).length === 0 ? true : undefined));
      expect(stage.litter()).toEqual([]);
      await again.stop();
    } finally {
      await stage.end();
    }
  }, 120_000);
});

const configOf = (look: string): string => String((JSON.parse(look) as readonly unknown[])[2]);
