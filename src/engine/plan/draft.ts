import {
  needsRoot,
  type Action,
  type Claim,
  type HeldStep,
  type PlanNode,
  type Resource,
  type SecretRequest,
  type Step,
  type Unmet,
} from '../../model/index.ts';
import { nameOf, resourcesOf } from '../apply/resources-of.ts';
import type { Scene } from './scene.ts';
import type { Wish } from './wishes.ts';

/** In which order steps of all nodes follow each other: see `plan-steps.ts`. */
export const phases = [
  'administrator',
  'users',
  'rotate-add',
  'logins',
  'links',
  'files',
  'settings',
  'tls',
  'narrow',
  'rotate-remove',
  'close',
  'doors',
  'plain-port',
  'start',
  'restart',
] as const;
export type Phase = (typeof phases)[number];

/** A step before it has its place. */
export interface Draft {
  /** Unique within a plan: `close-default:n1`. */
  readonly key: string;
  readonly phase: Phase;
  readonly kind: Step['kind'];
  readonly node: string;
  readonly title: string;
  readonly checks: readonly string[];
  readonly does: readonly Action[];
  readonly guard?: readonly Claim[];
  readonly proves: readonly Claim[];
  readonly risk?: Step['risk'];
  readonly closes?: readonly string[];
  readonly needs?: Step['needs'];
  /** Keys of drafts without which this one must not be done. */
  readonly requires?: readonly string[];
  readonly held?: Hold | undefined;
  /** Held where nothing of `requires` is planned at all. */
  readonly alone?: Hold | undefined;
  /** What it risks where nothing of `requires` is planned at all, if that is more. */
  readonly riskAlone?: Step['risk'];
  readonly secrets?: readonly SecretRequest[];
  /** It changes a file only, and takes effect when the server starts anew. */
  readonly restarts?: boolean;
  /** What shows, once it has started anew, that it took effect. */
  readonly afterRestart?: readonly Claim[];
}

export type Hold = Pick<HeldStep, 'why' | 'release'>;

/** What a room of the planner makes of the wishes that it understands. */
export interface Answer {
  readonly drafts: readonly Draft[];
  readonly unmet: readonly Unmet[];
  /** Wishes that are dealt with, one way or the other. */
  readonly taken: readonly Wish[];
}
export type Room = (scene: Scene, wishes: readonly Wish[]) => Answer;

export const nothing: Answer = { drafts: [], unmet: [], taken: [] };

export const together = (answers: readonly Answer[]): Answer => ({
  drafts: answers.flatMap(({ drafts }) => drafts),
  unmet: answers.flatMap(({ unmet }) => unmet),
  taken: answers.flatMap(({ taken }) => taken),
});

export const unmetFor = ({ node, goal, checks, severity }: Wish, why: string, advice: string): Unmet => ({
  node,
  goal,
  checks,
  severity,
  why,
  advice,
});

/** None of them can be reached, for one reason. */
export const refused = (wishes: readonly Wish[], why: string, advice: string): Answer => ({
  drafts: [],
  unmet: wishes.map((wish) => unmetFor(wish, why, advice)),
  taken: wishes,
});

export const checksOf = (wishes: readonly Wish[]): readonly string[] => [
  ...new Set(wishes.flatMap(({ checks }) => checks)),
];

/** Each resource once, in the order in which it is touched first. */
export function undoOf(does: readonly Action[]): readonly Resource[] {
  const seen = new Map<string, Resource>();
  for (const resource of does.flatMap(resourcesOf)) {
    const name = nameOf(resource);
    if (!seen.has(name)) seen.set(name, resource);
  }
  return [...seen.values()];
}

/** What rights of the host the actions need. */
export function needsOf(does: readonly Action[]): Step['needs'] {
  if (does.some((action) => needsRoot(action) !== undefined)) return 'root';
  const onServer = new Set<Action['do']>([
    'set-setting',
    'set-user',
    'delete-user',
    'save',
    'set-sentinel',
    'renew-links',
  ]);
  return does.every(({ do: what }) => onServer.has(what)) ? 'server' : 'files';
}

/** Held, unless the user gave all of them up by name; `default` gives up `default@10.0.0.5` as well. */
export function holdFor(refuse: readonly string[], names: readonly string[], why: string): Hold | undefined {
  const left = [...new Set(names)].filter(
    (name) => !refuse.includes(name) && !refuse.includes(name.split('@', 1)[0] ?? name),
  );
  return left.length === 0 ? undefined : { why, release: left.map((name) => `--refuse ${name}`).join(' ') };
}

/** Waits until nobody is this user, but for those whom the operator gave up by name; for nobody where that is everybody. */
export function untilUnused(refuse: readonly string[], node: string, user: string): readonly Claim[] {
  if (refuse.includes(user)) return [];
  const except = refuse
    .filter((name) => name.startsWith(`${user}@`))
    .map((name) => name.slice(user.length + 1));
  return [{ claim: 'unused', node, user, ...(except.length > 0 ? { except } : {}) }];
}

export const roleRank = ({ role }: PlanNode): number => ['replica', 'sentinel', 'master'].indexOf(role);
