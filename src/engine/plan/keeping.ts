import type { Action, Claim, PlannedChange, Value } from '../../model/index.ts';
import { textOf, type Situation } from './scene.ts';

/** How a change survives the next start of the server; both it and the change, or neither. */
export type Keeping =
  | { readonly how: 'file'; readonly path: string }
  | { readonly how: 'save'; readonly by: 'acl-save' | 'config-rewrite' }
  | { readonly how: 'nowhere'; readonly why: string; readonly advice: string };

const nowhere = (why: string, advice: string): Keeping => ({ how: 'nowhere', why, advice });

const aliases = ({ flavour, version }: Situation, name: string): readonly string[] => [
  name,
  ...(flavour?.directive(name, version)?.aliases ?? []),
];

/** The file in which a line would count: where the last one of that name stands, else the main one. */
function fileOf(node: Situation, name: string, main: string): string {
  const { conf } = node.view;
  if (!conf.known) return main;
  const names = aliases(node, name);
  return conf.value.lines.findLast((line) => names.includes(line.name.toLowerCase()))?.file ?? main;
}

/** Words of the command line win over the file: what is written there would be lost again. */
const onCommandLine = (node: Situation, name: string): boolean => {
  const { process } = node.view;
  return process.known && aliases(node, name).some((one) => process.value.argv.includes(`--${one}`));
};

const hasOwnFile = ({ view: { info } }: Situation): boolean =>
  info.known && (info.value.config_file ?? '') !== '';

export function keepSetting(node: Situation, name: string): Keeping {
  const { conf, host } = node.node;
  if (onCommandLine(node, name))
    return nowhere(
      `${name} stands on the server’s command line, which wins over its file.`,
      `Take --${name} out of the unit, the compose file or the script that starts the server.`,
    );
  if (conf !== undefined && host !== undefined && node.flavour?.readsConf === true)
    return { how: 'file', path: fileOf(node, name, conf) };
  if (node.node.mode !== 'sentinel' && hasOwnFile(node) && node.flavour?.rewrites(node.version) === true)
    return { how: 'save', by: 'config-rewrite' };
  return nowhere(
    'The change would be lost when the server starts anew: its file cannot be written from here, and it keeps none itself.',
    'Start the server with a configuration file that it may write, or run Keyward where its files are.',
  );
}

/** Where users are kept, and in which kind of file. */
export type UserKeeping = Keeping & { readonly file?: 'conf' | 'aclfile' };

export function keepUsers(node: Situation): UserKeeping {
  const { conf, aclFile, host } = node.node;
  const named = textOf(node, 'aclfile') ?? '';
  if (named !== '' || aclFile !== undefined)
    return aclFile !== undefined && host !== undefined
      ? { how: 'file', path: aclFile, file: 'aclfile' }
      : { how: 'save', by: 'acl-save' };
  if (conf !== undefined && host !== undefined) return { how: 'file', path: conf, file: 'conf' };
  return keepSetting(node, 'user');
}

/** The actions that keep a user as the running server has it, and what shows that they did. */
export function keepUser(
  node: Situation,
  user: string,
  keeping: UserKeeping,
): { readonly does: readonly Action[]; readonly proves: readonly Claim[] } {
  if (keeping.how === 'nowhere') return { does: [], proves: [] };
  if (keeping.how === 'save') return { does: [{ do: 'save', node: node.id, by: keeping.by }], proves: [] };
  const { path, file = 'conf' } = keeping;
  return {
    does: [{ do: 'keep-user', node: node.id, user, path, file }],
    proves: [{ claim: 'user-kept', node: node.id, user, path, file }],
  };
}

/** Lines that say nothing any more beside a `user default` line, and still tell a password. */
export function dropRequirepass(node: Situation, keeping: Keeping): readonly Action[] {
  const { conf } = node.view;
  if (keeping.how !== 'file' || !conf.known) return [];
  const files = conf.value.lines
    .filter(({ name }) => name.toLowerCase() === 'requirepass')
    .map(({ file }) => file);
  return [...new Set(files)].map((path) => ({
    do: 'edit-conf',
    node: node.id,
    path,
    changes: [{ do: 'remove', name: 'requirepass' }],
  }));
}

/** A value as the words of its line. */
const argsOf = (node: Situation, name: string, value: Value): readonly Value[] => {
  if (typeof value !== 'string') return [value];
  const type = node.flavour?.directive(name, node.version)?.type;
  const split = type === undefined ? name === 'bind' : type.kind === 'list' || type.kind === 'special';
  const words = value.split(/\s+/).filter((word) => word !== '');
  return split && words.length > 0 ? words : [value];
};

export interface Settled {
  readonly does: readonly Action[];
  readonly proves: readonly Claim[];
}

/** Lines of a file that set a value. One class of output buffers is one line, beside those of the others. */
function changesFor(node: Situation, name: string, value: Value): readonly PlannedChange[] {
  const args = argsOf(node, name, value);
  const [first] = args;
  if (name === 'client-output-buffer-limit' && typeof first === 'string')
    return [
      { do: 'remove', name, beginning: [first] },
      { do: 'append', name, args },
    ];
  return [{ do: 'set', name, args }];
}

/** The line of the file. */
export function settleInFile(node: Situation, name: string, value: Value, path: string): Settled {
  return {
    does: [{ do: 'edit-conf', node: node.id, path, changes: changesFor(node, name, value) }],
    proves: [{ claim: 'file-sets', node: node.id, path, name, value }],
  };
}

/** On the running server, and kept. */
export function settleNow(
  node: Situation,
  name: string,
  value: Value,
  keeping: Exclude<Keeping, { how: 'nowhere' }>,
): Settled {
  const kept =
    keeping.how === 'file'
      ? settleInFile(node, name, value, keeping.path)
      : { does: [{ do: 'save', node: node.id, by: keeping.by } as const], proves: [] };
  return {
    does: [{ do: 'set-setting', node: node.id, name, value }, ...kept.does],
    proves: [{ claim: 'setting', node: node.id, name, value }, ...kept.proves],
  };
}

/** What Sentinel wrote of a master into its own file, which alone tells of a login: some say OK and could not write. */
export const sentinelKeeps = (
  { id, node: { conf, host } }: Situation,
  master: string,
  options: Readonly<Record<string, Value>>,
): readonly Claim[] =>
  conf === undefined || host === undefined
    ? []
    : Object.entries(options).map(([option, value]) => ({
        claim: 'file-sets',
        node: id,
        path: conf,
        name: `sentinel ${option} ${master}`,
        value,
      }));
