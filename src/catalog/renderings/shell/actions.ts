import { directiveTable } from '../../../lang/conf/index.ts';
import type { Action, PlanNode, PlannedChange } from '../../../model/index.ts';
import {
  cannotScript,
  firewallInput,
  firewallScript,
  keepInput,
  keepScript,
} from '../parts/firewall-script.ts';
import { lineParts, ruleParts, type Part } from '../parts/words.ts';
import { print, printfOf, word } from './quoting.ts';

type Names = ReadonlyMap<string, string>;

/** Why a script cannot do it. */
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
      return action.name === 'port' ? 'the script itself would lose its way to the server' : undefined;
    default:
      return undefined;
  }
}

export function perform(action: Action, node: PlanNode, secrets: Names): readonly string[] {
  const tell = (parts: readonly Part[]): string => print([printfOf(parts, secrets), ' | tell']);
  switch (action.do) {
    case 'set-setting':
      return [tell(['CONFIG SET ', ...lineParts([action.name, action.value])])];
    case 'set-user':
      return [tell(['ACL SETUSER ', ...lineParts([action.user]), ...ruleParts(action.rules)])];
    case 'delete-user':
      return [tell(['ACL DELUSER ', ...lineParts([action.user])])];
    case 'keep-user':
      return [print(['keep_user ', word(action.path), ' ', word(action.user)])];
    case 'save':
      return [tell([action.by === 'acl-save' ? 'ACL SAVE' : 'CONFIG REWRITE'])];
    case 'edit-conf':
      return action.changes.map((change) => edit(action.path, change, node, secrets));
    case 'write-file':
      return [writeFile(action)];
    case 'set-access':
      return [print(['set_access ', [action.path, ownerOf(action), action.mode ?? ''].map(word).join(' ')])];
    case 'restart':
      return action.by.kind === 'systemd'
        ? [
            print(['as_root systemctl daemon-reload']),
            print(['as_root systemctl restart ', word(action.by.unit)]),
            'await_answer\n',
          ]
        : [];
    case 'renew-links':
      return [tell(['CLIENT KILL TYPE replica'])];
    case 'set-firewall': {
      const { put } = firewallScript({ backend: action.backend, port: action.ports[0] ?? 0 });
      return [asRoot(firewallInput(action), put, '')];
    }
    case 'keep-firewall':
      return [asRoot(keepInput(action), keepScript(action), ` sh ${word(action.path)}`)];
    case 'make-certificate':
    case 'set-sentinel':
      return [];
  }
}

const asRoot = (input: string, script: string, more: string): string =>
  print([
    'printf %s ',
    word(input),
    ' | as_root sh -c ',
    word(script),
    more,
    " || fail 'the rules were not taken'",
  ]);

const ownerOf = ({ owner, group }: { readonly owner?: string; readonly group?: string }): string =>
  `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;

/** A setting may stand in the file under the name that it had before. */
function namesOf({ product, version }: PlanNode, name: string): readonly string[] {
  const known = product === 'redis' || product === 'valkey' || product === 'keydb';
  const aliases = known ? (directiveTable(product, version).get(name.toLowerCase())?.aliases ?? []) : [];
  return [name.toLowerCase(), ...aliases];
}

function edit(path: string, change: PlannedChange, node: PlanNode, secrets: Names): string {
  const lines: readonly (readonly Part[])[] =
    change.do === 'replace'
      ? change.lines.map((args) => [change.name, ...spaced(args)])
      : change.do === 'set' || change.do === 'append'
        ? [[change.name, ...spaced(change.args)]]
        : [];
  const beginning = 'beginning' in change ? (change.beginning ?? []).join(' ') : '';
  const parts = lines.flatMap((line, index): readonly Part[] => [...(index === 0 ? [] : ['\n']), ...line]);
  const input = lines.length === 0 ? ':' : printfOf(parts, secrets);
  const names = namesOf(node, change.name).join(' ');
  return print([input, ' | edit_conf ', [path, change.do, names, beginning].map(word).join(' ')]);
}

/** As plain as a person would write it; quotes only where they are needed. */
const spaced = (args: readonly (string | { readonly secret: string })[]): readonly Part[] =>
  args.flatMap((arg): readonly Part[] =>
    typeof arg === 'string' && /^[A-Za-z0-9_./:*+@&~-]+$/.test(arg)
      ? [` ${arg}`]
      : [' ', ...lineParts([arg])],
  );

function writeFile({ path, mode, text, owner, group }: Extract<Action, { do: 'write-file' }>): string {
  const lines = text.split('\n');
  let end = 'END_OF_FILE';
  while (lines.includes(end)) end += '_';
  const body = text.endsWith('\n') || text === '' ? text : `${text}\n`;
  const account = ownerOf({
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  });
  return `write_file ${[path, mode, account].map(word).join(' ')} <<'${end}'\n${body}${end}\n`;
}
