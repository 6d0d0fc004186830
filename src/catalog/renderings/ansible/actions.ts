import { directiveTable } from '../../../lang/conf/index.ts';
import type { Action, PlanNode, PlannedChange, Value } from '../../../model/index.ts';
import {
  cannotScript,
  firewallInput,
  firewallScript,
  keepInput,
  keepScript,
} from '../parts/firewall-script.ts';
import { lineParts, ruleParts, type Part } from '../parts/words.ts';
import { expressionPattern, literal, pattern, plainText, template } from './jinja.ts';
import { asked, logInTasks, read, told, type Task } from './redis-cli.ts';

/** Why a playbook cannot do it. */
export function cannotDo(action: Action): string | undefined {
  switch (action.do) {
    case 'make-certificate':
      return 'certificates are made by keyward apply';
    case 'set-firewall':
    case 'keep-firewall':
      return cannotScript(action);
    case 'set-sentinel':
      return 'settings of Sentinel cannot be read back to be undone';
    case 'restart':
      return action.by.kind === 'systemd'
        ? undefined
        : 'nobody watches over the process: start it anew by hand';
    case 'set-setting':
      return action.name === 'port' ? 'the playbook itself would lose its way to the server' : undefined;
    default:
      return undefined;
  }
}

export function perform(
  action: Action,
  node: PlanNode,
  logins: readonly (readonly Part[])[],
): readonly Task[] {
  switch (action.do) {
    case 'set-setting':
      return [
        told(`Set ${action.name}`, node, ['CONFIG SET ', ...lineParts([action.name, action.value])]),
        ...(action.name === 'requirepass' ? logInTasks(node, logins) : []),
      ];
    case 'set-user':
      return [
        told(`User ${action.user}`, node, [
          'ACL SETUSER ',
          ...lineParts([action.user]),
          ...ruleParts(action.rules),
        ]),
        ...logInTasks(node, logins),
      ];
    case 'delete-user':
      return [told(`No user ${action.user}`, node, ['ACL DELUSER ', ...lineParts([action.user])])];
    case 'keep-user':
      return keepUser(action, node);
    case 'save':
      return [told('Save', node, [action.by === 'acl-save' ? 'ACL SAVE' : 'CONFIG REWRITE'])];
    case 'edit-conf':
      return action.changes.flatMap((change) => edit(action.path, change, node));
    case 'write-file':
      return [
        {
          name: 'Folder of a file of ours',
          'ansible.builtin.file': { path: plainText(folderOf(action.path)), state: 'directory' },
        },
        {
          name: plainText(`Write ${action.path}`),
          'ansible.builtin.copy': {
            dest: plainText(action.path),
            follow: true,
            content: plainText(action.text),
            mode: plainText(action.mode),
            owner: action.owner === undefined ? undefined : plainText(action.owner),
            group: action.group === undefined ? undefined : plainText(action.group),
          },
        },
      ];
    case 'set-access':
      return [
        {
          name: plainText(`Owner and mode of ${action.path}`),
          'ansible.builtin.file': {
            path: plainText(action.path),
            mode: action.mode === undefined ? undefined : plainText(action.mode),
            owner: action.owner === undefined ? undefined : plainText(action.owner),
            group: action.group === undefined ? undefined : plainText(action.group),
          },
        },
      ];
    case 'restart':
      return action.by.kind === 'systemd' ? restart(action.by.unit, node) : [];
    case 'renew-links':
      return [told('Replicas log in anew', node, ['CLIENT KILL TYPE replica'])];
    case 'set-firewall': {
      const { put } = firewallScript({ backend: action.backend, port: action.ports[0] ?? 0 });
      return [shellTask('Rules of the packet filter', [put], plainText(firewallInput(action)))];
    }
    case 'keep-firewall':
      return [
        shellTask(
          `Rules in ${action.path}`,
          [keepScript(action), 'sh', action.path],
          plainText(keepInput(action)),
        ),
      ];
    case 'make-certificate':
    case 'set-sentinel':
      return [];
  }
}

/** A script of POSIX sh, as the account that the play becomes: root, for rules. */
export const shellTask = (name: string, script: readonly string[], stdin: string, more: Task = {}): Task => ({
  name: plainText(name),
  'ansible.builtin.command': { argv: ['sh', '-c', ...script.map(plainText)], stdin },
  ...more,
});

const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 1));

export const restart = (unit: string, node: PlanNode): readonly Task[] => [
  {
    name: plainText(`Restart ${unit}`),
    'ansible.builtin.systemd': { name: plainText(unit), state: 'restarted', daemon_reload: true },
  },
  answers(node),
];

export const answers = (node: PlanNode): Task =>
  asked('The server answers', node, [['PING']], {
    register: 'keyward_answer',
    until: "keyward_answer.stdout is match('^(OK|PONG)\\nPONG$')",
    retries: '{{ keyward_patience | int }}',
    delay: 1,
    changed_when: false,
    check_mode: false,
  });

/** The line of a user, of an answer to ACL LIST, as an expression of Jinja: the empty text where there is none. */
export const userLine = (register: string, user: string): string =>
  `(${register}.stdout_lines | map('regex_replace', '^ *[0-9]+[)] "|"$', '') | ` +
  `select('match', ${literal(`^user ${expressionPattern(user)} `)}) | list + ['']) | first`;

const keepUser = ({ user, path }: Extract<Action, { do: 'keep-user' }>, node: PlanNode): readonly Task[] => [
  read(`Users, to keep ${user}`, node, 'ACL LIST', 'keyward_users'),
  {
    name: plainText(`Keep user ${user} in ${path}`),
    'ansible.builtin.lineinfile': {
      path: plainText(path),
      regexp: plainText(String.raw`^\s*user\s+"?${pattern(user)}"?\s`),
      line: `{{ ${userLine('keyward_users', user)} }}`,
    },
    no_log: true,
  },
];

/** A setting may stand in the file under the name that it had before. */
function namesOf({ product, version }: PlanNode, name: string): string {
  const known = product === 'redis' || product === 'valkey' || product === 'keydb';
  const aliases = known ? (directiveTable(product, version).get(name.toLowerCase())?.aliases ?? []) : [];
  return [name, ...aliases].map(pattern).join('|');
}

function edit(path: string, change: PlannedChange, node: PlanNode): readonly Task[] {
  const { name } = change;
  const head = String.raw`^\s*(?:${namesOf(node, name)})`;
  const line = (args: readonly Value[]): string => template([name, ...spaced(args)]);
  const task = (what: string, module: Task): Task => ({
    name: plainText(`${what} ${name} in ${path}`),
    'ansible.builtin.lineinfile': { path: plainText(path), ...module },
    no_log: true,
  });
  const any = plainText(String.raw`(?i)${head}(?:\s|$)`);
  const begins = 'beginning' in change ? (change.beginning ?? []).map(pattern).join(String.raw`\s+`) : '';
  const chosen =
    plainText(begins === '' ? `(?i)${head}` : String.raw`(?i)${head}\s+${begins}`) + String.raw`(?:\s|$)`;
  switch (change.do) {
    case 'set':
      return [task('Set', { regexp: any, line: line(change.args) })];
    case 'append':
      return [task('Add', { line: line(change.args) })];
    case 'remove':
      return [task('Remove', { regexp: chosen, state: 'absent' })];
    case 'comment-out':
      return [
        {
          name: plainText(`Comment out ${name} in ${path}`),
          'ansible.builtin.replace': {
            path: plainText(path),
            regexp: plainText(
              String.raw`(?im)^(?=\s*(?:${namesOf(node, name)})${begins === '' ? '' : String.raw`\s+${begins}`}(?:\s|$))`,
            ),
            replace: '# ',
          },
        },
      ];
    case 'replace':
      return [
        task('Clear', { regexp: any, state: 'absent' }),
        ...change.lines.map((args) => task('Add', { line: line(args) })),
      ];
  }
}

const spaced = (args: readonly Value[]): readonly Part[] =>
  args.flatMap((arg): readonly Part[] =>
    typeof arg === 'string' && /^[A-Za-z0-9_./:*+@&~-]+$/.test(arg)
      ? [` ${arg}`]
      : [' ', ...lineParts([arg])],
  );
