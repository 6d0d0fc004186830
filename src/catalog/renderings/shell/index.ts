import type { Plan, PlanNode, Resource, Step } from '../../../model/index.ts';
import { isSecretRef } from '../../../model/index.ts';
import { defineRendering } from '../../define-rendering.ts';
import { firewallScript } from '../parts/firewall-script.ts';
import { commented, divide, headLines } from '../parts/left-out.ts';
import { secretNames, unknownSecret } from '../parts/secret-names.ts';
import { commentText, lineParts } from '../parts/words.ts';
import { cannotDo, perform } from './actions.ts';
import { cannotWait, guard, proof } from './claims.ts';
import { shellFunctions } from './functions.ts';
import { print, printfOf, word } from './quoting.ts';
import { undoOf, type Saved } from './undo.ts';

export default defineRendering({
  title: 'A shell script, POSIX sh with redis-cli',
  extension: '.sh',
  mediaType: 'application/x-sh',
  render(plan) {
    const secrets = secretNames(plan);
    const hosts = new Set(plan.nodes.flatMap(({ host }) => host ?? []));
    const [here] = hosts;
    const nodes = new Map(plan.nodes.map((node) => [node.id, node]));
    const { steps, leftOut } = divide(plan, (step) => {
      const node = nodes.get(step.node);
      if (node === undefined) return 'names a node that the plan does not have';
      if (node.target.kind !== 'tcp' && node.target.kind !== 'unix') return 'no server to connect to';
      const unknown = unknownSecret(step, secrets);
      if (unknown !== undefined) return unknown;
      const elsewhere = step.needs !== 'server' && node.host !== undefined && node.host !== here;
      if (elsewhere) return `its files are at ${node.host}: make a plan for that host alone`;
      return [...step.does.map(cannotDo), ...step.guard.map(cannotWait)].find((why) => why !== undefined);
    });
    const saved = savedOf(steps);
    return [
      '#!/bin/sh\n',
      commented([
        ...headLines(plan, leftOut),
        '',
        'Run it where the files of the server are. In the environment: REDIS_CLI (the program), REDIS_USER and',
        'REDIS_PASSWORD (your login now), PATIENCE (seconds to wait for clients to move), and the secrets below; what',
        'is not there is asked for. Anything that fails puts everything back. Copies of changed files stay beside',
        'them, closed to other accounts than their own: they may hold secrets, remove them when all is well.',
        '',
        'A server name, a file name or a rule of the plan may hold any letter, also between quotes that say otherwise:',
        'shellcheck disable=SC2015,SC2016,SC2034,SC2154,SC2317',
      ]),
      'set -eu\numask 077\n',
      print(['PLAN=', word(plan.id.replaceAll(/[^A-Za-z0-9-]/g, '').slice(0, 40) || 'plan')]),
      shellFunctions,
      '\n',
      plan.nodes
        .filter(({ id }) => steps.some(({ node }) => node === id))
        .map(useNode)
        .join(''),
      planLogins(plan, secrets),
      undoOf(saved),
      '\n',
      ...plan.secrets.map(({ id, label }) =>
        print(['secret ', secrets.get(id) ?? '', ' ', word(commentText(label))]),
      ),
      ...steps.map((step) => scriptOf(step, nodes, saved, secrets)),
      '\nfinished=yes\nsync\nsay "All steps are done. The files as they were: *.$BACKUP.* beside them; remove them when all is well."\n',
    ].join('');
  },
});

/** Each resource once: what it was before the first step that touches it. */
function savedOf(steps: readonly Step[]): ReadonlyMap<string, Saved> {
  const saved = new Map<string, Saved>();
  const add = (resource: Resource): void => {
    const key = JSON.stringify(resource);
    if (!saved.has(key)) saved.set(key, { name: `was_${saved.size + 1}`, resource });
  };
  for (const step of steps) for (const resource of step.undo) add(resource);
  return saved;
}

/** Functions have plain names; the order of the nodes is that of the plan. */
const functionOf = (node: string): string => `at_${node.replaceAll(/[^A-Za-z0-9_]/g, '_')}`;

function useNode({ id, target }: PlanNode): string {
  if (target.kind === 'unix')
    return `${functionOf(id)}() {\n  redis_cli() { "$REDIS_CLI" --no-raw -s ${word(target.path)}; }\n}\n`;
  if (target.kind !== 'tcp') return '';
  const port = word(String(target.port));
  const tls = target.tls ? ' --tls ${REDIS_CA:+--cacert "$REDIS_CA"}' : '';
  return `${functionOf(id)}() {\n  redis_cli() { "$REDIS_CLI" --no-raw -h ${word(target.host)} -p ${port}${tls}; }\n}\n`;
}

/** A login that the plan itself makes: the administrator's, or with the one password there is. */
interface MadeLogin {
  readonly user?: string;
  readonly secret: string;
}

const madeLogins = (plan: Plan): readonly MadeLogin[] =>
  plan.steps.flatMap((step) =>
    step.does.flatMap((action): readonly MadeLogin[] => {
      if (action.do === 'set-user' && step.kind === 'administrator')
        return action.rules.filter(isSecretRef).map(({ secret }) => ({ user: action.user, secret }));
      if (action.do === 'set-setting' && action.name === 'requirepass' && isSecretRef(action.value))
        return [{ secret: action.value.secret }];
      return [];
    }),
  );

/** Tried in turn, so that the script finds a way in before, during and after it, and when it is run again. */
function planLogins(plan: Plan, secrets: ReadonlyMap<string, string>): string {
  const rows = new Map(
    madeLogins(plan).map(({ user, secret }) => {
      const variable = secrets.get(secret) ?? '';
      const line = ['AUTH ', ...lineParts([...(user === undefined ? [] : [user]), { secret }])];
      return [variable, `    ${variable}) ${printfOf(line, secrets)} ;;\n`];
    }),
  );
  return `LOGINS='${['operator', ...rows.keys()].join(' ')}'\nplan_login() {\n  case $1 in\n${[...rows.values()].join('')}    *) printf 'PING\\n' ;;\n  esac\n}\n`;
}

function scriptOf(
  step: Step,
  nodes: ReadonlyMap<string, PlanNode>,
  saved: ReadonlyMap<string, Saved>,
  secrets: ReadonlyMap<string, string>,
): string {
  const node = nodes.get(step.node);
  if (node === undefined) return '';
  return [
    '\n',
    commented([
      commentText(`${step.id}: ${step.title}${step.risk.level === 'none' ? '' : ` (${step.risk.why})`}`),
    ]),
    `${functionOf(step.node)}\n`,
    print(['say ', word(commentText(`${step.id} ${step.node}: ${step.title}`))]),
    ...step.guard.map((claim) => guard(claim, secrets)),
    ...step.undo.map((resource) => {
      const one = saved.get(JSON.stringify(resource));
      return one === undefined ? '' : capture(one);
    }),
    ...step.does.flatMap((action) => perform(action, node, secrets)),
    ...step.proves.map((claim) => proof(claim, secrets)),
  ].join('');
}

/** Only the first time: a later step finds what an earlier one of ours has made. */
function capture({ name, resource }: Saved): string {
  const once = (text: string): string => `[ -n "\${${name}+x}" ] || ${name}=$(${text})\n`;
  switch (resource.kind) {
    case 'setting':
      return once(`setting ${word(resource.name)}`);
    case 'user':
      return once(`user_line ${word(resource.user)}`);
    case 'file':
    case 'kept-firewall':
      return once(`back_up ${word(resource.path)}`);
    case 'access':
      return once(`access_of ${word(resource.path)}`);
    case 'process':
    case 'saved':
      return `${name}=touched\n`;
    case 'firewall':
      return once(`as_root sh -c ${word(firewallScript(resource).show)}`);
    case 'sentinel':
      return '';
  }
}
