/**
 * Every kind of step, on every server, with everything that can go wrong at every place of it: what is there in the end
 * is the old state or the new one, never another. The disks are real, and so are the signals.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createWorld } from '../../../../src/adapters/apply/index.ts';
import { localPlace } from '../../../../src/adapters/place/index.ts';
import type { Secret } from '../../../../src/adapters/journal/secrets-file.ts';
import { makePlan } from '../../../../src/apps/library/change/make-plan.ts';
import type { PlanOptions } from '../../../../src/apps/library/change/options.ts';
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
import { faultPoints, faulty, type FaultPoint } from './faults.ts';
import { canMount, startMachine, type Machine } from './machine.ts';
import { matrix, type MatrixServer } from '../servers.ts';

/** A way to be weak, which asks for steps. */
export interface Weakness {
  readonly name: string;
  readonly lines: (server: MatrixServer, dir: string) => readonly string[];
  readonly files?: (server: MatrixServer, dir: string) => void;
  readonly login?: (server: MatrixServer) => { readonly password?: string };
  /** What the plan is asked for beside; a strict one with everything where absent. */
  readonly plan?: PlanOptions;
  readonly leastSteps?: number;
}

export const hasUsers = ({ atLeast }: MatrixServer): boolean => atLeast(6, 0);
export const hasSwitches = (server: MatrixServer): boolean =>
  server.product === 'valkey' || server.atLeast(7, 0);

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

/** The tests of one weakness; `least`: cases where every server of the matrix is there. */
export function crashMatrix(weakness: Weakness, least: number): void {
  const { name, lines, files } = weakness;
  const cases: StepKind[] = [];
  describe.skipIf(!canMount)(`every step of a server that has ${name}, with everything going wrong`, () => {
    // Most of the time is waiting: for servers to start, and for those that do not answer.
    it.concurrent.each(matrix)('$name', { timeout: 400_000 }, async (server) => {
      const machine = await startMachine(
        server,
        ({ dir }) => lines(server, dir),
        (dir) => files?.(server, dir),
      );
      try {
        await allSteps(server, machine, weakness, (kind) => cases.push(kind));
      } finally {
        await machine.stop();
      }
    });

    afterAll(() => {
      const kinds = [...new Set(cases)];
      console.log(`crash matrix, ${name}: ${cases.length} cases, kinds of step: ${kinds.join(', ')}`);
      if (matrix.length >= 9) expect(cases.length).toBeGreaterThanOrEqual(least);
    });
  });
}

async function allSteps(
  server: MatrixServer,
  machine: Machine,
  { login: loginOf, plan: asked, leastSteps = 5 }: Weakness,
  count: (kind: StepKind) => void,
): Promise<void> {
  const login = loginOf?.(server) ?? {};
  const { plan } = await makePlan([`redis://127.0.0.1:${machine.port}`], {
    policy: 'strict',
    allowRestart: true,
    censusSeconds: 0,
    login,
    ...asked,
    answers: new Map([
      ['maxmemory', '64mb'],
      ['tls-port', String(machine.tlsPort)],
      ['bind', '127.0.0.1'],
    ]),
  });
  expect(plan.steps.length).toBeGreaterThanOrEqual(leastSteps);
  const secrets = secretsOf(plan);
  const world = () =>
    createWorld({
      nodes: plan.nodes,
      login,
      tls: { insecure: false },
      secrets,
      timeout: 200,
      patience: 1500,
      place: () => localPlace(),
    });
  const resources = distinct(plan.steps.flatMap(({ undo }) => undo));
  const look = async (): Promise<readonly string[]> => {
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
  for (const steps of groupsOf(plan)) {
    const group = only(plan, steps);
    const old = await look();
    const undoIt = await cleanly(group, world);
    const target = await look();
    await undoIt();
    expect(await look(), `${server.name}, ${titles(steps)}: not taken back`).toEqual(old);
    let at = 1;
    for (const step of steps) {
      for (const point of faultPoints) {
        const where = `${server.name}, ${step.kind} (${titles(steps)}), ${point}`;
        const { ended, entries } = await oneCase(group, machine, point, at, world);
        const now = await look();
        if (ended === 'applied') expect(now, `${where}: not the new state`).toEqual(target);
        else {
          expect(ended, where).toBe('undone');
          expect(now, `${where}: not the old state`).toEqual(old);
        }
        count(step.kind);
        if (ended !== 'applied') continue;
        await takeBack(entries, world);
        expect(await look(), `${where}: not taken back`).toEqual(old);
      }
      at += step.does.length;
    }
    // The next step finds what this one left.
    await cleanly(group, world);
  }
}

const titles = (steps: readonly Step[]): string => steps.map(({ title }) => title).join('; ');

const options = { patience: 3000, confirmWithin: 3600, pid: process.pid, secretsFile: '/nowhere' };
type OpenWorld = ReturnType<typeof createWorld>;

/** Applies a plan where nothing goes wrong, and says how to take it back. */
async function cleanly(plan: Plan, world: () => OpenWorld): Promise<() => Promise<void>> {
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

async function takeBack(entries: Entry[], world: () => OpenWorld): Promise<void> {
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
  const { file } = seen as { readonly file?: { readonly bytes: string; readonly mode: number } };
  if (!file) return undefined;
  const bytes = Buffer.from(file.bytes, 'base64').toString('latin1');
  // Keys and certificates are made anew, and never the same.
  if (bytes.startsWith('-----BEGIN')) return `${file.mode.toString(8)} ${bytes.slice(0, 30)}`;
  const lines = bytes.split('\n');
  const text = lines.map((line) => (line.startsWith('user ') ? line.split(' ').toSorted().join(' ') : line));
  return `${file.mode.toString(8)}\n${text.join('\n')}`;
}

async function oneCase(
  plan: Plan,
  machine: Machine,
  point: FaultPoint,
  at: number,
  world: () => OpenWorld,
): Promise<{ readonly ended: string; readonly entries: Entry[] }> {
  const first = world();
  await lookedBefore(plan, first);
  const { world: broken, journal, entries, died, settled, mend } = faulty(first, machine, point, at);
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
