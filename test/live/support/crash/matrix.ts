/**
 * Every kind of step, on every server, with everything that can go wrong at every place of it: what is there in the end
 * is the old state or the new one, never another. The disks are real, and so are the signals.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createWorld } from '../../../../src/adapters/apply/index.ts';
import { localPlace } from '../../../../src/adapters/place/index.ts';
import type { Secret } from '../../../../src/adapters/journal/secrets-file.ts';
import { apply, settle } from '../../../../src/engine/apply/index.ts';
import type {
  Entry,
  JournalSink,
  Plan,
  Resource,
  State,
  Step,
  StepKind,
} from '../../../../src/model/index.ts';
import { matrix, type MatrixServer } from '../servers.ts';
import { owedBy } from './coverage.ts';
import { faultPoints, faulty, ofOneServer, type Fault } from './faults.ts';
import { canMount, type Machine } from './machine.ts';
import { planOf, type Site, type Weakness } from './site.ts';

const deep = process.env['KEYWARD_DEEP'] !== undefined;

export interface Tried {
  /** File of `test/live`, without its ending, as the coverage names it. */
  readonly as: string;
  /** Cases where every server of the matrix is there. */
  readonly least: number;
  /** Only steps of these kinds are tried; the others are done, for these rest on them, and tried elsewhere. */
  readonly kinds?: readonly StepKind[];
  /** Steps of one kind that are tried on one server, 1 if absent: those beyond differ in no more than a name. */
  readonly most?: number;
}

const secretsOf = ({ secrets }: Plan): ReadonlyMap<string, Secret> =>
  new Map(secrets.map(({ id, user }) => [id, { user, password: randomBytes(24).toString('base64url') }]));

/** Some steps of a plan, as a plan. */
const only = (plan: Plan, steps: readonly Step[]): Plan => ({ ...plan, steps, basis: [] });

/**
 * Steps that are done and undone by themselves. What only a start makes true goes together with that start: no undo of
 * the start alone brings back a server that has not seen its new file.
 */
function groupsOf(plan: Plan): readonly (readonly Step[])[] {
  const waits = ({ undo }: Step): boolean => undo.some(({ kind }) => kind === 'process');
  const waiting = plan.steps.filter(waits);
  return [
    ...plan.steps.filter((step) => !waits(step)).map((step) => [step]),
    ...(waiting.length > 0 ? [waiting] : []),
  ];
}

/** The tests of one weakness. */
export function crashMatrix(weakness: Weakness, tried: Tried): void {
  const { name, unless } = weakness;
  const servers = matrix.filter((server) => unless?.(server) === undefined);
  const cases: StepKind[] = [];
  const what = `every step of a server that has ${name}, with everything going wrong`;
  describe.skipIf(!canMount)(canMount ? what : `${what} (skipped: disks are mounted by root only)`, () => {
    // Most of the time is waiting: for servers to start, and for those that do not answer.
    it.concurrent.each(servers)('$name', { timeout: 1_800_000 }, async (server) => {
      const site = await weakness.begin(server);
      try {
        const kinds = await allSteps(server, site, weakness, tried);
        cases.push(...kinds);
        expect([...new Set(kinds)]).toEqual(expect.arrayContaining([...owedBy(tried.as, server)]));
      } finally {
        await Promise.all(site.machines.map((machine) => machine.stop()));
      }
    });

    afterAll(() => {
      const count = (kind: StepKind): string => `${kind} ${cases.filter((one) => one === kind).length}`;
      const kinds = [...new Set(cases)].map(count).join(', ');
      console.log(`crash matrix, ${name}: ${cases.length} cases on ${servers.length} servers: ${kinds}`);
      if (matrix.length >= 9) expect(cases.length).toBeGreaterThanOrEqual(tried.least);
      else
        console.log(`crash matrix: ${matrix.length} servers of 9, so ${tried.least} cases are not asked for`);
    });
  });
}

async function allSteps(
  server: MatrixServer,
  site: Site,
  weakness: Weakness,
  { kinds, most = 1 }: Tried,
): Promise<readonly StepKind[]> {
  const plan = await planOf(site, weakness.plan);
  const done: StepKind[] = [];
  const world = openerOf(site, plan);
  const look = lookerAt(site, plan, world);
  const often = new Map<StepKind, number>();
  const isTried = ({ kind }: Step): boolean => {
    often.set(kind, (often.get(kind) ?? 0) + 1);
    return deep || ((kinds?.includes(kind) ?? true) && (often.get(kind) ?? 0) <= most);
  };
  for (const steps of groupsOf(plan)) {
    const group = only(plan, steps);
    const wanted = steps.map((step) => isTried(step));
    if (wanted.every((one) => !one)) {
      await cleanly(group, world);
      continue;
    }
    const old = await look();
    const undoIt = await cleanly(group, world);
    const target = await look();
    await undoIt();
    expect(await look(), `${server.name}, ${titles(steps)}: not taken back`).toEqual(old);
    let before = 0;
    for (const [index, step] of steps.entries()) {
      for (const fault of wanted[index] ? faultsOf(site, step, before) : []) {
        const where = `${server.name}, ${step.kind} (${titles(steps)}), ${fault.point} at ${fault.at}`;
        const { ended, entries } = await oneCase(group, fault, world);
        const now = await look();
        if (ended === 'applied') expect(now, `${where}: not the new state`).toEqual(target);
        else {
          expect(ended, where).toBe('undone');
          expect(now, `${where}: not the old state`).toEqual(old);
        }
        done.push(step.kind);
        if (ended !== 'applied') continue;
        await takeBack(entries, world);
        expect(await look(), `${where}: not taken back`).toEqual(old);
      }
      before += step.does.length;
    }
    // The next step finds what this one left.
    await cleanly(group, world);
  }
  return done;
}

/** At its first action, and at each of them in a deep run; at each server that it is about. */
function faultsOf({ machines }: Site, step: Step, before: number): readonly Fault[] {
  const about = new Set([step.node, ...[...step.guard, ...step.proves].map(({ node }) => node)]);
  const own = machineAt(machines, step.node);
  const others = [...about].filter((node) => node !== step.node).map((node) => machineAt(machines, node));
  return step.does.flatMap((_, index) =>
    index > 0 && !deep
      ? []
      : faultPoints.flatMap((point) =>
          [own, ...(ofOneServer.has(point) ? others : [])].map((machine) => ({
            point,
            machine,
            at: before + index + 1,
          })),
        ),
  );
}

function machineAt(machines: readonly Machine[], node: string): Machine {
  const machine = machines[Number(node.slice(1)) - 1];
  if (!machine) throw new Error(`no machine is ${node}`);
  return machine;
}

const titles = (steps: readonly Step[]): string => steps.map(({ title }) => title).join('; ');

const options = { patience: 10_000, confirmWithin: 3600, pid: process.pid, secretsFile: '/nowhere' };
type OpenWorld = ReturnType<typeof createWorld>;
/** Milliseconds that a server gets to answer; where one goes away, those that show that it has. */
type Opener = (timeout?: number) => OpenWorld;
const short = 1000;

function openerOf({ login = {}, tls, place }: Site, plan: Plan): Opener {
  const secrets = secretsOf(plan);
  return (timeout = 10_000) =>
    createWorld({
      nodes: plan.nodes,
      login,
      tls: tls ?? { insecure: false },
      secrets,
      timeout,
      patience: 10_000,
      place: place ?? (() => localPlace()),
    });
}

/** Everything that the plan touches, as it is now. */
function lookerAt({ beforeLook }: Site, { steps }: Plan, world: Opener): () => Promise<readonly string[]> {
  const resources = distinct(steps.flatMap(({ undo }) => undo));
  return async () => {
    await beforeLook?.();
    const eye = world();
    try {
      const digests: string[] = [];
      for (const resource of resources) {
        // With what it is of, to be seen where it differs. Who may not ask sees what he is told.
        digests.push(
          `${JSON.stringify(resource)} ${await eye.capture(resource).then(
            ({ digest, state }) => textOf(state) ?? digest,
            (error: Error) => error.message,
          )}`,
        );
      }
      return digests;
    } finally {
      await eye.close();
    }
  };
}

/** Applies a plan where nothing goes wrong, and says how to take it back. */
async function cleanly(plan: Plan, world: Opener): Promise<() => Promise<void>> {
  const entries: Entry[] = [];
  const journal: JournalSink = { append: async (entry) => void entries.push(entry) };
  const one = world();
  await lookedBefore(plan, one);
  const outcome = await apply(plan, one, journal, options);
  await one.close();
  expect(outcome, `${plan.steps[0]?.title}: ${JSON.stringify(outcome)}`).toMatchObject({ kind: 'applied' });
  return () => takeBack(entries, world);
}

/** As an earlier step of the whole plan would have: who is to have moved is measured from there. */
async function lookedBefore({ steps }: Plan, world: OpenWorld): Promise<void> {
  for (const { undo } of steps) for (const resource of undo) await world.capture(resource);
}

async function takeBack(entries: Entry[], world: Opener): Promise<void> {
  const journal: JournalSink = { append: async (entry) => void entries.push(entry) };
  const one = world();
  const settled = await settle(entries, one, journal, { takeBack: 'the test goes on' });
  await one.close();
  expect(settled).toMatchObject({ kind: 'undone' });
}

/**
 * A file as text, with the words of each user in order: servers before 7.2 write the commands that a category stands
 * for in the order of a table that is another one at each start.
 */
function textOf(seen: State): string | undefined {
  const { file } = seen as {
    readonly file?: {
      readonly bytes: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };
  };
  if (!file) return undefined;
  const access = `${file.mode.toString(8)} ${file.uid}:${file.gid}`;
  const bytes = Buffer.from(file.bytes, 'base64').toString('latin1');
  // Keys and certificates are made anew, and never the same.
  if (bytes.startsWith('-----BEGIN')) return `${access} ${bytes.slice(0, 30)}`;
  const lines = bytes.split('\n');
  const text = lines.map((line) => (line.startsWith('user ') ? line.split(' ').toSorted().join(' ') : line));
  return `${access}\n${text.join('\n')}`;
}

async function oneCase(
  plan: Plan,
  fault: Fault,
  world: Opener,
): Promise<{ readonly ended: string; readonly entries: Entry[] }> {
  const first = world(fault.point === 'unreachable host' ? short : undefined);
  await lookedBefore(plan, first);
  const { world: broken, journal, entries, died, settled, mend } = faulty(first, fault);
  const outcome = await apply(plan, broken, journal, options);
  mend();
  await settled();
  await first.close();
  const kind = died() ? 'died' : outcome.kind;
  if (kind !== 'died' && kind !== 'stuck') return { ended: kind, entries };
  // The watchdog, or the next run.
  const next = world();
  const after = await settle(entries, next, { append: async (entry) => void entries.push(entry) });
  await next.close();
  return { ended: after.kind, entries };
}

const distinct = (resources: readonly Resource[]): readonly Resource[] => [
  ...new Map(
    resources
      .filter(({ kind }) => kind !== 'process' && kind !== 'saved')
      .map((resource) => [JSON.stringify(resource), resource]),
  ).values(),
];
