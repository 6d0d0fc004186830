import type { Chain, Position, RuleProblem, RuleSet } from '../../../lang/packets/index.ts';
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

/** For a document that could not be read: whatever it allows or denies is not known. */
export function undecided(
  backend: string,
  subject: Subject,
  at: Position,
  problems: readonly RuleProblem[],
): SubjectRules {
  const reason = `not read: ${problems.find(({ fatal }) => fatal)?.reason ?? 'no reason known'}`;
  return subjectRules(
    backend,
    subject,
    [
      {
        name: 'input',
        base: { hook: 'input', type: 'filter', priority: 0, policy: 'drop' },
        rules: [{ when: [], does: [{ deed: 'opaque', on: 'other', text: reason }], at }],
        at,
      },
    ],
    problems,
  );
}
