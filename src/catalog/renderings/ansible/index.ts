import { isSecretRef, type Plan, type PlanNode, type Step } from '../../../model/index.ts';
import { defineRendering } from '../../define-rendering.ts';
import { commented, divide, headLines } from '../parts/left-out.ts';
import { secretNames, secretsIn, unknownSecret } from '../parts/secret-names.ts';
import { commentText, lineParts, type Part } from '../parts/words.ts';
import { yaml, type Yaml } from '../parts/yaml.ts';
import { cannotDo, perform } from './actions.ts';
import { cannotWait, guard, proof } from './claims.ts';
import { holdable, literal, plainText } from './jinja.ts';
import { logInTasks, type Task } from './redis-cli.ts';
import { capture, closeCopies, putBack, type Saved } from './undo.ts';

export default defineRendering({
  title: 'An Ansible playbook',
  extension: '.yml',
  mediaType: 'application/yaml',
  render(plan) {
    const nodes = new Map(plan.nodes.map((node) => [node.id, node]));
    const [here] = new Set(plan.nodes.flatMap(({ host }) => host ?? []));
    const secrets = secretNames(plan);
    const { steps, leftOut } = divide(plan, (step) => {
      const node = nodes.get(step.node);
      if (node === undefined) return 'names a node that the plan does not have';
      if (node.target.kind !== 'tcp' && node.target.kind !== 'unix') return 'no server to connect to';
      const elsewhere = step.needs !== 'server' && node.host !== undefined && node.host !== here;
      if (elsewhere) return `its files are at ${node.host}: make a plan for that host alone`;
      return (
        unknownSecret(step, secrets) ??
        cannotName(step) ??
        [...step.does.map(cannotDo), ...step.guard.map((claim) => cannotWait(claim, node))].find(
          (why) => why !== undefined,
        )
      );
    });
    return [
      commented([
        ...headLines(plan, leftOut),
        '',
        'Hosts: keyward_hosts. Secrets: keyward_secrets, a dictionary by the ids below, out of your vault; and',
        'keyward_redis_password (and keyward_redis_user), your login now. keyward_patience: how often, each second,',
        'clients are waited for. A play that fails puts everything back. Copies of changed files stay beside them,',
        'closed to other accounts than their owner: they may hold secrets, remove them when all is well.',
        ...plan.secrets.map(({ id, label }) => commentText(`  ${id}: ${label}`)),
      ]),
      '---\n',
      yaml([play(plan, steps, nodes)]),
    ].join('');
  },
});

const cannotName = (step: Step): string | undefined => {
  const users = [...step.does, ...step.guard, ...step.proves, ...step.undo].flatMap((one) =>
    'user' in one ? [one.user] : [],
  );
  const names = [...users, ...secretsIn(step)];
  return names.every(holdable) ? undefined : 'it names a user in letters that no expression of Ansible holds';
};

function play(plan: Plan, steps: readonly Step[], nodes: ReadonlyMap<string, PlanNode>): Yaml {
  const used = plan.nodes.filter(({ id }) => steps.some(({ node }) => node === id));
  const logins = madeLogins(plan);
  const saved = savedOf(steps, nodes);
  return {
    name: plainText(commentText(`Keyward plan ${plan.id}`)),
    hosts: "{{ keyward_hosts | default('localhost') }}",
    gather_facts: false,
    vars: {
      keyward_redis_cli: 'redis-cli',
      keyward_patience: 60,
      keyward_redis_user: 'default',
      keyward_redis_password: '',
      keyward_backup: "keyward-{{ lookup('pipe', 'date -u +%Y%m%dT%H%M%SZ') }}",
      keyward_operator:
        "{{ 'PING' if keyward_redis_password == '' else 'AUTH ' ~ ('' if keyward_redis_user == 'default' else (keyward_redis_user | to_json) ~ ' ') ~ (keyward_redis_password | to_json) }}",
    },
    tasks: [
      {
        name: 'One name for all copies',
        'ansible.builtin.set_fact': { keyward_backup: '{{ keyward_backup }}' },
      },
      ...(plan.secrets.length > 0 ? [secretsAreThere(plan)] : []),
      // A block of nothing is an error.
      ...(steps.length === 0
        ? []
        : [
            {
              name: 'All of it, or nothing',
              block: [
                ...used.flatMap((node) => [
                  ...logInTasks(node, logins),
                  ...saved.filter((one) => one.node === node).flatMap(capture),
                ]),
                ...steps.flatMap((step) => tasksOf(step, nodes, logins, used.length > 1)),
                ...closeCopies(saved),
              ],
              rescue: [
                ...used.flatMap((node) => [
                  ...logInTasks(node, logins),
                  ...putBack(saved.filter((one) => one.node === node)),
                ]),
                ...closeCopies(saved),
                {
                  name: 'Everything was put back',
                  'ansible.builtin.fail': { msg: 'A step failed; everything was put back as it was.' },
                },
              ],
            },
          ]),
    ],
  };
}

const secretsAreThere = (plan: Plan): Task => ({
  name: 'Every secret is there, of letters that need no quotes',
  'ansible.builtin.assert': {
    that: plan.secrets
      .filter(({ id }) => holdable(id))
      .flatMap(({ id }) => [
        `${literal(id)} in (keyward_secrets | default({}))`,
        `keyward_secrets[${literal(id)}] is match('^[A-Za-z0-9._~-]{16,}$')`,
      ]),
    quiet: true,
  },
  no_log: true,
});

function tasksOf(
  step: Step,
  nodes: ReadonlyMap<string, PlanNode>,
  logins: readonly (readonly Part[])[],
  several: boolean,
): readonly Task[] {
  const node = nodes.get(step.node);
  if (node === undefined) return [];
  const only = (task: Task | undefined): readonly Task[] => (task === undefined ? [] : [task]);
  const tasks: readonly Task[] = [
    ...(several ? logInTasks(node, logins) : []),
    ...step.guard.flatMap((claim) => only(guard(claim, node))),
    ...step.does.flatMap((action) => perform(action, node, logins)),
    ...step.proves.flatMap((claim) => only(proof(claim, node))),
  ];
  return [{ name: plainText(commentText(`${step.id}: ${step.title}`)), block: tasks }];
}

function savedOf(steps: readonly Step[], nodes: ReadonlyMap<string, PlanNode>): readonly Saved[] {
  const saved = new Map<string, Saved>();
  for (const step of steps)
    for (const resource of step.undo) {
      const node = nodes.get(resource.node);
      const key = JSON.stringify(resource);
      if (node !== undefined && !saved.has(key))
        saved.set(key, { name: `keyward_was_${saved.size + 1}`, resource, node });
    }
  return [...saved.values()];
}

/** Logins that the plan itself makes: the administrator's, or with the one password there is. */
function madeLogins(plan: Plan): readonly (readonly Part[])[] {
  const lines = plan.steps.flatMap((step) =>
    step.does.flatMap((action): readonly (readonly Part[])[] => {
      if (action.do === 'set-user' && step.kind === 'administrator')
        return action.rules
          .filter(isSecretRef)
          .map((secret) => ['AUTH ', ...lineParts([action.user, secret])]);
      return action.do === 'set-setting' && action.name === 'requirepass' && isSecretRef(action.value)
        ? [['AUTH ', ...lineParts([action.value])]]
        : [];
    }),
  );
  return [...new Map(lines.map((line) => [JSON.stringify(line), line])).values()];
}
