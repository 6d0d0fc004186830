import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { completePlan } from '../../../../test/complete-plan.ts';
import { checkPlan } from '../../../engine/plan-check/index.ts';
import { loadPlan, planFrom } from './load-plan.ts';
import { asPlan } from './plan-shape.ts';

const runs = process.env['KEYWARD_DEEP'] ? 10_000 : 300;
const folder = mkdtempSync(join(tmpdir(), 'keyward-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = JSON.stringify(completePlan, null, 2);
const load = (content: string | Buffer): ReturnType<typeof loadPlan> => {
  const path = join(folder, 'plan.json');
  writeFileSync(path, content);
  return loadPlan(path);
};
const problemOf = async (content: string | Buffer): Promise<string> => {
  const loaded = await load(content);
  return 'problem' in loaded ? loaded.problem.replace(`${folder}/`, '') : 'no problem';
};

describe('a plan from a file', () => {
  it('comes back as it was saved', async () => {
    expect(await load(text)).toEqual({ plan: completePlan });
    expect(await planFrom(Buffer.from(text), 'plan.json')).toEqual({ plan: completePlan });
  });

  it.each<readonly [string, string | Buffer, string]>([
    ['no JSON', '{\n  "schema": "keyward.plan/1",\n  oops\n}', 'plan.json is no JSON, at line 3, column 3'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'plan.json is no JSON: it is not UTF-8'],
    ['nothing', '', 'plan.json is no JSON'],
    [
      'something else',
      '[]',
      'plan.json is no plan (schema keyward.plan/1): make a new one with keyward plan -o',
    ],
    [
      'a snapshot',
      '{"schema":"keyward.snapshot/1"}',
      'plan.json is no plan (schema keyward.plan/1) but of schema keyward.snapshot: make a new one with keyward plan -o',
    ],
    [
      'a plan of tomorrow',
      '{"schema":"keyward.plan/2"}',
      'plan.json is a plan of another format (2; this Keyward reads 1): apply it with the Keyward that made it, or make a new one with keyward plan -o',
    ],
    ['a plan too deep', '['.repeat(40), 'plan.json is nested deeper than any plan (32 levels)'],
    [
      'half a plan',
      '{"schema":"keyward.plan/1"}',
      'plan.json is no plan as Keyward makes them, it lacks "version": make a new one with keyward plan -o',
    ],
    [
      'two answers to one question',
      text.replace('"policy": "strict"', '"policy": "essential",\n  "poli\\u0063y": "strict"'),
      'plan.json says one thing twice, at line 7, column 3: which of both counts would not be clear to everybody',
    ],
    [
      'a plan that does more than plans do',
      text.replaceAll('"maxmemory"', '"logfile"'),
      'plan.json is a plan that is not applied, step s2, set-setting logfile: no plan sets logfile: the server writes there: make a new one with keyward plan -o',
    ],
  ])('is refused in a sentence when it is %s', async (_, content, said) => {
    expect(await problemOf(content)).toBe(said);
  });

  it('is refused when there is none, or it is no file', async () => {
    expect(await loadPlan(join(folder, 'none'))).toEqual({
      problem: `${folder}/none cannot be read (ENOENT)`,
    });
    expect(await loadPlan(folder)).toEqual({
      problem: `${folder} is not a file: make a new one with keyward plan -o`,
    });
  });

  it('says hostile text in letters that can be printed', async () => {
    const said = await problemOf(text.replace('"title"', '"\\u001b[2J"'));
    expect(said).toContain('/steps/0 ');
    expect(said).not.toContain('\u001b');
  });
});

type Holder = Record<string, unknown>;

/** All places of a value, as paths. */
function* pathsOf(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) yield* pathsOf(part, [...path, name]);
}
const places = [...pathsOf(completePlan)];
const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (one, name) => (typeof one === 'object' && one !== null ? (one as Holder)[name] : undefined),
    value,
  );

const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    1e300,
    true,
    [],
    {},
    '/etc/shadow',
    '../x',
    'a b',
    '\u001b[2J',
    '\0',
    '__proto__',
    { secret: 'x' },
  ),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 2 }),
);

const mutation = fc.oneof(
  fc.constantFrom(...places).map((path) => ({ do: 'delete', path }) as const),
  fc
    .tuple(fc.constantFrom(...places), hostile)
    .map(([path, value]) => ({ do: 'replace', path, value }) as const),
  fc.constantFrom(...places).map((path) => ({ do: 'duplicate', path }) as const),
  // A part of the plan in place of another: of the right shape more often than not.
  fc
    .tuple(fc.constantFrom(...places), fc.constantFrom(...places))
    .map(([path, from]) => ({ do: 'move', path, from }) as const),
);

function mutate(plan: unknown, change: typeof mutation extends fc.Arbitrary<infer T> ? T : never): void {
  const holder = at(plan, change.path.slice(0, -1));
  const name = change.path.at(-1) ?? '';
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, name)) return;
  const list = Array.isArray(holder) ? holder : undefined;
  const one = holder as Holder;
  switch (change.do) {
    case 'delete':
      if (list) list.splice(Number(name), 1);
      else Reflect.deleteProperty(one, name);
      break;
    case 'replace':
      one[name] = change.value;
      break;
    case 'duplicate':
      if (list) list.splice(Number(name), 0, structuredClone(one[name]));
      else one[`${name}x`] = one[name];
      break;
    case 'move':
      one[name] = structuredClone(at(completePlan, change.from));
      break;
  }
}

describe('a plan that somebody has changed', () => {
  it(`is refused with words, or may be applied; never anything else (${runs} mutations)`, async () => {
    const count = { refused: 0, unsafe: 0, fine: 0 };
    const told = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (changes) => {
        const plan: unknown = structuredClone(completePlan);
        for (const change of changes) mutate(plan, change);
        const loaded = await planFrom(Buffer.from(JSON.stringify(plan)), 'plan.json');
        const shaped = asPlan(JSON.parse(JSON.stringify(plan)));
        if ('plan' in loaded) {
          count.fine++;
          expect(loaded.plan).toEqual(JSON.parse(JSON.stringify(plan)));
          expect(checkPlan(loaded.plan)).toEqual([]);
          return;
        }
        count['plan' in shaped ? 'unsafe' : 'refused']++;
        told.add(loaded.problem);
        expect(loaded.problem).toMatch(/^plan\.json (?:is|says) .{10,}$/);
        expect(loaded.problem).not.toMatch(/[\p{Cc}\p{Cf}]|undefined|\[object/u);
        expect(loaded.problem.length).toBeLessThan(1500);
      }),
      { numRuns: runs },
    );
    // All three ways were gone.
    expect(Math.min(count.refused, count.unsafe, count.fine)).toBeGreaterThan(runs / 100);
    expect(told.size).toBeGreaterThan(runs / 10);
  }, 600_000);

  it('is told as one, whatever bytes it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.uint8Array({ maxLength: 4 }),
        fc.nat(3),
        async (place, bytes, gone) => {
          const whole = Buffer.from(text);
          const cut = Buffer.concat([whole.subarray(0, place), bytes, whole.subarray(place + gone)]);
          const loaded = await planFrom(cut, 'plan.json');
          if ('problem' in loaded) expect(loaded.problem).toMatch(/^plan\.json (?:is|says|holds) /);
        },
      ),
      { numRuns: runs },
    );
  }, 600_000);
});
