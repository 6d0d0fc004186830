import type { Entry, JournalSink, World } from '../../../../src/model/index.ts';
import type { Machine } from './machine.ts';

/** Where in a step it goes wrong, and how. */
export const faultPoints = [
  'before',
  'in the middle',
  'after',
  'lost reply',
  'kill -9 of us',
  'kill -9 of the server',
  // It is there again before anybody asks: all that tells is that it has what its files say.
  'kill -9 of the server, and back at once',
  'full disk',
  'read-only file',
  'unreachable host',
] as const;
export type FaultPoint = (typeof faultPoints)[number];

/** What goes wrong at one server among several. */
export const ofOneServer: ReadonlySet<FaultPoint> = new Set([
  'kill -9 of the server',
  'kill -9 of the server, and back at once',
  'unreachable host',
]);

export interface Fault {
  readonly point: FaultPoint;
  /** The action, counted from 1. */
  readonly at: number;
  readonly machine: Pick<Machine, 'kill' | 'freeze' | 'fillDisk' | 'emptyDisk' | 'readOnly'>;
}

export interface Faulty {
  readonly world: World;
  readonly journal: JournalSink;
  readonly entries: Entry[];
  /** We died: nothing more is done by this process. */
  readonly died: () => boolean;
  /** What goes on beside us, such as a supervisor that starts the server again; to be awaited before the next case. */
  readonly settled: () => Promise<unknown>;
  /** The world as it should be again, for whoever comes after. */
  readonly mend: () => void;
}

class Died extends Error {}

/** Milliseconds after which a host that was unreachable is there again, at the latest: else as soon as that showed. */
const longestOutage = 5000;
/** Milliseconds that a supervisor lets pass before it starts a server again. */
const rest = 30;

/** A real world in which one thing goes wrong. */
export function faulty(real: World, { point, at, machine }: Fault): Faulty {
  const entries: Entry[] = [];
  let dead = false;
  let performed = 0;
  let announced = 0;
  let beside: Promise<unknown> = Promise.resolve();
  const die = (): never => {
    dead = true;
    throw new Died('killed');
  };
  let noticed = (): void => {};
  const alive = async <T>(does: () => Promise<T>): Promise<T> => {
    if (dead) throw new Died('killed');
    try {
      return await does();
    } catch (error) {
      noticed();
      throw error;
    }
  };
  const journal: JournalSink = {
    append: async (entry) => {
      if (dead) throw new Died('killed');
      if (entry.entry === 'applied' && point === 'after') die();
      entries.push(entry);
      if (entry.entry === 'doing') announced += 1;
      if (entry.entry === 'doing' && announced === at && point === 'kill -9 of us') die();
    },
  };
  const world: World = {
    capture: (resource) => alive(() => real.capture(resource)),
    restore: (captured) => alive(() => real.restore(captured)),
    test: (claim) =>
      alive(async () => {
        const trial = await real.test(claim);
        if (trial.outcome !== 'held') noticed();
        return trial;
      }),
    now: () => real.now(),
    clock: () => real.clock(),
    pause: (milliseconds) => (dead ? Promise.resolve() : real.pause(Math.min(milliseconds, 100))),
    perform: (action) =>
      alive(async () => {
        performed += 1;
        if (performed !== at) return real.perform(action);
        switch (point) {
          case 'before':
            throw new Error('refused');
          case 'in the middle':
            await real.perform(action);
            return die();
          case 'lost reply':
            await real.perform(action);
            throw new Error('no answer came');
          case 'kill -9 of the server':
            await real.perform(action);
            beside = machine.kill(rest);
            return undefined;
          case 'kill -9 of the server, and back at once':
            await real.perform(action);
            return machine.kill(0);
          case 'unreachable host':
            await real.perform(action);
            machine.freeze(true);
            beside = new Promise((resolve) => {
              const late = setTimeout(() => noticed(), longestOutage);
              noticed = () => {
                clearTimeout(late);
                noticed = () => {};
                machine.freeze(false);
                resolve(undefined);
              };
            });
            return undefined;
          default:
            return real.perform(action);
        }
      }),
  };
  if (point === 'full disk') machine.fillDisk();
  if (point === 'read-only file') machine.readOnly(true);
  return {
    world,
    journal,
    entries,
    died: () => dead,
    settled: () => beside,
    mend: () => {
      noticed();
      if (point === 'full disk') machine.emptyDisk();
      if (point === 'read-only file') machine.readOnly(false);
    },
  };
}
