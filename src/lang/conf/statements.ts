/** The directives that are no settings: include, rename-command, user, loadmodule, sentinel, and the unknown ones. */
import type { DirectiveLine } from './document.ts';
import type { Where } from './joined-text.ts';
import type { ConfFile } from './reading.ts';
import { report, reportUnknown, type ReadState } from './state.ts';
import { commandNames } from './table.ts';
import { cString, lowerAscii } from '../c-text/index.ts';
import { refuseUser } from './user-line.ts';
import { badDirective } from './values.ts';

// A server has no limit and dies of a loop. Far more than anyone nests, or than any folder of includes holds.
const MAX_DEPTH = 16;
const MAX_FILES = 1024;

/** Reads a statement. What `include` brings is returned, to be read next. */
export function readStatement(
  line: DirectiveLine,
  where: Where,
  depth: number,
  state: ReadState,
): readonly ConfFile[] | undefined {
  const { name, args } = line;
  const { table, options } = state;
  const [first = '', second = ''] = args;
  const place = { file: where.file, line: where.line };
  if (name === 'include' && args.length === 1) return include(cString(first), where, depth, state);
  if (name === 'rename-command' && args.length === 2) rename(first, second, where, state);
  else if (name === 'user' && args.length >= 1 && table.has(name)) user(args, where, state);
  else if (name === 'loadmodule' && args.length >= 1 && table.has(name))
    state.modules.push({ ...place, path: cString(first), args: args.slice(1) });
  else if (keptForModules(name, args, state)) state.moduleSettings.push({ ...place, name, args });
  else if (name === 'sentinel' && table.has(name)) {
    if (args.length === 0) return undefined;
    if (options.sentinel) state.sentinelLines.push({ ...where, args });
    else report(state, where, 'sentinel directive while not in sentinel mode');
  } else {
    const alone = state.traits.moduleSettings && !state.traits.keepsUnknown && name.includes('.');
    if (alone) report(state, where, 'Module config specified without value');
    else reportUnknown(state, where, badDirective);
  }
  return undefined;
}

function keptForModules(name: string, args: readonly string[], { traits, table }: ReadState): boolean {
  if (args.length === 0) return false;
  if (traits.moduleSettings && name.includes('.')) return true;
  return traits.keepsUnknown && !(name === 'sentinel' && table.has(name));
}

function include(
  pattern: string,
  where: Where,
  depth: number,
  state: ReadState,
): readonly ConfFile[] | undefined {
  const glob = state.traits.globs && /[*?[]/.test(pattern);
  const cannot = `Fatal error, can't open config file '${pattern}'`;
  const { load } = state.options;
  if (!load) {
    state.complete = false;
    report(state, where, `What '${pattern}' includes was not read`, { fatal: false });
    return undefined;
  }
  if (depth >= MAX_DEPTH) {
    report(state, where, `Includes are nested more than ${MAX_DEPTH} deep: is this a loop?`, {
      reported: undefined,
    });
    return undefined;
  }
  // The path is relative to the folder that the server is in by now, which a `dir` above may have changed.
  const moved = state.places.has('dir') && !pattern.startsWith('/');
  const loaded = load(moved ? `${state.settings.get('dir')}/${pattern}` : pattern, where.file, glob);
  if ('problem' in loaded) {
    report(state, where, `${cannot}: ${loaded.problem}`, { reported: undefined });
    return undefined;
  }
  if (!glob && loaded.length === 0)
    report(state, where, `${cannot}: No such file or directory`, { reported: undefined });
  state.files += loaded.length;
  if (state.files <= MAX_FILES) return loaded;
  report(state, where, `More than ${MAX_FILES} files are included: is this a loop?`, { reported: undefined });
  return undefined;
}

function rename(command: string, to: string, where: Where, state: ReadState): void {
  const { product, version } = state.options;
  state.commands ??= new Set(commandNames(product, version));
  const { commands } = state;
  const [from, target] = [lowerAscii(command), lowerAscii(to)];
  if (!commands.has(from)) {
    report(state, where, 'No such command in rename-command');
    return;
  }
  if (from.includes('|')) {
    report(state, where, 'A subcommand cannot be renamed: the server fails an assertion', {
      reported: undefined,
    });
    return;
  }
  commands.delete(from);
  if (target !== '' && commands.has(target)) {
    report(state, where, 'Target command name already exists');
    return;
  }
  if (target !== '') commands.add(target);
  state.renames.push({ file: where.file, line: where.line, command, to });
}

function user(args: readonly string[], where: Where, state: ReadState): void {
  const [name = '', ...rules] = args;
  const { product, version } = state.options;
  const duplicate = state.traits.duplicateUsers && state.userNames.has(name);
  const reason = duplicate
    ? 'Duplicate user found. A user can only be defined once in config files'
    : refuseUser(rules, product, version, state.settings.get('acl-pubsub-default') === 'allchannels');
  if (reason === undefined) {
    state.users.push({ file: where.file, line: where.line, name, rules });
    state.userNames.add(name);
  } else report(state, where, `Error in user declaration '${name}': ${reason}`);
}
