import type { DirectiveLine } from './document.ts';
import type { Directive } from './directive.ts';
import { joinText, type Where } from './joined-text.ts';
import { parseConf } from './parse.ts';
import type { ConfFile, ConfReading, ModuleSetting, ReadOptions } from './reading.ts';
import { readSentinel, type SentinelReading } from './sentinel.ts';
import { newState, report, reportUnknown, type OpenFile, type ReadState } from './state.ts';
import { readStatement } from './statements.ts';
import { refuseUser } from './user-line.ts';
import { badDirective, readValue } from './values.ts';

/**
 * Reads configuration files exactly as a server of that product and version does, include by include and line by
 * line, up to the line that it refuses. Never throws, does no I/O: included files come through `options.load`.
 *
 * The settings equal `CONFIG GET *` of the started server, and what it refuses is refused at the same line: compared
 * with Redis 7.0.15 and 8.6.3 and Valkey 9.1.2. What depends on the host (folders, scripts, modules, addresses) is
 * taken as fine unless `options.host` knows better.
 *
 * @example readConf([{ path: 'redis.conf', bytes }], { product: 'redis', version: '7.0.15' }).settings.get('port')
 */
export function readConf(files: readonly ConfFile[], options: ReadOptions): ConfReading {
  const state = newState(options);
  const opened = files.map(({ path }): OpenFile => ({ path, line: undefined, includes: [] }));
  const { appended } = options;
  const commandLine =
    appended && appended.length > 0
      ? [{ path: '(command line)', bytes: Buffer.concat([Buffer.of(0x0a), appended]) }]
      : [];
  readText([...files, ...commandLine], opened, state);
  const sentinel = state.stopped ? undefined : readSentinelLines(state);
  if (!state.stopped) checkStart(state);
  const { table, settings, places, users, renames, modules, problems, complete } = state;
  return {
    product: options.product,
    version: options.version,
    table,
    settings,
    places,
    users,
    renames,
    modules,
    moduleSettings: lastOfEach(state.moduleSettings),
    sentinel,
    includes: opened,
    problems,
    refused: problems.find(({ fatal }) => fatal),
    complete,
  };
}

/** Reads what the server joins into one text: one file, or all that a pattern matched. */
function readText(
  files: readonly ConfFile[],
  opened: readonly OpenFile[],
  state: ReadState,
  depth = 0,
): void {
  const { bytes, place } = joinText(files);
  const doc = parseConf(bytes, undefined, { joinQuotes: state.traits.joinsQuotes });
  let primary: Where | undefined;
  for (const line of doc.lines) {
    if (state.stopped) return;
    if (line.kind === 'broken')
      report(state, place(line.number), 'Unbalanced quotes in configuration line', { column: line.column });
    else if (line.kind === 'directive') {
      const where = place(line.number);
      if (line.name === 'slaveof' || line.name === 'replicaof') primary = where;
      readLine(line, where, opened, depth, state);
    }
  }
  if (!state.stopped) checkText(primary ?? place(doc.lines.length), state);
}

function readLine(
  line: DirectiveLine,
  where: Where,
  opened: readonly OpenFile[],
  depth: number,
  state: ReadState,
): void {
  const directive = state.table.get(line.name);
  const kind = directive?.type.kind;
  if (directive && kind !== 'statement' && kind !== 'ignored')
    setDirective(directive, line.args, where, state);
  else if (kind === 'ignored' && line.args.length === 1) return;
  else {
    const inner = readStatement(line, where, depth, state);
    if (!inner || inner.length === 0) return;
    const files = inner.map(({ path }): OpenFile => ({ path, line: where.line, includes: [] }));
    opened.find(({ path }) => path === where.file)?.includes.push(...files);
    readText(inner, files, state, depth + 1);
  }
}

function setDirective(directive: Directive, args: readonly string[], where: Where, state: ReadState): void {
  const { settings, places, options, traits } = state;
  const { host } = options;
  const reading = readValue(directive, args, {
    product: options.product,
    version: options.version,
    traits,
    current: settings.get(directive.name) ?? '',
    setting: (name) => (name === 'cluster-enabled' && options.sentinel ? 'yes' : (settings.get(name) ?? '')),
    first: !places.has(directive.name),
    folder: host?.folder ?? (() => true),
    workingFolder: settings.get('dir') || undefined,
    defragments: host?.defragments ?? true,
  });
  if (reading.refused !== undefined) {
    // Before 7.0 a folder that cannot be entered ended the server at once, without the number of the line.
    const silent = directive.name === 'dir' && !traits.complete && args.length === 1;
    report(state, where, reading.refused, silent ? { reported: undefined } : {});
    return;
  }
  const place = { file: where.file, line: where.line };
  for (const name of [directive.name, ...directive.aliases]) {
    settings.set(name, reading.value);
    const before = directive.multi ? places.get(name) : undefined;
    if (before) before.push(place);
    else places.set(name, [place]);
  }
}

/** What a server looks at when it has read a text to its end. */
function checkText(where: Where, state: ReadState): void {
  const { settings, traits } = state;
  const cluster = settings.get('cluster-enabled') === 'yes';
  if (cluster && (settings.get('replicaof') ?? settings.get('slaveof') ?? '') !== '') {
    const name = traits.checked ? 'replicaof' : 'slaveof';
    const reported = traits.complete ? undefined : where.reported;
    report(state, where, `${name} directive not allowed in cluster mode`, { reported });
    return;
  }
  if (cluster && traits.clusterOneDatabase) settings.set('databases', '1');
  if (traits.complete) settings.set('hz', String(Math.min(500, Math.max(1, Number(settings.get('hz'))))));
}

function readSentinelLines(state: ReadState): SentinelReading | undefined {
  const { options, sentinelLines } = state;
  if (!options.sentinel) return undefined;
  const sentinel = readSentinel(sentinelLines, options.product, options.version, {
    executable: options.host?.executable ?? (() => true),
    resolves: options.host?.resolves ?? (() => true),
  });
  if (sentinel.refused) report(state, sentinel.refused.at, sentinel.refused.reason);
  return sentinel;
}

/** Of each name the last line, in their order. */
function lastOfEach(settings: readonly ModuleSetting[]): readonly ModuleSetting[] {
  const places = new Map(settings.map(({ name }, place) => [name, place]));
  return settings.filter(({ name }, place) => places.get(name) === place);
}

/** What stops a server after it has read all. */
function checkStart(state: ReadState): void {
  const { users, modules, settings, places, options, traits } = state;
  const late = { stage: 'start', reported: undefined } as const;
  const [unknown] = lastOfEach(state.moduleSettings);
  if (unknown && modules.length === 0 && !options.sentinel)
    reportUnknown(
      state,
      { file: unknown.file, line: unknown.line, reported: 0 },
      moduleless(unknown.name, state),
      late,
    );
  // Users are made when all is read: what the files say of channels by then holds for all of them.
  const allChannels = settings.get('acl-pubsub-default') === 'allchannels';
  for (const { name, rules, file, line } of users) {
    const reason = /\s/.test(name)
      ? 'Spaces not allowed in ACL usernames'
      : refuseUser(rules, options.product, options.version, allChannels);
    if (reason !== undefined) report(state, { file, line, reported: 0 }, reason, late);
  }
  // Redis 6 does not raise an hz of 0 that stands in a file, and divides by it.
  const dies = traits.checked && !traits.complete && settings.get('hz') === '0';
  for (const place of (dies && places.get('hz')) || [])
    report(state, { ...place, reported: 0 }, 'hz 0: the server dies of a division by zero', late);
  const [user] = users;
  const [aclfile] = places.get('aclfile') ?? [];
  if (user && aclfile && settings.get('aclfile') !== '')
    report(
      state,
      { ...aclfile, reported: 0 },
      'Users are declared here and an ACL file is named: only one is allowed',
      late,
    );
}

const moduleless = (name: string, { traits }: ReadState): string =>
  traits.keepsUnknown && !name.includes('.')
    ? badDirective
    : 'Module Configuration detected without loadmodule directive or no ApplyConfig call';
