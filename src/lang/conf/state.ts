import type { DirectiveTable } from './directive.ts';
import type { Where } from './joined-text.ts';
import type {
  ConfPlace,
  ConfProblem,
  IncludedFile,
  LoadedModule,
  ModuleSetting,
  ReadOptions,
  RenamedCommand,
  UserLine,
} from './reading.ts';
import type { SentinelLine } from './sentinel.ts';
import { directiveTable } from './table.ts';
import { compareVersionTexts } from '../version/index.ts';
import { traitsOf, type Traits } from './traits.ts';

/** What a reading has gathered so far. Lives no longer than one call of `readConf`. */
export interface ReadState {
  readonly options: ReadOptions;
  readonly table: DirectiveTable;
  readonly traits: Traits;
  readonly settings: Map<string, string>;
  readonly places: Map<string, ConfPlace[]>;
  readonly users: UserLine[];
  readonly userNames: Set<string>;
  readonly renames: RenamedCommand[];
  readonly modules: LoadedModule[];
  /** Each line of each; the last one of a name counts. */
  readonly moduleSettings: ModuleSetting[];
  readonly sentinelLines: SentinelLine[];
  readonly problems: ConfProblem[];
  /** The server's commands under their present names; built when the first one is renamed. */
  commands: Set<string> | undefined;
  files: number;
  stopped: boolean;
  complete: boolean;
}

export function newState(options: ReadOptions): ReadState {
  const { product, version, host, sentinel } = options;
  const table = directiveTable(product, version);
  const traits = traitsOf(product, version);
  const settings = new Map<string, string>();
  for (const { name, default: value } of table.values()) if (value !== undefined) settings.set(name, value);
  if (traits.forgetsSaves) settings.set('save', '');
  if (sentinel) settings.set('port', '26379');
  if (host?.workingFolder !== undefined) settings.set('dir', host.workingFolder);
  return {
    options,
    table,
    traits,
    settings,
    places: new Map(),
    users: [],
    userNames: new Set(),
    renames: [],
    modules: [],
    moduleSettings: [],
    sentinelLines: [],
    problems: [],
    commands: undefined,
    files: 0,
    stopped: false,
    complete: true,
  };
}

/** Notes a problem; a fatal one ends the reading, as it ends the server. */
export function report(
  state: ReadState,
  where: Where,
  reason: string,
  more: Partial<ConfProblem> = {},
): void {
  const found: ConfProblem = { ...where, column: 1, reason, fatal: true, stage: 'read', ...more };
  state.problems.push(found);
  if (found.fatal && !state.options.keepGoing) state.stopped = true;
}

/** A directive that nobody knows. Of a server newer than those that were measured, that is no certain refusal. */
export function reportUnknown(
  state: ReadState,
  where: Where,
  reason: string,
  more: Partial<ConfProblem> = {},
): void {
  const { table, options } = state;
  const newer = !table.exact && compareVersionTexts(options.version, table.version) > 0;
  if (newer)
    report(state, where, `Not known to ${table.product} ${table.version}: ${reason}`, {
      ...more,
      fatal: false,
    });
  else report(state, where, reason, more);
}

/** A file read within another: its own includes are gathered while it is read. */
export interface OpenFile extends IncludedFile {
  readonly includes: OpenFile[];
}
