import { existsSync } from 'node:fs';
import { join } from 'node:path/posix';
import { printable } from '../../lang/text/index.ts';
import type { FirewallText } from '../../model/firewall.ts';
import { textOf } from '../host/bounded-read.ts';
import { procOf } from '../host/process-root.ts';
import { ask, programIn } from './ask.ts';

export interface ReadRules {
  readonly rules: readonly FirewallText[];
  readonly unread: readonly string[];
  /** Some program was there to ask, or the kernel says that it has no rules. */
  readonly asked: boolean;
}

interface Place {
  readonly pid: number | 'self';
  /** Words before each program that put it into the network namespace of that process. */
  readonly within: readonly string[];
  readonly folders: readonly string[];
  readonly root: string;
}

interface Question {
  readonly words: FirewallText['words'];
  readonly what: string;
  readonly program: string;
  readonly argv?: readonly string[];
}

const empty: ReadRules = { rules: [], unread: [], asked: false };

/**
 * Rules of one network namespace, read and never changed. Only what the kernel has loaded is asked for: a program that
 * lists the rules of a module brings the module with it. All run at once, but that iptables over nf_tables is asked
 * only where nft shows a table of it.
 */
export async function readRules(place: Place): Promise<ReadRules> {
  const parts = await Promise.all([
    overNftables(place),
    ofLegacy(place, ''),
    ofLegacy(place, '6'),
    ofSets(place),
  ]);
  const rules = parts.flatMap((part) => part.rules);
  return {
    rules,
    unread: [...new Set(parts.flatMap(({ unread }) => unread))],
    asked: parts.some(({ asked }) => asked) || parts.every(({ unread }) => unread.length === 0),
  };
}

const find = ({ folders }: Place, ...names: readonly string[]): string | undefined =>
  names.map((name) => programIn(folders, name)).find((path) => path !== undefined);

async function answerTo(place: Place, { words, what, program, argv = [] }: Question): Promise<ReadRules> {
  const [first = '', ...rest] = [...place.within, program, ...argv];
  const said = await ask(first, rest);
  if ('why' in said) return { rules: [], unread: [printable(`${what} (${said.why})`, 300)], asked: true };
  const from = program.slice(program.lastIndexOf('/') + 1);
  return { rules: said.text === '' ? [] : [{ words, from, text: said.text }], unread: [], asked: true };
}

const together = (parts: readonly ReadRules[]): ReadRules => ({
  rules: parts.flatMap(({ rules }) => rules),
  unread: parts.flatMap(({ unread }) => unread),
  asked: parts.some(({ asked }) => asked),
});

async function overNftables(place: Place): Promise<ReadRules> {
  if (!hasModule(place.root, 'nf_tables')) return empty;
  const nft = find(place, 'nft');
  if (nft === undefined) {
    const shown = await iptablesOverNft(place);
    const hidden = shown.asked ? 'rules of nftables that iptables does not show' : 'rules of nftables';
    return { ...shown, unread: [...shown.unread, `${hidden} (no nft here)`] };
  }
  const argv = ['-j', 'list', 'ruleset'];
  const native = await answerTo(place, { words: 'nft-json', what: 'rules of nftables', program: nft, argv });
  return together([native, await iptablesOverNft(place, native.rules[0]?.text ?? '')]);
}

/** Tables by the names that iptables gives them: their rules have words that only iptables knows. */
const tablesOfIptables = /"table": ?\{"family": ?"ip(6?)", ?"name": ?"(?:filter|nat|mangle|raw|security)"/g;

/** `shown` by nft: only families of which it shows a table; absent: both. */
async function iptablesOverNft(place: Place, shown?: string): Promise<ReadRules> {
  const seen = shown === undefined ? ['', '6'] : [...shown.matchAll(tablesOfIptables)].map(([, six]) => six);
  const parts = (['', '6'] as const).flatMap((family) => {
    if (!seen.includes(family)) return [];
    const program = find(place, `ip${family}tables-nft-save`, `ip${family}tables-save`);
    const words = family === '' ? 'iptables-save' : 'ip6tables-save';
    return program === undefined
      ? []
      : [answerTo(place, { words, what: `rules of ip${family}tables`, program })];
  });
  return together(await Promise.all(parts));
}

async function ofLegacy(place: Place, family: '' | '6'): Promise<ReadRules> {
  const names = textOf(join(procOf(place.pid, place.root), `net/ip${family}_tables_names`), 4096) ?? '';
  if (names.trim() === '') return empty;
  const program = find(place, `ip${family}tables-legacy-save`, `ip${family}tables-save`);
  const what = `rules of legacy ip${family}tables`;
  if (program === undefined) return { ...empty, unread: [`${what} (no ip${family}tables-save here)`] };
  return answerTo(place, { words: family === '' ? 'iptables-save' : 'ip6tables-save', what, program });
}

async function ofSets(place: Place): Promise<ReadRules> {
  const program = hasModule(place.root, 'ip_set') ? find(place, 'ipset') : undefined;
  if (program === undefined) return empty;
  const read = await answerTo(place, {
    words: 'ipset-save',
    what: 'sets of addresses',
    program,
    argv: ['save'],
  });
  // What a rule names and nobody read is undecided; a kernel without sets has none. Sets alone filter nothing.
  return { rules: read.rules, unread: [], asked: false };
}

/** Whether something is in the kernel: loaded as a module, or built in. */
const hasModule = (root: string, name: string): boolean =>
  existsSync(join(root, 'sys/module', name)) ||
  // Nothing can be loaded into a kernel without modules, so asking does no harm.
  !existsSync(join(root, 'proc/modules')) ||
  builtIn(root).includes(`/${name}.ko\n`);

function builtIn(root: string): string {
  const release = textOf(join(root, 'proc/sys/kernel/osrelease'), 256)?.trim();
  return release === undefined
    ? ''
    : (textOf(join(root, 'lib/modules', release, 'modules.builtin'), 1_048_576) ?? '');
}
