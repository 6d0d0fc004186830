/**
 * A plan is a file, and files are edited: by a person who wants one step less, or by somebody who wants root. What a
 * plan says is performed with the rights of whoever applies it, so that it is judged as a stranger's before.
 *
 * What no plan that passes can make `apply` do, whatever is written into it:
 * - start a program, load a library or a module, name a script: no such setting, directive or option of a Sentinel,
 *   stunnel or systemd is set, in no file, and dumps go to no place where other programs look for commands;
 * - write a file elsewhere than beside the server's own, in folders named after a server, in /etc/stunnel, and into
 *   drop-ins of the unit that runs the server; or change lines of a file that is no configuration;
 * - let a program run as its owner, let everybody write a file, or give a file of the system to anybody but root;
 * - touch rules of a firewall that are not its own, close another port than the server's, or one that people log in by;
 * - stop or start the host, or start a server in another way than its node says;
 * - let a user in without a password, take the server's password away, or put a password of the plan's author on it;
 * - change what it cannot undo: all that a step touches is captured before;
 * - close the default user before there is another administrator, or as `off` alone.
 *
 * What it still can do, and why a plan of somebody else wants its signature verified or its steps read:
 * - be about another server, host or service than you think: your login goes to the targets that its nodes name, and
 *   the service that they name is confined, runs as another account than root, and is started anew;
 * - give a user every right, with a secret that you get; refuse clients, narrow users, restart the server, set limits
 *   that starve it, listen on other addresses and ports;
 * - change modes of files, and give those that are not the system's to another account, as by a link that somebody
 *   put there: paths are judged as they are written;
 * - say one thing in titles and previews and another in its steps: what is performed are the steps alone.
 */
import { printable } from '../../lang/text/index.ts';
import type { Action, Plan, PlanNode, Resource, Step } from '../../model/index.ts';
import { nameOf, resourcesOf } from '../apply/resources-of.ts';
import { actionProblem } from './actions.ts';
import { claimProblem } from './claims.ts';
import { shutSoFar, lockouts } from './doors.ts';
import { isPlainPath } from './places.ts';
import { referencesIn } from './references.ts';
import { hasControls, isHost, isService, isUserName, readMode } from './words.ts';

const most = 50;
const shown = (text: string): string => printable(text, 120);

/**
 * What is wrong with a plan of the right shape, a sentence each, at most fifty; none where it may be applied. Pure,
 * and total: it never throws on a value of type `Plan`.
 *
 * @example checkPlan(plan) // ['step s2, set-setting: no plan sets logfile: the server writes there']
 */
export function checkPlan(plan: Plan): readonly string[] {
  const nodes = new Map(plan.nodes.map((node) => [node.id, node]));
  const everywhere = new Set(nodes.keys());
  const shutBy = shutSoFar();
  const problems = [
    ...twice(
      'node',
      plan.nodes.map(({ id }) => id),
    ),
    ...twice(
      'secret',
      plan.secrets.map(({ id }) => id),
    ),
    ...twice(
      'step',
      [...plan.steps, ...plan.held.map(({ step }) => step)].map(({ id }) => id),
    ),
    ...plan.nodes.flatMap(nodeProblems),
    ...plan.secrets.flatMap(({ id, user }) =>
      hasControls(id) || id === '__proto__' || !isUserName(user)
        ? [`secret ${shown(id)}: its id or its user is no name`]
        : [],
    ),
    ...strangers(plan),
    ...plan.steps.flatMap((step) => stepProblems(nodes, step, shutBy(step))),
    ...plan.held.flatMap(({ step }) => stepProblems(nodes, step, everywhere)),
    ...lockouts(plan).map(([step, problem]) => `step ${step}: ${shownWords(problem)}`),
    ...givenAndRaised(plan.steps),
  ];
  return [...new Set(problems)].slice(0, most);
}

const shownWords = (text: string): string => printable(text, 500);

function twice(what: string, ids: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const again = ids.filter((id) => seen.size === seen.add(id).size);
  return [...new Set(again)].map((id) => `${what} ${shown(id)} is there twice`);
}

function nodeProblems({ id, target, host, conf, aclFile, restart }: PlanNode): readonly string[] {
  const at = `node ${shown(id)}`;
  return [
    ...(target.kind === 'tcp' || target.kind === 'unix' ? [] : [`${at}: its target is no running server`]),
    ...(target.kind === 'tcp' && (/\s/.test(target.host) || hasControls(target.host) || target.host === '')
      ? [`${at}: its host is neither a name nor an address`]
      : []),
    ...('path' in target && !isPlainPath(target.path)
      ? [`${at}: the path of its target is not absolute`]
      : []),
    ...('user' in target && target.user !== undefined && !isUserName(target.user)
      ? [`${at}: it is reached as nobody who could be a user`]
      : []),
    ...(host === undefined || isHost(host) ? [] : [`${at}: its host is neither here nor ssh://user@host`]),
    ...([conf, aclFile].every((path) => path === undefined || (path.startsWith('/') && !hasControls(path)))
      ? []
      : [`${at}: the path of one of its files is not absolute`]),
    ...(restart?.kind === 'systemd' && !isService(restart.unit)
      ? [`${at}: it is started by something that is no service`]
      : []),
  ];
}

/** Nodes and secrets that something speaks of and that the plan does not have. */
function strangers(plan: Plan): readonly string[] {
  const nodes = new Set(plan.nodes.map(({ id }) => id));
  const secrets = new Set(plan.secrets.map(({ id }) => id));
  const steps = new Set([...plan.steps, ...plan.held.map(({ step }) => step)].map(({ id }) => id));
  const { steps: does, held, census, basis, unmet } = plan;
  const found = referencesIn([does, held, census, basis, unmet]);
  return [
    ...[...found.nodes].filter((id) => !nodes.has(id)).map((id) => `there is no node ${shown(id)}`),
    ...[...found.secrets].filter((id) => !secrets.has(id)).map((id) => `there is no secret ${shown(id)}`),
    ...plan.previews
      .filter(({ step }) => !steps.has(step))
      .map(({ step }) => `a preview is of step ${shown(step)}, which is not there`),
  ];
}

function stepProblems(
  nodes: ReadonlyMap<string, PlanNode>,
  step: Step,
  shut: ReadonlySet<string>,
): readonly string[] {
  const at = `step ${shown(step.id)}`;
  const kept = new Set(step.undo.map(nameOf));
  const own = new Set(step.does.flatMap(resourcesOf).map(nameOf));
  return [
    ...(step.does.length === 0 ? [`${at} does nothing`] : []),
    ...step.does.flatMap((action) => {
      const node = nodes.get(action.node);
      if (node === undefined) return [];
      const problem = actionProblem(action, node, shut.has(node.id)) ?? reachProblem(action, node);
      const lost = resourcesOf(action).filter((resource) => !kept.has(nameOf(resource)));
      return [
        ...(problem === undefined ? [] : [`${at}, ${action.do}${of(action)}: ${shownWords(problem)}`]),
        ...lost.map((resource) => `${at}, ${action.do}: it does not undo ${called(resource)}`),
      ];
    }),
    // Putting something back writes it as well.
    ...step.undo
      .filter((resource) => !own.has(nameOf(resource)) && !startsAnew(nodes, step, resource))
      .map((resource) => `${at} would undo what it does not do: ${called(resource)}`),
    ...[...step.guard, ...step.proves].flatMap((claim) => {
      const problem = claimProblem(claim);
      return problem === undefined ? [] : [`${at}, claim ${claim.claim}: ${problem}`];
    }),
  ];
}

/** What a step wrote into a file counts from the next start on: taken back, it may take one more, as its node is started. */
const startsAnew = (
  nodes: ReadonlyMap<string, PlanNode>,
  { node, does }: Step,
  resource: Resource,
): boolean =>
  resource.kind === 'process' &&
  resource.node === node &&
  does.some((action) => action.node === node && onHost.has(action.do)) &&
  JSON.stringify(resource.by) === JSON.stringify(nodes.get(node)?.restart);

const onHost = new Set<Action['do']>([
  'keep-user',
  'edit-conf',
  'write-file',
  'set-access',
  'make-certificate',
  'restart',
  'set-firewall',
  'keep-firewall',
]);

const reachProblem = (action: Action, { host }: PlanNode): string | undefined =>
  host === undefined && onHost.has(action.do) ? 'the host of this server is not said' : undefined;

const of = (action: Action): string => {
  if ('path' in action) return ` ${shown(action.path)}`;
  if ('folder' in action) return ` ${shown(action.folder)}`;
  if ('user' in action) return ` ${shown(action.user)}`;
  return 'name' in action ? ` ${shown(action.name)}` : '';
};

const called = (resource: Resource): string =>
  `${resource.kind}${'path' in resource ? ` ${shown(resource.path)}` : ''}${'name' in resource ? ` ${shown(resource.name)}` : ''}${'user' in resource ? ` ${shown(resource.user)}` : ''}`;

/** Two steps could do what one may not: give a program to a group, and let it run as that group. */
function givenAndRaised(steps: readonly Step[]): readonly string[] {
  const accesses = steps.flatMap(({ does }) => does).filter((action) => action.do === 'set-access');
  const given = new Set(
    accesses.flatMap(({ path, owner, group }) => ((owner ?? group) === undefined ? [] : [path])),
  );
  return accesses
    .filter(({ path, mode }) => given.has(path) && mode !== undefined && readMode(mode)?.setGroup === true)
    .map(({ path }) => `${shown(path)} is given to somebody, and let run as its group`);
}
