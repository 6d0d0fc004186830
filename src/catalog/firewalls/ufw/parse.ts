/** What ufw loads, worked out from its files. */
import { ufwPaths } from './paths.ts';
import type { Chain, Family, Position, RuleProblem, RuleSet, Table } from '../../../lang/packets/index.ts';
import type { IpSets } from '../ipset/index.ts';
import { type DefaultPolicy, type FamilyRules, piecesOf, shutPieces, type Way } from './loading.ts';
import { loadPieces, type Piece } from './pieces.ts';
import { readShellSettings, type ShellSetting } from './shell-settings.ts';
import { stockAfter, stockBefore } from './stock-rules.ts';

/** Texts of ufw's files. One that is absent here was not read; one that the host does not have is empty. */
export interface UfwFiles {
  /** /etc/ufw/user.rules (/lib/ufw/user.rules before 0.34) */
  readonly userRules?: string;
  readonly user6Rules?: string;
  readonly beforeRules?: string;
  readonly before6Rules?: string;
  readonly afterRules?: string;
  readonly after6Rules?: string;
  /** /etc/default/ufw */
  readonly defaults?: string;
  /** /etc/ufw/ufw.conf */
  readonly conf?: string;
  /** Members of sets that before.rules may name, from `ipset save`. */
  readonly sets?: IpSets;
}

type Part = Exclude<keyof typeof ufwPaths, 'defaults' | 'conf'>;

/**
 * The rules of both families that `ufw enable` puts into the kernel, each with its file and line; none where ufw is off.
 * Never throws. Files that were not read are taken as ufw ships them, and a problem says so.
 *
 * @example parseUfw({ userRules, user6Rules, beforeRules, before6Rules, defaults, conf }).tables[0]?.name // 'filter'
 */
export function parseUfw(files: UfwFiles): RuleSet {
  const problems: RuleProblem[] = [];
  const tell = (at: Position, reason: string, fatal = false): void => {
    problems.push({ at, reason, fatal });
  };
  const settings = new Map([
    ...settingsOf(files.defaults, ufwPaths.defaults, tell),
    // Read second by ufw too: what it sets counts.
    ...settingsOf(files.conf, ufwPaths.conf, tell),
  ]);
  const enabled = settings.get('ENABLED');
  if (files.conf !== undefined && !isYes(enabled)) {
    tell(
      enabled?.at ?? { file: ufwPaths.conf, text: '' },
      enabled?.computed
        ? 'whether ufw is enabled is computed: taken as off'
        : 'ufw is not enabled: it loads no rules',
    );
    return { backend: 'ufw', tables: [], problems };
  }
  const policies = {
    input: policyOf('DEFAULT_INPUT_POLICY', 'DROP', settings),
    output: policyOf('DEFAULT_OUTPUT_POLICY', 'ACCEPT', settings),
    forward: policyOf('DEFAULT_FORWARD_POLICY', 'DROP', settings),
  };
  const six = settings.get('IPV6');
  const withSix = six === undefined ? files.defaults === undefined : isYes(six);
  if (six?.computed) tell(six.at, 'whether ufw does IPv6 is computed: taken as off');
  const tables = (['ipv4', 'ipv6'] as const).flatMap((family): readonly Table[] => {
    const pieces =
      family === 'ipv6' && !withSix
        ? shutPieces(six?.at ?? { file: ufwPaths.defaults, text: 'IPV6 is not set to yes' })
        : piecesOf(family === 'ipv6', policies, rulesOf(files, family, tell));
    const loaded = loadPieces(pieces, family, files.sets);
    problems.push(...loaded.problems);
    const unread = files[family === 'ipv6' ? 'user6Rules' : 'userRules'] === undefined;
    const blind = unread && (family === 'ipv4' || withSix);
    return loaded.tables.map((table) => withDoubts(table, policies, blind));
  });
  return { backend: 'ufw', tables, problems };
}

type Setting = ShellSetting & { readonly at: Position };
type Tell = (at: Position, reason: string, fatal?: boolean) => void;

function settingsOf(
  text: string | undefined,
  file: string,
  tell: Tell,
): readonly (readonly [string, Setting])[] {
  if (text === undefined) {
    tell({ file, text: '' }, 'this file was not read: taken as ufw ships it, and enabled');
    return [];
  }
  return Array.from(readShellSettings(text), ([name, setting]) => [
    name,
    { ...setting, at: { file, line: setting.line, text: setting.text } },
  ]);
}

const isYes = (setting: ShellSetting | undefined): boolean =>
  setting?.computed === false && (setting.value === 'yes' || setting.value === 'YES');

interface Policy extends DefaultPolicy {
  readonly computed: boolean;
}

function policyOf(name: string, stock: string, settings: ReadonlyMap<string, Setting>): Policy {
  const setting = settings.get(name);
  if (setting === undefined)
    return { value: stock, at: { file: ufwPaths.defaults, text: name }, computed: false };
  // What the shell computes is left open below; DROP is only the ground for it.
  return { value: setting.computed ? 'DROP' : setting.value, at: setting.at, computed: setting.computed };
}

/** Files of one family; ufw says so and goes on where one is missing or empty. */
function rulesOf(files: UfwFiles, family: Family, tell: Tell): FamilyRules {
  const six = family === 'ipv6';
  const pieceOf = (part: Part, stock: string | undefined): Piece | undefined => {
    const text = files[part];
    const file = ufwPaths[part];
    const at: Position = { file, text: '' };
    if (text === '') {
      tell(at, 'ufw does not find this file, or it is empty', true);
      return undefined;
    }
    if (text !== undefined) return { text, file };
    tell(
      at,
      `this file was not read: ${stock === undefined ? 'what users are let in is not known' : 'taken as ufw ships it'}`,
    );
    return stock === undefined ? undefined : { text: stock, because: { file, text: 'as ufw ships it' } };
  };
  return {
    before: pieceOf(six ? 'before6Rules' : 'beforeRules', stockBefore(six)),
    after: pieceOf(six ? 'after6Rules' : 'afterRules', stockAfter(six)),
    user: pieceOf(six ? 'user6Rules' : 'userRules', undefined),
  };
}

/** A policy that the shell computes may be any, and so may rules of users that were not read. */
function withDoubts(table: Table, policies: Readonly<Record<Way, Policy>>, blind: boolean): Table {
  if (table.name !== 'filter') return table;
  const open = (chain: Chain, at: Position): Chain => ({
    ...chain,
    rules: [...chain.rules, { when: [], does: [{ deed: 'opaque', on: 'other', text: at.text }], at }],
  });
  return {
    ...table,
    chains: table.chains.map((chain): Chain => {
      if (blind && /^ufw6?-before-(?:input|forward)$/.test(chain.name))
        return open(chain, { file: ufwPaths.userRules, text: 'rules of users, which were not read' });
      const hook = chain.base?.hook;
      if (hook !== 'input' && hook !== 'output' && hook !== 'forward') return chain;
      const { computed, at } = policies[hook];
      return computed ? open(chain, at) : chain;
    }),
  };
}
