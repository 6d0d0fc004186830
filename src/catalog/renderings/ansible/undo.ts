import type { PlanNode, Resource } from '../../../model/index.ts';
import { firewallScript } from '../parts/firewall-script.ts';
import { followedAlone } from '../parts/followed.ts';
import { quoted } from '../parts/words.ts';
import { restart, shellTask, userLine } from './actions.ts';
import { literal, plainText } from './jinja.ts';
import { asked, read, told, type Task } from './redis-cli.ts';
import { undoOrder } from '../parts/undo-order.ts';

export interface Saved {
  /** Variable that holds what it was. */
  readonly name: string;
  readonly resource: Resource;
  readonly node: PlanNode;
}

const copyOf = (path: string): string => `${plainText(path)}.{{ keyward_backup }}`;

/** Modules follow links to the file behind them; a link of the server's account stops the play. */
const noLinkOfOthers = (path: string): Task =>
  shellTask(`${path} is no link of others`, [`${followedAlone}followed "$1"`, 'sh', path], '', {
    changed_when: false,
    check_mode: false,
  });

const copied = (saved: readonly Saved[]): readonly Saved[] =>
  saved.filter(({ resource }) => resource.kind === 'file' || resource.kind === 'kept-firewall');

/** The copies stay; they may hold secrets, whatever the mode of the file was. */
export const closeCopies = (saved: readonly Saved[]): readonly Task[] =>
  copied(saved).flatMap(({ name, resource }) =>
    'path' in resource
      ? [
          {
            name: plainText(`The copy of ${resource.path} is for its owner alone`),
            'ansible.builtin.file': { path: copyOf(resource.path), mode: 'go=', follow: false },
            when: [`${name}.stat is defined`, `${name}.stat.exists`],
          },
        ]
      : [],
  );

/** Reads what is there before anything is changed. */
export function capture({ name, resource, node }: Saved): readonly Task[] {
  switch (resource.kind) {
    case 'setting':
      return [read(`${resource.name} as it is`, node, `CONFIG GET ${quoted(resource.name)}`, name)];
    case 'user':
      return [read(`User ${resource.user} as it is`, node, 'ACL LIST', name)];
    case 'file':
    case 'kept-firewall':
      return [
        noLinkOfOthers(resource.path),
        {
          name: plainText(`Is there a ${resource.path}`),
          'ansible.builtin.stat': { path: plainText(resource.path), follow: true },
          register: name,
        },
        {
          name: plainText(`A copy of ${resource.path} beside it`),
          'ansible.builtin.copy': {
            src: plainText(resource.path),
            dest: copyOf(resource.path),
            remote_src: true,
            mode: 'preserve',
          },
          when: `${name}.stat.exists`,
        },
      ];
    case 'access':
      return [
        noLinkOfOthers(resource.path),
        {
          name: plainText(`Owner and mode of ${resource.path} as they are`),
          'ansible.builtin.stat': { path: plainText(resource.path), follow: true },
          register: name,
        },
      ];
    case 'process':
    case 'saved':
    case 'sentinel':
      return [];
    case 'firewall':
      return [
        shellTask('Rules of the packet filter as they are', [firewallScript(resource).show], '', {
          register: name,
          changed_when: false,
          check_mode: false,
        }),
      ];
  }
}

/** As apply puts back: files first, then the process that reads them, then what only runs, last what is saved of it. */
export const putBack = (saved: readonly Saved[]): readonly Task[] =>
  undoOrder.flatMap((kind) =>
    saved
      .filter(({ resource }) => resource.kind === kind)
      .toReversed()
      .flatMap(restore),
  );

function restore({ name, resource, node }: Saved): readonly Task[] {
  const known = `${name}.stdout is defined`;
  switch (resource.kind) {
    case 'setting':
      return [
        asked(
          `${resource.name} as it was`,
          node,
          [],
          valueBack(
            node,
            `CONFIG SET ${quoted(resource.name)} `,
            `{{ ${name}.stdout_lines[-1] | regex_replace('^2[)] ', '') }}`,
            known,
          ),
        ),
      ];
    case 'user': {
      const line = userLine(name, resource.user);
      const user = quoted(resource.user);
      return [
        {
          ...told(`No user ${resource.user}, as before`, node, [`ACL DELUSER ${user}`]),
          when: [known, `(${line}) == ''`],
        },
        asked(`User ${resource.user} as it was`, node, [], {
          ...valueBack(
            node,
            `ACL SETUSER ${user} reset `,
            `{{ (${line})[${literal(`user ${resource.user} `)} | length:] }}`,
            known,
          ),
          when: [known, `(${line}) != ''`],
        }),
      ];
    }
    case 'file':
    case 'kept-firewall':
      return [
        {
          name: plainText(`${resource.path} as it was`),
          'ansible.builtin.copy': {
            src: copyOf(resource.path),
            dest: plainText(resource.path),
            follow: true,
            remote_src: true,
            mode: 'preserve',
          },
          when: [`${name}.stat is defined`, `${name}.stat.exists`],
        },
        {
          name: plainText(`No ${resource.path}, as before`),
          'ansible.builtin.file': { path: plainText(resource.path), state: 'absent' },
          when: [`${name}.stat is defined`, `not ${name}.stat.exists`],
        },
      ];
    case 'access':
      return [
        {
          name: plainText(`Owner and mode of ${resource.path} as they were`),
          'ansible.builtin.file': {
            path: plainText(resource.path),
            mode: `{{ ${name}.stat.mode }}`,
            owner: `{{ ${name}.stat.uid }}`,
            group: `{{ ${name}.stat.gid }}`,
          },
          when: [`${name}.stat is defined`, `${name}.stat.exists`],
        },
      ];
    case 'process':
      return resource.by.kind === 'systemd' ? restart(resource.by.unit, node) : [];
    case 'saved':
      return [told('Saved as it was', node, [resource.by === 'acl-save' ? 'ACL SAVE' : 'CONFIG REWRITE'])];
    case 'firewall':
      return [
        shellTask(
          'Rules of the packet filter as they were',
          [firewallScript(resource).put],
          `{{ ${name}.stdout }}\n`,
          { when: [known] },
        ),
      ];
    case 'sentinel':
      return [];
  }
}

/** A command whose last word comes out of a variable: a template of its own, which no word of the plan gets into. */
function valueBack(node: PlanNode, command: string, value: string, known: string): Task {
  const { 'ansible.builtin.command': module } = told('', node, [command]);
  const { argv } = module as { readonly argv: readonly string[] };
  return {
    'ansible.builtin.command': { argv, stdin: `{{ keyward_login }}\n${plainText(command)}${value}` },
    register: 'keyward_told',
    failed_when: "keyward_told.stdout is not match('^(OK|PONG)\\nOK$')",
    when: [known],
  };
}
