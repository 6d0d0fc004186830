/**
 * A world in memory that fails wherever it is told to, for the laws of apply. It knows a running server with settings,
 * users and sentinels, files, and a restart that makes the files come true; nothing of how apply works.
 */
import type {
  Action,
  Captured,
  Claim,
  Entry,
  JournalSink,
  Resource,
  Trial,
  World,
} from '../../model/index.ts';
import { nameOf } from './resources-of.ts';

/** What happens at one call, counted over the whole run. */
export type Fault =
  | 'refuses' // no effect, and an error
  | 'loses-the-reply' // the effect, and an error
  | 'does-nothing' // no effect, and no error: the server that answers OK
  | 'crash-before' // our process dies
  | 'crash-after'
  | 'server-dies' // what only the running server had is lost; it comes back with its files
  | 'clock-jumps';

export class Crash extends Error {}
/** One for all: where it was thrown tells nobody anything, and takes longer than all else. */
const killed = new Crash('killed');

/** State by resource name. `undefined` in files and users: there is none. */
export type Things = Map<string, string | undefined>;

export interface TestWorld {
  readonly world: World;
  readonly journal: JournalSink;
  readonly entries: Entry[];
  readonly things: Things;
  /** How many calls were made, journal and world together. */
  readonly calls: () => number;
  readonly crashed: () => boolean;
}

/** A setting that only a start can change. */
export const fixed = 'c';

const runtime: ReadonlySet<Resource['kind']> = new Set(['setting', 'user', 'sentinel']);

export interface Recovery {
  readonly things: Things;
  readonly entries: Entry[];
  readonly clock: number;
}

export function testWorld(
  faults: ReadonlyMap<number, Fault>,
  { things, entries, clock: start }: Recovery,
  holds: (claim: Claim, things: Things) => boolean,
): TestWorld {
  let calls = 0;
  let dead = false;
  let clock = start;
  const die = (): never => {
    dead = true;
    throw killed;
  };
  /** One call that has an effect, with the fault that is due. */
  const call = async <T>(effect: () => T, nothing: () => T): Promise<T> => {
    if (dead) throw killed;
    const fault = faults.get(calls++);
    clock += 1;
    switch (fault) {
      case undefined:
        return effect();
      case 'refuses':
        throw new Error('refused');
      case 'loses-the-reply':
        effect();
        throw new Error('no reply');
      case 'does-nothing':
        return nothing();
      case 'crash-before':
        return die();
      case 'crash-after':
        effect();
        return die();
      case 'server-dies':
        restart(things);
        throw new Error('the server closed the connection');
      case 'clock-jumps':
        clock += 1e9;
        return effect();
    }
  };
  const read = (resource: Resource): Captured => {
    const value = resource.kind === 'process' ? runsOf(things) : things.get(nameOf(resource));
    const text = value === undefined ? 'none' : `is ${value}`;
    return { resource, state: value === undefined ? {} : { value }, digest: text, fingerprint: text };
  };
  const write = (resource: Resource, value: string | undefined): void => {
    if (resource.kind === 'process') restart(things);
    else if (resource.kind === 'setting' && resource.name === fixed)
      throw new Error('it cannot be changed at runtime');
    else if (resource.kind !== 'saved') things.set(nameOf(resource), value);
  };
  const world: World = {
    capture: (resource) =>
      call(
        () => read(resource),
        () => read(resource),
      ),
    perform: (action) =>
      call(
        () => perform(action, things),
        () => undefined,
      ),
    restore: ({ resource, state }) =>
      call(
        () => write(resource, typeof state.value === 'string' ? state.value : undefined),
        () => undefined,
      ),
    test: async (claim): Promise<Trial> => {
      if (dead) throw killed;
      const outcome = holds(claim, things) ? 'held' : 'broken';
      return { claim, from: 'here', at: '', outcome, saw: outcome };
    },
    now: () => new Date(clock * 1000).toISOString(),
    clock: () => clock * 1000,
    pause: async (milliseconds) => {
      clock += milliseconds / 1000;
    },
  };
  const journal: JournalSink = {
    append: (entry) =>
      call(
        () => void entries.push(entry),
        () => void entries.push(entry),
      ),
  };
  return { world, journal, entries, things, calls: () => calls, crashed: () => dead };
}

/** Where a running thing has its place in a file, the file's word counts after a restart; else the default. */
export const runsOf = (things: Things): string => things.get('runs') ?? '0';

function restart(things: Things): void {
  things.set('runs', String(Number(runsOf(things)) + 1));
  for (const name of things.keys()) {
    if (name === 'runs') continue;
    if (!files.has(name)) files.set(name, fileOf(name));
    const file = files.get(name);
    if (file !== undefined) things.set(name, things.get(file));
  }
}

/** The file of a running thing, both by their names. There are few of them, and millions of restarts. */
const files = new Map<string, string | undefined>();

function fileOf(name: string): string | undefined {
  const resource = Object.fromEntries(JSON.parse(name) as [string, string][]) as unknown as Resource;
  return runtime.has(resource.kind)
    ? nameOf({ kind: 'file', node: resource.node, path: pathOf(resource) })
    : undefined;
}

/** One file a running thing, so that files and running state are both seen. */
export const pathOf = (resource: Resource): string =>
  `/${resource.kind}-${'name' in resource ? resource.name : 'user' in resource ? resource.user : 'option' in resource ? resource.option : ''}`;

const words = (value: unknown): string => JSON.stringify(value);

/** What an action sets, and to what: worked out once, since each is done many times. */
const effects = new WeakMap<Action, (things: Things) => void>();

export function perform(action: Action, things: Things): void {
  const known = effects.get(action);
  if (known) return known(things);
  const effect = effectOf(action);
  effects.set(action, effect);
  effect(things);
}

function effectOf(action: Action): (things: Things) => void {
  const { node } = action;
  const sets = (resource: Resource, value: string | undefined): ((things: Things) => void) => {
    const name = nameOf(resource);
    return (things) => void things.set(name, value);
  };
  switch (action.do) {
    case 'set-setting':
      return sets({ kind: 'setting', node, name: action.name }, words(action.value));
    case 'set-user':
      return sets({ kind: 'user', node, user: action.user }, words(action.rules));
    case 'delete-user':
      return sets({ kind: 'user', node, user: action.user }, undefined);
    case 'keep-user': {
      const user = nameOf({ kind: 'user', node, user: action.user });
      const file = nameOf({ kind: 'file', node, path: action.path });
      return (things) => void things.set(file, things.get(user));
    }
    case 'write-file':
      return sets({ kind: 'file', node, path: action.path }, action.text);
    case 'set-access':
      return sets({ kind: 'access', node, path: action.path }, action.mode);
    case 'restart':
      return restart;
    case 'set-sentinel': {
      const { master, option, value } = action;
      return sets({ kind: 'sentinel', node, master, option }, words(value));
    }
    case 'set-firewall': {
      const [port = 0] = action.ports;
      return sets({ kind: 'firewall', node, backend: action.backend, port }, words(action.allow));
    }
    case 'keep-firewall': {
      const { path, words: written, backend, allow } = action;
      const [port = 0] = action.ports;
      return sets({ kind: 'kept-firewall', node, path, words: written, backend, port }, words(allow));
    }
    case 'renew-links':
    case 'save':
    case 'edit-conf':
    case 'make-certificate':
      return () => {};
  }
}
