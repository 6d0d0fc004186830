import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { converse } from '../../live/support/ask.ts';
import { idOf, stageOf, until, watchdogsOf, type Stage } from './stage.ts';

describe('two Keywards at once', () => {
  let stage: Stage;
  let path = '';
  let before = '';
  beforeAll(async () => {
    stage = await stageOf('redis-7.0');
    path = await stage.plan();
    before = await stage.look();
  }, 60_000);
  afterAll(() => stage.end());

  it('on one server: one does its work, the other refuses and changes nothing', async () => {
    const client = await converse({ port: stage.server.port });
    await client.ask('SET', 'still', 'here');
    const first = stage.start(['apply', path, '--secrets', stage.at('secrets.json')]);
    await until('it waits', () => (/ waits: /.test(first.said()) ? true : undefined));
    const second = stage.copyOf(path);
    for (const args of [
      ['apply', second],
      ['undo', idOf(path)],
      ['confirm', idOf(path)],
    ]) {
      const { code, err } = await stage.run(args);
      expect([code, err], args[0]).toEqual([
        2,
        expect.stringMatching(/another Keyward|is at work on this server/),
      ]);
    }
    const listed = await stage.run(['journals']);
    expect(listed.out).toMatch(/ at work /);
    client.end();
    expect(await first.ended, first.said()).toBe(0);
    expect((await stage.run(['confirm', idOf(path)])).code).toBe(0);
    expect((await stage.run(['undo', idOf(path)])).code).toBe(0);
    expect(await stage.look()).toBe(before);
  }, 60_000);

  it('begun in the same instant, of one plan or of two: at most one is done', async () => {
    for (const same of [true, false]) {
      const plan = stage.copyOf(path);
      const other = same ? plan : stage.copyOf(path);
      const results = await Promise.all(
        [plan, other].map((one) => stage.run(['apply', one, '--confirm-within', '300'])),
      );
      const codes = results.map(({ code }) => code).toSorted();
      expect(codes, results.map(({ err }) => err).join('\n')).toEqual([0, 2]);
      expect(results.find(({ code }) => code === 2)?.err).toMatch(/refused, nothing was changed/);
      const done = results[0]?.code === 0 ? plan : other;
      expect((await stage.run(['undo', idOf(done)])).code).toBe(0);
      expect(await stage.look()).toBe(before);
    }
  }, 60_000);

  it('that confirm and undo in the same instant: it is kept or put back, and never half', async () => {
    for (let round = 0; round < 3; round++) {
      const plan = stage.copyOf(path);
      expect((await stage.applied(plan, '--confirm-within', '300')).code).toBe(0);
      await Promise.all(['confirm', 'undo'].map((verb) => stage.run([verb, idOf(plan)])));
      const { code } = await stage.run(['undo', idOf(plan)]);
      expect(code).toBe(0);
      expect(await stage.look()).toBe(before);
      expect(stage.journalOf(idOf(plan)).at(-1)).toMatchObject({ outcome: { kind: 'undone' } });
    }
    await until('the watchdogs go', () => (watchdogsOf(stage).length === 0 ? true : undefined));
    expect(stage.litter()).toEqual([]);
  }, 60_000);
});
