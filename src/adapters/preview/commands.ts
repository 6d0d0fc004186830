import {
  families,
  iptablesChange,
  iptablesPart,
  nftPart,
  richTexts,
  ufwCommands,
} from '../../catalog/firewalls/print/index.ts';
import { quoteArg } from '../../lang/quote/index.ts';
import { printable } from '../../lang/text/index.ts';
import { isSecretRef, namesSecret, type Action, type RuleWord, type Value } from '../../model/index.ts';
import { hidden, maskedRule } from './masked-conf.ts';

/** Actions that no file shows. */
export type Command = Exclude<
  Action,
  { readonly do: 'edit-conf' | 'keep-user' | 'write-file' | 'keep-firewall' }
>;

/** A value that the plan holds, or `***` for one that is made later. */
export const shownValue = (value: Value): string => (isSecretRef(value) ? hidden : value);

export const shownRule = (word: RuleWord): string => {
  if (typeof word === 'string') return maskedRule(word);
  return 'drop' in word ? `<${hidden}` : `>${hidden}`;
};

/** As a client of the server types it. */
const inClient = (words: readonly string[]): string => words.map(quoted).join(' ');
const quoted = (word: string): string =>
  word === '' || /[\s"'\\]|[^\x20-\x7e]/.test(word) ? quoteArg(Buffer.from(word)) : word;

/** As a shell takes it. */
const inShell = (words: readonly string[]): string =>
  words
    .map((word) => printable(word, 2000))
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');

/** What an action does, as the command that a person would type who is root or is not, or in words where there is none. */
export function commandsOf(action: Command, root: boolean): readonly string[] {
  switch (action.do) {
    case 'set-setting': {
      const value = namesSecret(action.name) ? hidden : shownValue(action.value);
      return [inClient(['CONFIG', 'SET', action.name, value])];
    }
    case 'set-user':
      return [inClient(['ACL', 'SETUSER', action.user, ...action.rules.map(shownRule)])];
    case 'delete-user':
      return [inClient(['ACL', 'DELUSER', action.user])];
    case 'save':
      return [action.by === 'acl-save' ? 'ACL SAVE' : 'CONFIG REWRITE'];
    case 'renew-links':
      return [
        printable(
          `(replicas and Sentinels that are connected as ${action.user} are disconnected: they come back)`,
        ),
      ];
    case 'set-sentinel': {
      const value = /pass/i.test(action.option) ? hidden : shownValue(action.value);
      return [inClient(['SENTINEL', 'SET', action.master, action.option, value])];
    }
    case 'set-access':
      return access(action, root);
    case 'make-certificate': {
      const { folder, names, days, clients } = action;
      const forWhom = clients.length > 0 ? `; client certificates for ${clients.join(', ')}` : '';
      return [
        printable(
          `in ${folder}, where they are not there yet: a private authority (ca.crt), and a certificate for ${names.join(', ')} (server.crt), good for ${days} days${forWhom}; keys readable by the server only`,
        ),
      ];
    }
    case 'set-firewall':
      return rulesOf(action);
    case 'restart':
      return [
        action.by.kind === 'systemd'
          ? inShell([...asRoot(root), 'systemctl', 'restart', action.by.unit])
          : 'the server is stopped, and started again with the same program, words, folder and account',
      ];
  }
}

const asRoot = (root: boolean): readonly string[] => (root ? [] : ['sudo']);

function access(
  { path, mode, owner, group }: Extract<Action, { readonly do: 'set-access' }>,
  root: boolean,
): readonly string[] {
  const whose = group === undefined ? owner : `${owner ?? ''}:${group}`;
  return [
    ...(whose === undefined ? [] : [inShell([...asRoot(root), 'chown', whose, path])]),
    ...(mode === undefined ? [] : [inShell(['chmod', /^[0-7]{3}$/.test(mode) ? `0${mode}` : mode, path])]),
  ];
}

/** The rules as their own program lists them, once they are there. */
function rulesOf({ backend, ...part }: Extract<Action, { readonly do: 'set-firewall' }>): readonly string[] {
  if (backend === 'nft') return printedLines(nftPart(part));
  if (backend === 'ufw')
    return [
      'among the rules of ufw, in this order, before the first one that lets in by these ports:',
      ...ufwCommands(part).map((line) => `  ${printable(line)}`),
    ];
  if (backend === 'firewalld')
    return [
      'firewall-cmd, in each active zone and the default one:',
      ...richTexts(part).map((text) => `  --add-rich-rule='${printable(text)}'`),
    ];
  const docker = backend === 'docker-user';
  return families.flatMap((family) => {
    const wanted = iptablesPart(part, family, docker);
    const change = iptablesChange({ jumps: [] }, wanted, part.ports[0] ?? 0, docker) ?? '';
    const program = family === 'ipv4' ? 'iptables-restore' : 'ip6tables-restore';
    return [`${program} --noflush:`, ...printedLines(change).map((line) => `  ${line}`)];
  });
}

const printedLines = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => printable(line.replaceAll('\t', '  ')));
