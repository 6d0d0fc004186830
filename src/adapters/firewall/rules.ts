import { existsSync } from 'node:fs';
import { join } from 'node:path/posix';
import { printable } from '../../lang/text/index.ts';
import type { FirewallText } from '../../model/firewall.ts';
import { textOf } from '../host/bounded-read.ts';
import { procOf } from '../host/process-root.ts';
import { ask, programIn, type Said } from './ask.ts';

export interface ReadRules {
  readonly rules: readonly FirewallText[];
  readonly unread: readonly string[];
  /** Some program was there to ask, or the kernel says that it has no rules. */
  readonly asked: boolean;
}

interface Question {
  readonly words: FirewallText['words'];
  readonly program: string;
  readonly argv: readonly string[];
  readonly what: string;
}

/**
 * Rules of one network namespace, read and never changed. Only what the kernel has loaded is asked for: a program that
 * lists the rules of a module brings the module with it.
 *
 * `within`: words before each program that put it into another namespace.
 */
export async function readRules(
  pid: number | 'self',
  within: readonly string[],
  folders: readonly string[],
  root: string,
): Promise<ReadRules> {
  const { questions, unread, asked } = questionsFor(pid, folders, root);
  const answers = await Promise.all(
    questions.map(async (question): Promise<readonly [Question, Said]> => {
      const [program = '', ...argv] = [...within, question.program, ...question.argv];
      return [question, await ask(program, argv)];
    }),
  );
  const rules = answers.flatMap(([{ words, program }, said]): readonly FirewallText[] =>
    'text' in said && said.text !== ''
      ? [{ words, from: program.slice(program.lastIndexOf('/') + 1), text: said.text }]
      : [],
  );
  const refused = answers.flatMap(([{ what, words }, said]) =>
    // A kernel without sets has none.
    'why' in said && !(words === 'ipset-save' && /not (?:supported|found)|Kernel support/i.test(said.why))
      ? [printable(`${what} (${said.why})`, 300)]
      : [],
  );
  return { rules, unread: [...unread, ...refused], asked };
}

function questionsFor(
  pid: number | 'self',
  folders: readonly string[],
  root: string,
): { readonly questions: readonly Question[]; readonly unread: readonly string[]; readonly asked: boolean } {
  const find = (...names: readonly string[]): string | undefined =>
    names.map((name) => programIn(folders, name)).find((path) => path !== undefined);
  const questions: Question[] = [];
  const unread: string[] = [];
  const put = (
    words: FirewallText['words'],
    what: string,
    program: string | undefined,
    argv: readonly string[] = [],
  ): void => {
    if (program !== undefined) questions.push({ words, program, argv, what });
  };
  const legacy = (family: '' | '6'): boolean =>
    (textOf(join(procOf(pid, root), `net/ip${family}_tables_names`), 4096) ?? '').trim() !== '';
  const old = [legacy(''), legacy('6')] as const;
  const modern = hasNftables(root);
  const nft = modern ? find('nft') : undefined;
  put('nft-json', 'rules of nftables', nft, ['-j', 'list', 'ruleset']);
  for (const [six, family] of [
    [false, ''],
    [true, '6'],
  ] as const) {
    const words = six ? 'ip6tables-save' : 'iptables-save';
    const plain = find(`ip${family}tables-save`);
    const named = find(`ip${family}tables-legacy-save`);
    const isOld = old[six ? 1 : 0];
    if (isOld) {
      if (named ?? plain) put(words, `rules of legacy ip${family}tables`, named ?? plain);
      else unread.push(`rules of legacy ip${family}tables (no ip${family}tables-save here)`);
    }
    // By its plain name it may be either; asked twice, the same is said twice.
    const overNft = find(`ip${family}tables-nft-save`) ?? (isOld && !named ? undefined : plain);
    if (modern) put(words, `rules of ip${family}tables`, overNft);
  }
  const listed = questions.some(({ words }) => words === 'iptables-save');
  if (modern && nft === undefined && listed)
    unread.push('rules of nftables that iptables does not show (no nft here)');
  // Sets matter to rules of iptables only.
  if (listed || questions.some(({ words }) => words === 'ip6tables-save'))
    put('ipset-save', 'sets of addresses', find('ipset'), ['save']);
  return { questions, unread, asked: questions.length > 0 || (!modern && !old[0] && !old[1]) };
}

/** Whether nf_tables is in the kernel: loaded as a module, or built in. */
const hasNftables = (root: string): boolean =>
  existsSync(join(root, 'sys/module/nf_tables')) ||
  // Nothing can be loaded into a kernel without modules, so asking does no harm.
  !existsSync(join(root, 'proc/modules')) ||
  /\/nf_tables\.ko$/m.test(builtIn(root));

function builtIn(root: string): string {
  const release = textOf(join(root, 'proc/sys/kernel/osrelease'), 256)?.trim();
  return release === undefined
    ? ''
    : (textOf(join(root, 'lib/modules', release, 'modules.builtin'), 1_048_576) ?? '');
}
