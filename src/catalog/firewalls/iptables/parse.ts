/** Reader of `iptables-save` and `ip6tables-save`, and of files that `iptables-restore` takes. */
import type { Family, Position, RuleProblem, RuleSet } from '../../../lang/packets/index.ts';
import type { IpSets } from '../ipset/index.ts';
import { checkTable } from './check.ts';
import { carryOut, makeChain, setPolicy } from './commands.ts';
import { type DraftTable, newTable, tableOf } from './draft.ts';
import type { RuleDraft } from './rule-state.ts';
import { baseOf, isTable } from './tables.ts';
import { hasOpenQuote, wordsOf } from './words.ts';

export interface IptablesOptions {
  readonly family: Family;
  /** Named in positions. */
  readonly file?: string;
  /** Members of sets, from `ipset save`; without them, what a set holds is undecided. */
  readonly sets?: IpSets;
  /** Chains that are there before this file is loaded (`iptables-restore --noflush`), as ufw does it. */
  readonly chains?: readonly string[];
}

/** More problems than this are not told: a file that is something else has one on every line. */
const mostProblems = 200;
const longestText = 300;

/**
 * Rules of one family, each with its line. Never throws; what `iptables-restore` would refuse is a fatal problem, and
 * the rest is read all the same.
 *
 * @example parseIptablesSave('*filter\n:INPUT DROP [0:0]\nCOMMIT\n', { family: 'ipv4' }).tables[0]?.name // 'filter'
 */
export function parseIptablesSave(text: string, options: IptablesOptions): RuleSet {
  const { family, file } = options;
  const tables = new Map<string, DraftTable>();
  const problems: RuleProblem[] = [];
  const standing = new Set(options.chains);
  let table: DraftTable | undefined;
  let at: Position = position(file, 0, '');

  const problem = (where: Position, reason: string, fatal: boolean): void => {
    if (problems.length < mostProblems) problems.push({ at: where, reason, fatal });
  };
  const draft: Mutable<RuleDraft> = {
    family,
    table: '',
    chain: '',
    protocol: 0,
    protocolNot: false,
    destination: undefined,
    sets: options.sets,
    writtenSets: writtenSets(text),
    memo: new Map(),
    chains: { has: (name) => table?.chains.has(name) === true || standing.has(name) },
    refuse: (reason) => problem(at, reason, true),
    doubt: (reason) => problem(at, reason, false),
  };

  const readLine = (line: string): void => {
    const first = line.charCodeAt(0);
    if (table === undefined) {
      if (first === 42) table = open(line);
      else if (/^\s+$/.test(line)) draft.doubt('blanks on a line of their own');
      else draft.refuse('this stands in no table: a table begins with *NAME and ends with COMMIT');
      return;
    }
    if (line === 'COMMIT') {
      close();
      return;
    }
    if (first === 58) {
      const [name = '', policy = ''] = line.slice(1).split(/[ \t]+/);
      if (policy === '' || name === '') draft.refuse('a chain is declared as :NAME POLICY [0:0]');
      else if (
        policy === '-' ||
        (baseOf(table.name, name, 'accept') === undefined && /^(?:ACCEPT|DROP)$/.test(policy))
      ) {
        if (policy !== '-') draft.doubt(`chain ${name} has no policy: only old iptables refuses this`);
        if (baseOf(table.name, name, 'accept') === undefined) {
          if (table.chains.has(name)) table.chains.delete(name);
          makeChain(name, table, draft, at);
        }
      } else setPolicy(name, policy, table, draft, at);
      return;
    }
    const words = wordsOf(first === 91 ? withoutCounters(line) : line);
    if (words[0] === 'COMMIT') {
      draft.refuse('COMMIT stands alone on its line');
      close();
      return;
    }
    if (words[0]?.startsWith('#') || words.length === 0) {
      draft.refuse('a comment begins at the very start of its line, and no line is of blanks only');
      return;
    }
    if (hasOpenQuote(line)) draft.refuse('a quote is not closed');
    draft.chain = words[1] ?? '';
    draft.protocol = 0;
    draft.protocolNot = false;
    draft.destination = undefined;
    carryOut(words, table, draft, at);
  };
  const open = (line: string): DraftTable => {
    const [name = ''] = line.slice(1).split(/[ \t]+/);
    if (!isTable(name)) draft.refuse(`there is no table ${name}`);
    if (tables.has(name) && options.chains === undefined)
      draft.doubt(`table ${name} is given again: what stands above is thrown away`);
    draft.table = name;
    return options.chains === undefined ? newTable(name) : (tables.get(name) ?? newTable(name));
  };
  const close = (): void => {
    if (table === undefined) return;
    tables.set(table.name, table);
    checkTable(table, (where, reason) => problem(where, reason, true));
    table = undefined;
  };

  let windows = false;
  let line = 0;
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  if (start === 1) problem(position(file, 1, ''), 'a byte order mark stands before the first line', true);
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    line++;
    const next = end + 1;
    if (text.charCodeAt(end - 1) === 13) {
      end--;
      if (!windows && end > start) {
        windows = true;
        problem(
          position(file, line, text.slice(start, end)),
          'line ends of Windows: iptables-restore takes them for a part of the last word',
          true,
        );
      }
    }
    // Comments and empty lines say nothing.
    if (end > start && text.charCodeAt(start) !== 35) {
      const words = text.slice(start, end);
      at = position(file, line, words);
      readLine(words);
    }
    start = next;
  }
  if (table !== undefined) {
    problem(
      position(file, line, ''),
      `the file ends before the COMMIT of table ${table.name}: the table is not loaded`,
      true,
    );
    close();
  }
  return {
    backend: family === 'ipv4' ? 'iptables-save' : 'ip6tables-save',
    tables: [...tables.values()].map((one) => tableOf(one, family)),
    problems,
  };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function position(file: string | undefined, line: number, words: string): Position {
  const text = words.length > longestText ? `${words.slice(0, longestText)}…` : words;
  return file === undefined ? { line, text } : { file, line, text };
}

/** `[packets:bytes]` before a rule, as `iptables-save -c` writes it. */
const withoutCounters = (line: string): string => line.replace(/^\[\d*:\d*\][ \t]*/, '');

/** Sets that some rule puts addresses into, or takes them out of. */
function writtenSets(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  if (text.includes('-set '))
    for (const [, name = ''] of text.matchAll(/--(?:add|del|map)-set[ \t]+(\S{1,64})/g)) found.add(name);
  return found;
}
