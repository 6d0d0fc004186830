import type { Chain, Position, Rule, RuleProblem, RuleSet } from '../../../lang/packets/index.ts';
import { type Lines, shown, type Value } from './value.ts';

/** A text with the name of the file, or the words of the command, that it came from. */
export interface CloudDocument {
  readonly text: string;
  readonly file?: string;
}

/** Whose packets a rule set judges: `security-group` sg-1, `pod` default/redis, … */
export interface Subject {
  readonly kind: string;
  readonly id: string;
}

/** A rule set that stands for itself: hand it to `reach` together with the others on the way of the same packets. */
export interface SubjectRules extends RuleSet {
  readonly subject: Subject;
}

/** What became of documents. Where something fatal is among the problems, a rule set says that it is undecided. */
export interface CloudReading {
  readonly ruleSets: readonly SubjectRules[];
  readonly problems: readonly RuleProblem[];
}

/** What documents of a cloud do not say by themselves. All of it may be left out. */
export interface CloudContext {
  /** Addresses of the virtual network, CIDR. Absent: taken to be private ones, which is said as a problem. */
  readonly networks?: readonly string[];
  /** Addresses of the members of groups, tags, prefix lists and service tags, by their id; CIDR. */
  readonly members?: Readonly<Record<string, readonly string[]>>;
}

/** One value out of a document, where it stands, and who is told of what is wrong with it. */
export interface Source {
  readonly value: Value;
  readonly lines: Lines;
  readonly file?: string;
}

/** More problems than this are not told: a document that is something else has one everywhere. */
const mostProblems = 200;
const longestText = 300;

/** Collects problems. */
export interface Problems {
  readonly all: readonly RuleProblem[];
  readonly add: (at: Position, reason: string, fatal?: boolean) => void;
  /** Says a thing once, however often it is met. */
  readonly once: (at: Position, reason: string) => void;
}

export function newProblems(): Problems {
  const all: RuleProblem[] = [];
  const said = new Set<string>();
  const add: Problems['add'] = (at, words, fatal = false) => {
    const reason = shown(words).slice(0, longestText);
    if (all.length < mostProblems || (fatal && all.length < 2 * mostProblems))
      all.push({ at, reason, fatal });
  };
  return {
    all,
    add,
    once: (at, reason) => {
      if (said.has(reason) || said.size > mostProblems) return;
      said.add(reason);
      add(at, reason);
    },
  };
}

/** Where something stands; the words are shortened, and safe to print. */
export function position(
  source: Pick<Source, 'file' | 'lines'>,
  value: Value | undefined,
  text: string,
): Position {
  const line = typeof value === 'object' && value !== null ? source.lines.get(value) : undefined;
  const short = shown(text);
  return {
    ...(source.file === undefined ? {} : { file: source.file }),
    ...(line === undefined ? {} : { line }),
    text: short.length > longestText ? `${short.slice(0, longestText)}…` : short,
  };
}

/** Of chains, in the order of the kernel's hooks. */
export function subjectRules(
  backend: string,
  of: Subject,
  chains: readonly Chain[],
  problems: readonly RuleProblem[],
): SubjectRules {
  const subject = { kind: of.kind, id: shown(of.id) };
  return {
    backend,
    subject,
    tables: [{ name: `${subject.kind} ${subject.id}`, families: ['ipv4', 'ipv6'], chains }],
    problems,
  };
}

/**
 * With what could not be read: it may hold a rule that comes before all others. So nothing that stands beside it is
 * certain, and where nothing else was read there is a rule set that says so.
 */
export function withUnread(
  backend: string,
  ruleSets: readonly SubjectRules[],
  unread: readonly Position[],
  problems: readonly RuleProblem[],
): readonly SubjectRules[] {
  const [at] = unread;
  if (!at) return ruleSets;
  const reason = `not read: ${problems.find(({ fatal }) => fatal)?.reason ?? 'no reason known'}`;
  const open: Rule = { when: [], does: [{ deed: 'opaque', on: 'other', text: reason }], at };
  const chain: Chain = {
    name: 'input',
    base: { hook: 'input', type: 'filter', priority: 0, policy: 'drop' },
    rules: [open],
    at,
  };
  return [
    ...ruleSets.map((ruleSet) => ({
      ...ruleSet,
      tables: ruleSet.tables.map((table) => ({
        ...table,
        chains: table.chains.map((one) => opened(one, open)),
      })),
    })),
    subjectRules(backend, { kind: 'document', id: at.file ?? 'document' }, [chain], problems),
  ];
}

/** The rule for a host's packets to itself stays the first one. */
function opened(chain: Chain, open: Rule): Chain {
  if (chain.base?.hook !== 'input') return chain;
  const [first, ...rest] = chain.rules;
  return first?.when[0]?.match === 'in-interface'
    ? { ...chain, rules: [first, open, ...rest] }
    : { ...chain, rules: [open, ...chain.rules] };
}
