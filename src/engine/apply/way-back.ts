/**
 * Undo takes away logins that clients use by now. So before anything else goes back, what clients used before is opened
 * again beside it, they are told, and they get time to go back; only then their new users go. Whoever cannot be given
 * another way keeps the one that he has: an undo that locks people out would be no better than a plan that does.
 */
import type { Captured, Claim, Plan, Resource, World } from '../../model/index.ts';
import { reasonOf } from './reason.ts';
import { nameOf } from './resources-of.ts';

/** How clients find their way back to the logins from before. */
export interface WayBack {
  /** Tells them; whether there was anything to tell. May throw. May be called again. */
  readonly tell?: () => boolean;
  /** Milliseconds that they get; 10,000. */
  readonly patience?: number;
}

type User = Extract<Resource, { kind: 'user' }>;
/** What must hold before a user goes: nobody has him any more; nobody of those who came with the new password. */
type Farewell = 'unused' | 'moved';

/** Milliseconds between two looks, and in which an application has looked at its file again. */
const between = 250;
const enoughToRead = 2000;

/** Users of replicas and Sentinels: these come back by themselves, with the login that goes back with them. */
function usersOfLinks({ steps, secrets }: Plan): ReadonlySet<string> {
  const ids = steps.flatMap(({ does }) =>
    does.flatMap((action) =>
      ((action.do === 'set-setting' && action.name === 'masterauth') ||
        (action.do === 'set-sentinel' && action.option === 'auth-pass')) &&
      typeof action.value !== 'string'
        ? [action.value.secret]
        : [],
    ),
  );
  return new Set(secrets.filter(({ id }) => ids.includes(id)).map(({ user }) => user));
}

/** Users, by resource name, whom the plan made or gave a second password. */
function leavingOf(plan: Plan | undefined): ReadonlyMap<string, Farewell> {
  const leaving = new Map<string, Farewell>();
  const links = plan ? usersOfLinks(plan) : new Set();
  for (const { kind, undo } of plan?.steps ?? []) {
    const farewell =
      kind === 'user' || kind === 'administrator' ? 'unused' : kind === 'rotate-add' ? 'moved' : undefined;
    for (const resource of undo)
      if (farewell && resource.kind === 'user' && !(farewell === 'unused' && links.has(resource.user)))
        leaving.set(nameOf(resource), farewell);
  }
  return leaving;
}

export interface Farewells {
  /** Whether this one is a login that clients may have now, and had not before. */
  readonly leaves: (one: Captured) => boolean;
  /** Opens what was open before, tells clients, and waits for them; does nothing where that was done already. */
  readonly open: (attempts?: number) => Promise<void>;
  /** What this was made for the way back, where it was: what else it is now, somebody made it since. */
  readonly opened: (one: Captured) => Captured | undefined;
  /** Why a login has to stay: somebody uses it who has no other. */
  readonly needed: (one: Captured) => Promise<string | undefined>;
  /** Tells clients, where they were not; why that does not work. */
  readonly told: () => string | undefined;
}

/** Of all that is captured. `putBack` says why something is not as it was. */
export function farewells(
  captured: readonly Captured[],
  world: World,
  { plan, wayBack = {} }: { readonly plan?: Plan | undefined; readonly wayBack?: WayBack | undefined },
  putBack: (one: Captured, attempts?: number) => Promise<string | undefined>,
): Farewells {
  const leaving = leavingOf(plan);
  const first = new Map(captured.toReversed().map((one) => [nameOf(one.resource), one]));
  const last = new Map(captured.map((one) => [nameOf(one.resource), one]));
  const guests = [...first.values()].filter(({ resource }) => leaving.has(nameOf(resource)));
  // A user with a new password: with both, as before the old one went.
  const doors = [...last.values()].toReversed().flatMap((one) => {
    const name = nameOf(one.resource);
    if (one.resource.kind !== 'user') return [];
    if (!leaving.has(name)) return first.get(name) ?? [];
    return leaving.get(name) === 'moved' && first.get(name) !== one ? one : [];
  });
  const opened = new Map<string, Captured>();
  let done = guests.length === 0;
  let said: { readonly any: boolean } | undefined;

  const tell = (): string | undefined => {
    try {
      said ??= { any: wayBack.tell?.() ?? false };
      return undefined;
    } catch (error) {
      return `clients were not told their logins from before: ${reasonOf(error)}`;
    }
  };
  const inUse = async ({ resource }: Captured): Promise<boolean> => {
    const { node, user } = resource as User;
    const claim: Claim =
      leaving.get(nameOf(resource)) === 'moved'
        ? { claim: 'moved', node, user }
        : { claim: 'unused', node, user };
    return (await world.test(claim)).outcome === 'broken';
  };
  /** A server that does not answer has no clients either. */
  const isAway = async (one: Captured): Promise<boolean> =>
    world.capture(one.resource).then(
      ({ digest }) => digest === one.digest,
      () => true,
    );
  const wait = async (): Promise<void> => {
    const patience = wayBack.patience ?? 10_000;
    const began = world.clock();
    for (const guest of guests) {
      const stays = leaving.get(nameOf(guest.resource)) === 'moved';
      if (stays && said?.any !== true) continue;
      // A password that goes ends no connection: those who have it need time to read their file, and no more.
      const until = began + (stays ? Math.min(patience, enoughToRead) : patience);
      while (!(await isAway(guest)) && (await inUse(guest)) && world.clock() < until)
        await world.pause(between);
    }
  };

  return {
    leaves: ({ resource }) => leaving.has(nameOf(resource)),
    opened: ({ resource }) => opened.get(nameOf(resource)),
    open: async (attempts) => {
      if (done) return;
      let closed = false;
      for (const door of doors) {
        if ((await putBack(door, attempts)) === undefined) opened.set(nameOf(door.resource), door);
        else closed = true;
      }
      if (closed || tell() !== undefined) return;
      done = true;
      await wait();
    },
    needed: async (one) =>
      !done && !(await isAway(one)) && (await inUse(one))
        ? 'it has clients, and what they used before did not come back'
        : undefined,
    told: tell,
  };
}
