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
  'full disk',
  'read-only file',
  'unreachable host',
] as const;
export type FaultPoint = (typeof faultPoints)[number];

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

/** Milliseconds after which a host that was unreachable is there again. */
const outage = 300;

/** A real world in which one thing goes wrong at the action of that number, counted from 1. */
export function faulty(real: World, machine: Machine, point: FaultPoint, at: number): Faulty {
  const entries: Entry[] = [];
  let dead = false;
  let performed = 0;
  let announced = 0;
  let beside: Promise<unknown> = Promise.resolve();
  const die = (): never => {
    dead = true;
    throw new Died('killed');
  };
  const alive = <T>(does: () => Promise<T>): Promise<T> =>
    dead ? Promise.reject(new Died('killed')) : does();
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
    test: (claim) => alive(() => real.test(claim)),
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
            beside = machine.kill();
            return undefined;
          case 'unreachable host':
            await real.perform(action);
            machine.freeze(true);
            beside = new Promise((resolve) =>
              setTimeout(() => {
                machine.freeze(false);
                resolve(undefined);
              }, outage),
            );
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
      if (point === 'full disk') machine.emptyDisk();
      if (point === 'read-only file') machine.readOnly(false);
    },
  };
}
