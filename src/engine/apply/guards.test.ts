import { expect, it } from 'vitest';
import type { Plan, Trial, World } from '../../model/index.ts';
import { apply } from './apply.ts';
import { testWorld } from './world-of-tests.ts';

const plan = {
  schema: 'keyward.plan/1',
  nodes: [],
  secrets: [],
  steps: [
    {
      id: 's1',
      kind: 'plain-port',
      node: 'n1',
      title: 'a step',
      does: [],
      undo: [],
      guard: [{ claim: 'unused', node: 'n1', port: 6379 }],
      proves: [],
    },
  ],
  basis: [],
} as unknown as Plan;

/** Whether it is applied where the guard is not to be told for so many looks. */
async function appliedAfter(looks: number): Promise<string> {
  const { world, journal } = testWorld(new Map(), { things: new Map(), entries: [], clock: 1e6 }, () => true);
  let left = looks;
  const listed: World = {
    ...world,
    test: async (claim): Promise<Trial> => ({
      ...(await world.test(claim)),
      outcome: left-- > 0 ? 'untried' : 'held',
    }),
  };
  const options = { patience: 10_000, confirmWithin: 60, pid: 1, secretsFile: '/secrets' };
  return (await apply(plan, listed, journal, options)).kind;
}

it('a guard looks again where somebody who is just going is still listed, and not for ever', async () => {
  expect(await appliedAfter(2)).toBe('applied');
  expect(await appliedAfter(100)).toBe('undone');
});
