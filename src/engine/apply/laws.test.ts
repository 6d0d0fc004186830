/** Apply is all or nothing, whatever fails and whenever we are killed: random plans, random faults. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action, Claim, Plan, Resource, Step, StepKind } from '../../model/index.ts';
import { apply } from './apply.ts';
import { confirm } from './confirm.ts';
import { nameOf, resourcesOf } from './resources-of.ts';
import { settle } from './settle.ts';
import { fixed, pathOf, perform, testWorld, type Fault, type Things } from './world-of-tests.ts';

const runs = process.env.KEYWARD_DEEP ? 1_000_000 : 100_000;
const node = 'n1';

const setting: fc.Arbitrary<Resource> = fc
  .constantFrom('a', 'b')
  .map((name) => ({ kind: 'setting', node, name }));
const fixedSetting: fc.Arbitrary<Resource> = fc.constant({ kind: 'setting', node, name: fixed });
const user: fc.Arbitrary<Resource> = fc
  .constantFrom('u', 'v')
  .map((name) => ({ kind: 'user', node, user: name }));

const value = fc.constantFrom('1', '2', '3');
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    do: fc.constant('set-setting'),
    node: fc.constant(node),
    name: fc.constantFrom('a', 'b'),
    value,
  }),
  fc.record({
    do: fc.constant('set-user'),
    node: fc.constant(node),
    user: fc.constantFrom('u', 'v'),
    rules: fc.array(value, { maxLength: 2 }),
  }),
  fc.record({ do: fc.constant('delete-user'), node: fc.constant(node), user: fc.constantFrom('u', 'v') }),
  user.map((one): Action => {
    const name = 'user' in one ? one.user : '';
    return { do: 'keep-user', node, user: name, path: pathOf(one), file: 'conf' };
  }),
  fc
    .tuple(fc.oneof(setting, fixedSetting, user), value)
    .map(([one, text]): Action => ({ do: 'write-file', node, path: pathOf(one), text, mode: '0600' })),
  fc.record({ do: fc.constant('set-access'), node: fc.constant(node), path: fc.constant('/f'), mode: value }),
  fc.constant<Action>({ do: 'restart', node, by: { kind: 'relaunch' } }),
  fc.constant<Action>({ do: 'save', node, by: 'acl-save' }),
) as fc.Arbitrary<Action>;

/**
 * Who changes a file minds what runs too: a server that dies comes back with the new file. What can be changed at
 * runtime is put back there; for the rest the process counts.
 */
const twinOf = (one: Action): readonly Resource[] =>
  one.do === 'write-file' || one.do === 'keep-user'
    ? all
        .filter((resource) => pathOf(resource) === one.path)
        .map((resource) =>
          'name' in resource && resource.name === fixed
            ? { kind: 'process', node, by: { kind: 'relaunch' } }
            : resource,
        )
    : [];

/** Kinds that undo treats alike, and those of users who go, for whom it waits. */
const kind = fc.constantFrom<StepKind>('setting', 'user', 'rotate-add', 'rotate-remove');

type Drawn = readonly [StepKind, readonly Action[]];

const step = ([kindOf, does]: Drawn, index: number): Step => ({
  id: `s${index}`,
  kind: kindOf,
  node,
  title: 'a step',
  checks: [],
  does,
  undo: does.flatMap((one) => [...resourcesOf(one), ...twinOf(one)]),
  guard: [],
  // Stands for whatever a real step proves: that the world is as it should be after it.
  proves: [{ claim: 'answers', node: `s${index}` }],
  risk: { level: 'none' },
  closes: [],
  needs: 'server',
});

const planOf = (steps: readonly Drawn[]): Plan => ({
  schema: 'keyward.plan/1',
  version: '0',
  id: 'p',
  madeAt: '',
  policy: 'essential',
  nodes: [],
  secrets: [],
  steps: steps.map(step),
  held: [],
  unmet: [],
  previews: [],
  census: [],
  basis: [],
});

const fault = fc.constantFrom<Fault>(
  'refuses',
  'loses-the-reply',
  'does-nothing',
  'crash-before',
  'crash-after',
  'server-dies',
  'clock-jumps',
);

const all: readonly Resource[] = [
  { kind: 'setting', node, name: 'a' },
  { kind: 'setting', node, name: 'b' },
  { kind: 'setting', node, name: fixed },
  { kind: 'user', node, user: 'u' },
  { kind: 'user', node, user: 'v' },
];

const running = all.map((resource) => nameOf(resource));
const inFiles = all.map((resource) => nameOf({ kind: 'file', node, path: pathOf(resource) }));
const access = nameOf({ kind: 'access', node, path: '/f' });

const start = fc
  .array(fc.option(value, { nil: undefined }), { minLength: 5, maxLength: 5 })
  .map((values): Things => {
    const things: Things = new Map();
    for (const [index, text] of values.entries()) {
      // A server that was just started: what it runs with is what stands in its files.
      things.set(running[index] ?? '', text);
      things.set(inFiles[index] ?? '', text);
    }
    things.set(access, 'old');
    return things;
  });

const shown = (things: Things): string => {
  const texts: string[] = [];
  for (const [name, is] of things) if (name !== 'runs' && is !== undefined) texts.push(`${name} ${is}`);
  return texts.toSorted().join('\n');
};

const scenario = fc.record({
  things: start,
  steps: fc.array(fc.tuple(kind, fc.array(action, { minLength: 1, maxLength: 3 })), {
    minLength: 1,
    maxLength: 4,
  }),
  // Clients that never go, and a file of theirs that cannot be written.
  busy: fc.nat(7).map((one) => one === 0),
  deaf: fc.nat(7).map((one) => one === 0),
  faults: fc.array(fc.tuple(fc.nat(60), fault), { maxLength: 2 }),
  later: fc.array(fc.tuple(fc.nat(30), fc.constantFrom<Fault>('crash-before', 'crash-after')), {
    maxLength: 1,
  }),
  confirms: fc.boolean(),
});

const options = { patience: 1000, confirmWithin: 60, pid: 1, secretsFile: '/secrets' };

describe('apply', () => {
  it(`ends in the old state or the new one, or says what is left (${runs} random plans and faults)`, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ things: given, steps, faults, later, confirms, busy, deaf }) => {
        const things: Things = new Map(given);
        const old = shown(things);
        const plan = planOf(steps);
        const states = statesOf(plan, given);
        const holds = (claim: Claim, now: Things): boolean =>
          claim.node.startsWith('s') ? shown(now) === states.get(claim.node) : !busy;
        const tell = (): boolean => {
          if (deaf) throw new Error('the disk is full');
          return true;
        };
        const wayBack = { tell, patience: 250 };
        const first = testWorld(new Map(faults), { things, entries: [], clock: 1e6 }, holds);
        const applied = await apply(plan, first.world, first.journal, { ...options, wayBack }).catch(
          () => undefined,
        );
        let outcome: string | undefined = first.crashed() ? undefined : applied?.kind;
        const { entries } = first;

        if (outcome === 'applied') {
          expect(shown(things)).toBe(states.get(`s${steps.length - 1}`));
          if (confirms) {
            const then = testWorld(new Map(), { things, entries, clock: 2e6 }, holds);
            outcome = (await confirm(entries, then.world, then.journal)).kind;
            expect(outcome).toBe('done');
            return;
          }
          outcome = undefined;
        }
        // The watchdog, or the next run; it may be killed too, and the one after it goes on.
        for (const faultsOfRun of [new Map<number, Fault>(later), new Map<number, Fault>()]) {
          if (outcome !== undefined) break;
          const next = testWorld(faultsOfRun, { things, entries, clock: 3e9 }, holds);
          const settled = await settle(entries, next.world, next.journal, { wayBack }).catch(() => undefined);
          if (!next.crashed()) outcome = settled?.kind;
        }
        expect(outcome).toBeOneOf(['undone', 'refused', 'stuck']);
        if (outcome === 'stuck') {
          const next = testWorld(new Map(), { things, entries, clock: 4e9 }, holds);
          expect((await settle(entries, next.world, next.journal)).kind).toBe('undone');
        }
        expect(shown(things)).toBe(old);
      }),
      { numRuns: runs },
    );
  }, 600_000);
});

/** What the world looks like after each step where nothing fails. */
function statesOf({ steps }: Plan, old: Things): ReadonlyMap<string, string> {
  const things: Things = new Map(old);
  return new Map(
    steps.map(({ id, does }) => {
      for (const one of does) perform(one, things);
      return [id, shown(things)];
    }),
  );
}
