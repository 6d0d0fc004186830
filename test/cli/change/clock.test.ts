import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../../../src/engine/apply/index.ts';
import type { Entry, Outcome, World } from '../../../src/model/index.ts';
import { ask, converse } from '../../live/support/ask.ts';
import { idOf, loginIn, stageOf, until, watchdogsOf, type Stage } from './stage.ts';

let stage: Stage;
let path = '';
let before = '';
beforeAll(async () => {
  stage = await stageOf('valkey-8.1');
  before = await stage.look();
  path = await stage.plan();
}, 60_000);
afterAll(() => stage.end());

/** How the journal of this plan ended. */
const endOf = (plan: string): Promise<Outcome> =>
  until(`the end of ${plan}`, () => {
    const last = stage.journalOf(idOf(plan)).at(-1);
    return last?.entry === 'end' ? last.outcome : undefined;
  });

const noWatchdog = (): Promise<true> =>
  until('the watchdog goes', () => (watchdogsOf(stage).length === 0 ? true : undefined));

describe('what was applied', () => {
  it('comes back by itself where nobody confirms', async () => {
    const applied = await stage.applied(path, '--confirm-within', '1');
    expect([applied.code, applied.err]).toEqual([0, expect.stringMatching(/comes back by itself/)]);
    expect(await endOf(path)).toEqual({ kind: 'undone', why: 'nobody confirmed it in time' });
    expect(await stage.look()).toBe(before);
    await noWatchdog();
    expect(stage.litter()).toEqual([]);
    const { code, err } = await stage.run(['confirm', idOf(path)]);
    expect([code, err]).toEqual([2, expect.stringMatching(/not confirmed: it ended before: undone\n$/)]);
  }, 60_000);

  describe('and waits', () => {
    let plan = '';
    beforeEach(async () => {
      plan = stage.copyOf(path);
    });

    it('stays when it is confirmed in time, and its watchdog goes', async () => {
      expect((await stage.applied(plan, '--confirm-within', '60')).code).toBe(0);
      expect(watchdogsOf(stage)).toHaveLength(1);
      expect((await stage.run(['confirm', idOf(plan)])).code).toBe(0);
      await noWatchdog();
      expect(await ask({ port: stage.server.port }, 'PING')).toMatchObject({ kind: 'error' });
      expect((await stage.run(['undo', idOf(plan)])).code).toBe(0);
      expect(await stage.look()).toBe(before);
    }, 60_000);

    it('is not confirmed where a new login does not work, and comes back', async () => {
      expect((await stage.applied(plan, '--confirm-within', '6')).code).toBe(0);
      const server = await converse({ port: stage.server.port });
      await server.ask('AUTH', ...loginIn(stage.at('secrets.json'), 'admin'));
      await server.ask('ACL', 'SETUSER', 'app', 'resetpass', '>somebody-elses-0000');
      server.end();
      const { code, err } = await stage.run(['confirm', idOf(plan)]);
      expect([code, err]).toEqual([2, expect.stringMatching(/not confirmed: .*WRONGPASS/)]);
      expect(err).toMatch(/The clock runs on/);
      expect((await endOf(plan)).kind).toBe('undone');
      expect(await stage.look()).toBe(before);
    }, 60_000);

    it('is taken back at once by undo, and its watchdog goes', async () => {
      expect((await stage.applied(plan, '--confirm-within', '300')).code).toBe(0);
      expect((await stage.run(['undo', idOf(plan)])).code).toBe(0);
      expect(await stage.look()).toBe(before);
      await noWatchdog();
    }, 60_000);

    it('waits on where the terminal was closed: the watchdog lives, and puts it back in time', async () => {
      const run = stage.start([
        'apply',
        plan,
        '--confirm-within',
        '5',
        '--secrets',
        stage.at('secrets.json'),
      ]);
      await until('it is applied', () => (/everything was proved/.test(run.said()) ? true : undefined));
      for (const pid of watchdogsOf(stage)) process.kill(pid, 'SIGHUP');
      await run.ended;
      expect(watchdogsOf(stage)).toHaveLength(1);
      expect((await endOf(plan)).kind).toBe('undone');
      expect(await stage.look()).toBe(before);
    }, 60_000);
  });

  it('comes back also where its journals are in a folder that was named from here', async () => {
    const plan = stage.copyOf(path);
    const env = { KEYWARD_STATE: 'state' };
    const applied = await stage.run(['apply', plan, '--confirm-within', '1'], { env, cwd: stage.at('') });
    expect(applied.code, applied.err).toBe(0);
    expect((await endOf(plan)).kind).toBe('undone');
    expect(await stage.look()).toBe(before);
  }, 60_000);

  it.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)(
    'in part comes back where a terminal sends %s in the middle',
    async (signal) => {
      const plan = stage.copyOf(path);
      // It waits for this client, which does not move.
      const client = await converse({ port: stage.server.port });
      await client.ask('SET', 'still', 'here');
      const run = stage.start(['apply', plan, '--secrets', stage.at('secrets.json')]);
      await until('it waits', () => (/ waits: /.test(run.said()) ? true : undefined));
      run.child.kill(signal);
      await run.ended;
      expect((await endOf(plan)).kind).toBe('undone');
      expect(await client.ask('GET', 'still')).toBe('here');
      client.end();
      await until('all is back', async () => ((await stage.look()) === before ? true : undefined));
      await noWatchdog();
      expect(stage.litter()).toEqual([]);
    },
    60_000,
  );
});

describe('a date that jumps', () => {
  const at = '2026-05-01T12:00:00.000Z';
  const entries: readonly Entry[] = [
    {
      entry: 'begin',
      at,
      plan: {
        schema: 'keyward.plan/1',
        version: '0',
        id: 'p',
        madeAt: at,
        policy: 'essential',
        nodes: [],
        secrets: [],
        steps: [],
        held: [],
        unmet: [],
        previews: [],
        census: [],
        basis: [],
      },
      confirmWithin: 300,
      pid: 1,
      secretsFile: '/none',
    },
    { entry: 'applied', at, deadline: '2026-05-01T12:05:00.000Z' },
  ];
  const settledAt = async (now: string, expired = false): Promise<string> => {
    const said: Entry[] = [];
    const world = { now: () => now, clock: () => 0, pause: () => Promise.resolve() } as unknown as World;
    const journal = { append: async (entry: Entry) => void said.push(entry) };
    const { kind } = await settle(entries, world, journal, { expired });
    expect(said.some(({ entry }) => entry === 'undoing')).toBe(kind === 'undone');
    return kind;
  };

  it('over the deadline or behind the start counts as too late: undo is the safe side', async () => {
    expect(await settledAt('2026-05-01T12:04:59.000Z')).toBe('waiting');
    expect(await settledAt('2036-05-01T12:00:00.000Z')).toBe('undone');
    expect(await settledAt('2016-05-01T12:00:00.000Z')).toBe('undone');
  });

  it('back and forth within the time does not matter to who counts by a clock that only goes forward', async () => {
    expect(await settledAt('2026-05-01T12:00:01.000Z', true)).toBe('undone');
  });

  it('in the journal of a real apply does not shorten the time that the watchdog gives', async () => {
    const plan = stage.copyOf(path);
    expect((await stage.applied(plan, '--confirm-within', '8')).code).toBe(0);
    const journal = stage.at(`state/journals/${idOf(plan)}.jsonl`);
    const old = stage.journalOf(idOf(plan));
    // As if the date had jumped by years between the two.
    const jumped = old.map((entry) =>
      entry.entry === 'applied'
        ? { ...entry, at: '2001-01-01T00:00:00.000Z', deadline: '2001-01-01T00:00:08.000Z' }
        : entry,
    );
    writeFileSync(journal, jumped.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    await wait(600);
    expect(stage.journalOf(idOf(plan)).at(-1)?.entry).toBe('applied');
    expect((await endOf(plan)).kind).toBe('undone');
    expect(await stage.look()).toBe(before);
  }, 60_000);
});
