/**
 * A server that is run by a unit, and a service manager of our own for it: it has one unit, knows what of its files it
 * has loaded, and starts the server as these say: its account, and that it gains no rights. All other walls are tried
 * by the tests of the sandbox; here it is about files, starts, and what is in between.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { serviceDirectives, unitAssignments } from '../../../../src/adapters/host/unit-text.ts';
import { localPlace, type Place, type Ran } from '../../../../src/adapters/place/index.ts';
import { planWith } from '../../../../src/apps/library/change/make-plan.ts';
import { checks } from '../../../../src/catalog/checks/index.ts';
import { audit } from '../../../../src/engine/audit.ts';
import { planSteps, type PlanSubject } from '../../../../src/engine/plan/index.ts';
import { known, type Plan, type PlanNode } from '../../../../src/model/index.ts';
import type { MatrixServer } from '../servers.ts';
import { startMachine, type Ground, type Machine } from './machine.ts';
import { plain, type Site, type SitePlan } from './site.ts';

const unit = 'keyward-machine.service';
/** Where a manager has the units of its host: of this machine, on its own disk. */
const units = '/etc/systemd/system';
const fragment = `${units}/${unit}`;
const dropIn = `${units}/${unit}.d/keyward.conf`;
/** No account of this host need have that name. */
const account = { uid: 3107, gid: 3107 };

const bySystemd = { kind: 'systemd', unit } as const;

export async function beginUnit(server: MatrixServer): Promise<Site> {
  const manager = createManager();
  const machine = await startMachine(server, {
    // Folders of temporary files and of homes are hidden behind the walls.
    base: '/run',
    files: ({ dir }) => {
      mkdirSync(`${dir}${units}`, { recursive: true });
      writeFileSync(`${dir}${fragment}`, `[Service]\nExecStart=${server.path} ${dir}/server.conf\n`);
      manager.load(dir);
    },
    lines: () => ['bind 127.0.0.1', 'requirepass a-long-password-of-a-unit'],
    manager,
  });
  return {
    machines: [machine],
    targets: [plain(machine)],
    login: { password: 'a-long-password-of-a-unit' },
    place: () => managed(machine, manager),
    plan: (targets, options) => planOf(targets, options, machine),
  };
}

interface Manager {
  /** As `daemon-reload` does. */
  readonly load: (dir: string) => void;
  /** Nothing where it runs: whoever is restarted meanwhile is not started a second time. */
  readonly start: (ground: Ground, words: readonly string[]) => void;
  readonly pid: () => number;
  /** kill -9; comes back when it has ended, and not while it still has its port. */
  readonly kill: () => Promise<void>;
  /** As `restart` does: it ends first, and then starts by what was loaded. */
  readonly restart: () => Promise<void>;
}

function createManager(): Manager {
  let loaded = '';
  let running: ChildProcess | undefined;
  let again = (): void => {};
  const runs = (child: ChildProcess | undefined): child is ChildProcess =>
    child !== undefined && child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const old = running;
    if (!runs(old)) return;
    const ended = new Promise((resolve) => old.once('exit', resolve));
    old.kill(signal);
    await ended;
  };
  const start: Manager['start'] = (ground, words) => {
    if (runs(running)) return;
    const service = serviceDirectives(unitAssignments(loaded));
    const { uid, gid } = service['User'] === undefined ? { uid: 0, gid: 0 } : account;
    const walls = service['NoNewPrivileges'] === 'yes' ? ['--no-new-privs', '--bounding-set=-all'] : [];
    const person = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
    again = () => start(ground, words);
    running = spawn('setpriv', [...person, ...walls, '--', ...words], { cwd: ground.dir, stdio: 'ignore' });
  };
  return {
    load: (dir) => {
      loaded = [fragment, dropIn].map((path) => textAt(`${dir}${path}`)).join('\n');
    },
    start,
    pid: () => running?.pid ?? 0,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGTERM');
      again();
    },
  };
}

function textAt(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** This host, with the units of the machine, and with its manager for `systemctl`. */
function managed({ dir }: Machine, manager: Manager): Place {
  const here = localPlace();
  const at = (path: string): string => (path.startsWith(`${units}/`) ? `${dir}${path}` : path);
  const done: Ran = { code: 0, stdout: '', stderr: '' };
  return {
    ...here,
    read: (path) => here.read(at(path)),
    write: (path, file) => here.write(at(path), file),
    remove: (path) => here.remove(at(path)),
    access: (path) => here.access(at(path)),
    setAccess: (path, access) => here.setAccess(at(path), access),
    account: async (name) => (name === 'redis' ? account : here.account(name)),
    group: async (name) => (name === 'redis' ? account.gid : here.group(name)),
    run: async (words, options) => {
      if (words[0] !== 'systemctl') return here.run(words.map(at), options);
      if (words[1] === 'daemon-reload') manager.load(dir);
      if (words[1] === 'restart') await manager.restart();
      return done;
    },
  };
}

/** What the planner makes of a server of which it is known that this unit runs it. */
async function planOf(
  targets: readonly string[],
  { policy, login, answers }: SitePlan,
  { dir }: Machine,
): Promise<Plan> {
  const node = (one: PlanNode): PlanNode => ({ ...one, restart: bySystemd });
  const seen = (subject: PlanSubject): PlanSubject => {
    const facts = { name: unit, fragments: [fragment], service: {} };
    // Whatever the tests themselves run in.
    const container = known('none' as const, 'the test');
    const view = { ...subject.view, container, unit: known(facts, `${dir}${fragment}`) };
    const { name, evidence } = subject.audit;
    return { ...subject, node: node(subject.node), view, audit: audit(name, evidence, view, checks) };
  };
  const made = await planWith(
    targets,
    { ...(login ? { login } : {}), censusSeconds: 0, timeout: 30_000 },
    (subjects) =>
      planSteps({
        nodes: subjects.map((subject) => seen(subject)),
        policy,
        only: ['run-as', 'sandbox'],
        answers: answers ?? new Map(),
        refuse: [],
        allowRestart: true,
      }),
  );
  return { ...made.plan, nodes: made.plan.nodes.map((one) => node(one)) };
}
