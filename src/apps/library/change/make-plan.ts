import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { lookAtClients, takenPorts } from '../../../adapters/census/index.ts';
import { previewSteps } from '../../../adapters/preview/index.ts';
import { placeNamed } from '../../../adapters/place/index.ts';
import { textOf } from '../../../adapters/collectors/define-live.ts';
import { failed } from '../../../adapters/server/connection.ts';
import { question } from '../../../adapters/server/read-only.ts';
import { takeCensus } from '../../../engine/census/index.ts';
import { derive } from '../../../engine/derive/index.ts';
import { planSteps, stepKinds, type PlannedParts, type PlanSubject } from '../../../engine/plan/index.ts';
import type {
  Basis,
  Census,
  Plan,
  PlanNode,
  Resource,
  ServerAudit,
  View,
  World,
} from '../../../model/index.ts';
import { checks } from '../../../catalog/checks/index.ts';
import { printable } from '../../../lang/text/index.ts';
import { auditTargets, loginOf } from '../audit-targets.ts';
import { eachOf } from '../each-of.ts';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';
import { askServer } from './ask-server.ts';
import { nodeOf } from './nodes.ts';
import type { PlanOptions } from './options.ts';
import { reachWorld } from './reach-world.ts';

export interface MadePlan {
  readonly plan: Plan;
  /** What was found before. */
  readonly before: readonly ServerAudit[];
}

/**
 * Looks at servers, and at who uses them, and says what would close what is open. Changes nothing.
 *
 * @throws UsageError where a server cannot be looked at, or is no running server
 */
export async function makePlan(targets: readonly string[], options: PlanOptions = {}): Promise<MadePlan> {
  assertNames([...(options.only ?? []), ...(options.except ?? [])]);
  return planWith(targets, options, (subjects) =>
    planSteps({
      nodes: subjects,
      policy: options.policy ?? 'recommended',
      ...(options.only ? { only: options.only } : {}),
      ...(options.except ? { except: options.except } : {}),
      ...(options.level ? { level: options.level } : {}),
      answers: options.answers ?? new Map(),
      refuse: options.refuse ?? [],
      ...(options.deleteUsers ? { deleteUsers: options.deleteUsers } : {}),
      allowRestart: options.allowRestart ?? false,
    }),
  );
}

const planned: ReadonlySet<string> = new Set([
  ...stepKinds,
  ...checks.flatMap(({ id, theme }) => [id, theme]),
]);

/** A word that names nothing would plan nothing, which looks like a server that needs nothing. */
function assertNames(words: readonly string[]): void {
  const unknown = words.find((word) => !planned.has(word));
  if (unknown !== undefined)
    throw new UsageError(
      `"${printable(unknown, 80)}" is no check, no theme and no kind of step`,
      `Kinds of step: ${[...stepKinds].join(', ')}. Checks and themes: keyward explain.`,
    );
}

/** The frame of every plan: who is there, what `steps` makes of it, what it would look like, and what it rests on. */
export async function planWith(
  targets: readonly string[],
  given: PlanOptions,
  steps: (subjects: readonly PlanSubject[]) => PlannedParts,
): Promise<MadePlan> {
  const login = loginOf(targets, given.login ?? {});
  const options: PlanOptions = { ...given, login };
  const audit = await auditTargets(targets, options);
  const [failure] = audit.failures;
  if (failure)
    throw new UsageError(
      `${failure.target}: ${failure.problem}`,
      'A plan is made for servers that were seen whole.',
    );
  const subjects = await eachOf(audit.servers, 8, async (server): Promise<PlanSubject> => {
    const { target } = server.evidence;
    if (target.kind !== 'tcp' && target.kind !== 'unix')
      throw new UsageError(
        `${server.name} is no running server`,
        'A plan is made for a running server: redis://, rediss:// or unix://.',
      );
    const view = await derive(server.evidence);
    const node = nodeOf(`n${audit.servers.indexOf(server) + 1}`, server, view, options.filesAt);
    const census = await censusOf(node, options);
    const ports = await portsAt(node, view, options);
    return {
      node,
      audit: server,
      view,
      ...(census ? { census } : {}),
      ...(ports ? { takenPorts: ports } : {}),
    };
  });
  const parts = steps(subjects);
  const nodes = subjects.map(({ node }) => node);
  const world = reachWorld(nodes, options);
  try {
    return {
      before: audit.servers,
      plan: {
        schema: 'keyward.plan/1',
        version,
        id: `${new Date().toISOString().slice(0, 10)}-${randomBytes(6).toString('hex')}`,
        madeAt: new Date().toISOString(),
        policy: options.policy ?? 'recommended',
        nodes,
        ...parts,
        previews: await previewSteps(nodes, parts.steps, {
          place: ({ host }) => (host === undefined ? undefined : placeNamed(host, options.sshConfig)),
          isRoot: ({ host = 'here' }) =>
            host === 'here' ? process.getuid?.() === 0 : host.startsWith('ssh://root@'),
          users: await usersOf(nodes, options),
        }),
        census: subjects.flatMap(({ census }) => census ?? []),
        basis: await basisOf(parts, world),
      },
    };
  } finally {
    await world.close();
  }
}

/** Ports that are taken where the server is: another one of its own must not be one of them. */
async function portsAt(
  { host }: PlanNode,
  { process: found }: View,
  { sshConfig }: PlanOptions,
): Promise<readonly number[] | undefined> {
  if (host === undefined) return undefined;
  const place = placeNamed(host, sshConfig);
  try {
    return await takenPorts(place, host === 'here' && found.known ? found.value.pid : undefined);
  } finally {
    await place.close();
  }
}

/** Lines of ACL LIST, to show what a user's line will be. They hold hashes, so they go no further than the preview. */
async function usersOf(
  nodes: readonly PlanNode[],
  options: PlanOptions,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const lines = await eachOf(nodes, 8, async ({ id, target }) => {
    const server = await askServer(target, options);
    if (!server) return [];
    const [answer] = await server.ask([question('ACL LIST')]);
    server.close();
    const value = answer && !failed(answer) ? answer.value : undefined;
    return Array.isArray(value) ? [[id, value.flatMap((line) => textOf(line) ?? [])] as const] : [];
  });
  return new Map(lines.flat());
}

async function censusOf(node: PlanNode, options: PlanOptions): Promise<Census | undefined> {
  const server = await askServer(node.target, options);
  if (!server) return undefined;
  try {
    return await takeCensus({
      node: node.id,
      look: () => lookAtClients(server.ask),
      seconds: options.censusSeconds ?? 2,
      pause: (milliseconds) => wait(milliseconds),
      clock: () => performance.now(),
    });
  } finally {
    server.close();
  }
}

/** How everything looks that the steps would change. */
async function basisOf({ steps }: PlannedParts, world: World): Promise<readonly Basis[]> {
  const resources = new Map<string, Resource>();
  for (const { undo } of steps)
    for (const resource of undo)
      if (resource.kind !== 'process' && resource.kind !== 'saved')
        resources.set(JSON.stringify(resource), resource);
  const basis: Basis[] = [];
  for (const resource of resources.values())
    basis.push({ resource, fingerprint: (await world.capture(resource)).fingerprint });
  return basis;
}
