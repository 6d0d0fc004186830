/** Nobody is locked out by an undo: what happens in which order, and who stays where there is no other way. */
import { describe, expect, it } from 'vitest';
import type { Action, Captured, Claim, Plan, Step, StepKind, World } from '../../model/index.ts';
import { nameOf, resourcesOf } from './resources-of.ts';
import { undo } from './undo.ts';
import { perform, testWorld, type Things } from './world-of-tests.ts';

const node = 'n1';
const setUser = (user: string, ...rules: readonly string[]): Action => ({
  do: 'set-user',
  node,
  user,
  rules,
});
const step = (kind: StepKind, does: readonly Action[]): Step => ({
  id: kind,
  kind,
  node,
  title: '',
  checks: [],
  does,
  undo: does.flatMap(resourcesOf),
  guard: [],
  proves: [],
  risk: { level: 'none' },
  closes: [],
  needs: 'server',
});
const planOf = (...steps: readonly Step[]): Plan => ({
  schema: 'keyward.plan/1',
  version: '0',
  id: 'p',
  madeAt: '',
  policy: 'essential',
  nodes: [],
  secrets: [],
  steps,
  held: [],
  unmet: [],
  previews: [],
  census: [],
  basis: [],
});
const closing = planOf(
  step('administrator', [setUser('admin', 'on')]),
  step('user', [setUser('app', 'on')]),
  step('close-default', [setUser('default', 'off')]),
);
const rotation = planOf(
  step('rotate-add', [setUser('app', 'old', 'new')]),
  step('rotate-remove', [setUser('app', 'new')]),
);
const userName = (user: string): string => nameOf({ kind: 'user', node, user });

/** A world in which the plan was done; what happens in it from then on is told, in order. */
async function after(
  plan: Plan,
  users: Readonly<Record<string, string>>,
  holds: (claim: Claim, told: readonly string[]) => boolean,
) {
  const things: Things = new Map(Object.entries(users).map(([user, is]) => [userName(user), is]));
  const { world: real, journal } = testWorld(new Map(), { things, entries: [], clock: 0 }, (claim) =>
    holds(claim, events),
  );
  const captured: Captured[] = [];
  for (const { does, undo: resources } of plan.steps) {
    for (const resource of resources) captured.push(await real.capture(resource));
    for (const action of does) perform(action, things);
  }
  const events: string[] = [];
  const world: World = {
    ...real,
    restore: async (one) => {
      const { resource, state } = one;
      events.push(
        `${'user' in resource ? resource.user : resource.kind} ${typeof state.value === 'string' ? state.value : 'goes'}`,
      );
      await real.restore(one);
    },
    pause: async (milliseconds) => {
      if (events.at(-1) !== 'waits') events.push('waits');
      await real.pause(milliseconds);
    },
  };
  const tell = (): boolean => events.push('told') > 0;
  return { things, captured, world, journal, events, tell };
}

describe('undo', () => {
  it('opens what was open, tells the clients, waits until they have gone, and only then takes their user away', async () => {
    let looks = 0;
    const { captured, world, journal, events, tell } = await after(
      closing,
      { default: 'open' },
      (claim) => claim.claim !== 'unused' || !('user' in claim) || claim.user !== 'app' || ++looks > 3,
    );
    const outcome = await undo(captured, world, journal, 'asked', { plan: closing, wayBack: { tell } });
    expect(outcome).toEqual({ kind: 'undone', why: 'asked' });
    expect(events).toEqual(['default open', 'told', 'waits', 'app goes', 'admin goes']);
  });

  it('waits no longer than it may', async () => {
    const { captured, world, journal, events, tell } = await after(closing, { default: 'open' }, () => false);
    const began = world.clock();
    await undo(captured, world, journal, 'asked', { plan: closing, wayBack: { tell, patience: 3000 } });
    expect(world.clock() - began).toBeLessThan(3000 + 60_000);
    expect(events.slice(-2)).toEqual(['app goes', 'admin goes']);
  });

  it('leaves a user to those who have no other way, and says so', async () => {
    const { captured, world, journal, events, tell, things } = await after(
      closing,
      { default: 'open' },
      (claim) => !('user' in claim) || claim.user !== 'app',
    );
    const stubborn: World = {
      ...world,
      restore: async (one) => {
        if ('user' in one.resource && one.resource.user === 'default') throw new Error('refused');
        await world.restore(one);
      },
    };
    const outcome = await undo(captured, stubborn, journal, 'asked', { plan: closing, wayBack: { tell } });
    expect(outcome).toMatchObject({
      kind: 'stuck',
      left: [
        { resource: { user: 'default' }, why: 'refused' },
        { resource: { user: 'app' }, why: 'it has clients, and what they used before did not come back' },
      ],
    });
    expect(events).not.toContain('told');
    expect(things.get(userName('app'))).toBeDefined();

    expect(await undo(captured, world, journal, 'again', { plan: closing, wayBack: { tell } })).toMatchObject(
      { kind: 'undone' },
    );
    expect(events.slice(-4)).toEqual(['default open', 'told', 'waits', 'app goes']);
  });

  it('lets both passwords in while clients go back to the old one', async () => {
    const old = JSON.stringify(['old']);
    const { captured, world, journal, events, tell } = await after(
      rotation,
      { app: old },
      (claim, told) => claim.claim !== 'moved' || told.includes('waits'),
    );
    await undo(captured, world, journal, 'asked', { plan: rotation, wayBack: { tell } });
    expect(events).toEqual([`app ${JSON.stringify(['old', 'new'])}`, 'told', 'waits', `app ${old}`]);
  });

  it('ends as stuck where the clients cannot be told, with all the rest as it was', async () => {
    const { captured, world, journal, things } = await after(closing, { default: 'open' }, () => true);
    const tell = (): boolean => {
      throw new Error('the disk is full');
    };
    const outcome = await undo(captured, world, journal, 'asked', { plan: closing, wayBack: { tell } });
    expect(outcome).toMatchObject({
      kind: 'stuck',
      left: [{ why: 'clients were not told their logins from before: the disk is full' }],
    });
    expect(things.get(userName('default'))).toBe('open');
    expect(things.get(userName('app'))).toBeUndefined();
  });

  it('leaves what somebody changes while clients have time to go, and says so', async () => {
    const { captured, world, journal, things, events, tell } = await after(
      closing,
      { default: 'open' },
      (claim) => claim.claim !== 'unused' || events.includes('waits'),
    );
    const since = new Map<string, Captured>();
    for (const { resource } of captured) since.set(nameOf(resource), await world.capture(resource));
    const meddled: World = {
      ...world,
      pause: async (milliseconds) => {
        things.set(userName('default'), 'with a password of theirs');
        await world.pause(milliseconds);
      },
    };
    const outcome = await undo(captured, meddled, journal, 'asked', {
      plan: closing,
      left: since,
      careful: true,
      wayBack: { tell },
    });
    expect(outcome).toMatchObject({
      kind: 'stuck',
      left: [{ resource: { user: 'default' }, why: expect.stringContaining('changed since') }],
    });
    expect(things.get(userName('default'))).toBe('with a password of theirs');
    expect(things.get(userName('app'))).toBeUndefined();
  });

  it('takes what its own start made of a server for nobody’s change', async () => {
    const restarting = planOf(
      ...closing.steps,
      step('restart', [{ do: 'restart', node, by: { kind: 'relaunch' } }]),
    );
    // The running server and its file were of two minds before: a start alone does not bring `live` back.
    const { captured, world, journal, things, tell } = await after(
      restarting,
      { default: 'live' },
      () => true,
    );
    things.set(nameOf({ kind: 'file', node, path: '/user-default' }), 'as the file has it');
    const since = new Map<string, Captured>();
    for (const one of captured) since.set(nameOf(one.resource), await world.capture(one.resource));
    const options = { plan: restarting, left: since, careful: true, wayBack: { tell } };
    expect(await undo(captured, world, journal, 'asked', options)).toMatchObject({ kind: 'undone' });
    expect(things.get(userName('default'))).toBe('live');
  });
});
