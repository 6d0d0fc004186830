import type { PlanNode } from '../../../model/index.ts';
import type { Part } from '../parts/words.ts';
import type { Yaml } from '../parts/yaml.ts';
import { plainText, template } from './jinja.ts';

export type Task = { readonly [key: string]: Yaml | undefined };

const endpoint = ({ target }: PlanNode): readonly string[] => {
  if (target.kind === 'unix') return ['-s', target.path];
  if (target.kind !== 'tcp') return [];
  return ['-h', target.host, '-p', String(target.port), ...(target.tls ? ['--tls'] : [])];
};

/** redis-cli with these lines on its standard input, since everybody can read its words. What it prints is not logged. */
export const redisCli = (name: string, node: PlanNode, input: string, more: Task = {}): Task => ({
  name: plainText(name),
  'ansible.builtin.command': {
    argv: ['{{ keyward_redis_cli }}', '--no-raw', ...endpoint(node).map(plainText)],
    stdin: input,
  },
  no_log: true,
  ...more,
});

/** As whoever is let in (`logInTasks`): first the login, then the lines. */
export const asked = (
  name: string,
  node: PlanNode,
  lines: readonly (readonly Part[])[],
  more: Task = {},
): Task => redisCli(name, node, ['{{ keyward_login }}', ...lines.map(template)].join('\n'), more);

/** The same, where each answer must be OK. */
export const told = (name: string, node: PlanNode, line: readonly Part[]): Task =>
  asked(name, node, [line], {
    register: 'keyward_told',
    failed_when: "keyward_told.stdout is not match('^(OK|PONG)\\n(OK|[(]integer[)] [0-9]+)$')",
  });

/** Only reads. */
export const read = (name: string, node: PlanNode, line: string, register: string, more: Task = {}): Task =>
  asked(name, node, [[line]], {
    register,
    changed_when: false,
    check_mode: false,
    failed_when: `${register}.stdout is not match('^(OK|PONG)\\n[^(]')`,
    ...more,
  });

/** Finds the first login that is let in: the operator's, or one that the plan has made. */
export const logInTasks = (node: PlanNode, logins: readonly (readonly Part[])[]): readonly Task[] => [
  redisCli('Which login is let in', node, '{{ keyward_try }}\nPING', {
    loop: ['{{ keyward_operator }}', ...logins.map(template)],
    loop_control: { loop_var: 'keyward_try' },
    register: 'keyward_tried',
    changed_when: false,
    failed_when: false,
    check_mode: false,
  }),
  {
    name: 'Log in so from now on',
    'ansible.builtin.set_fact': {
      keyward_login:
        "{{ (keyward_tried.results | selectattr('stdout', 'match', '^(OK|PONG)\\nPONG$') | first).keyward_try }}",
    },
    no_log: true,
  },
];
