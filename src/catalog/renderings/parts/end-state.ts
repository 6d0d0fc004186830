/** For forms that say how a server is to be started, not how to get there: what holds when all steps are done. */
import {
  isSecretRef,
  type Action,
  type Plan,
  type PlanNode,
  type RuleWord,
  type Step,
  type Value,
} from '../../../model/index.ts';
import type { LeftOut } from './left-out.ts';

export interface EndState {
  readonly node: PlanNode;
  /** Settings in the words of redis.conf; a secret is one word. */
  readonly settings: ReadonlyMap<string, readonly Value[]>;
  /** Users whole: what they may do does not rest on what they could before. */
  readonly users: ReadonlyMap<string, readonly RuleWord[]>;
  /** Files of ours: the last text that a path is given. */
  readonly files: ReadonlyMap<string, string>;
  /** A process of its own account, and walls around it. */
  readonly walled: boolean;
  readonly leftOut: readonly LeftOut[];
}

/** These forms start the server anew anyway: what was held back for that only is part of them. */
const stepsOf = (plan: Plan): readonly Step[] => [
  ...plan.steps,
  ...plan.held.filter(({ release }) => release === '--restart').map(({ step }) => step),
];

/** What was held back for another reason stays out. */
export const withoutRestarts = (plan: Plan): Plan => ({
  ...plan,
  held: plan.held.filter(({ release }) => release !== '--restart'),
});

export const endStates = (plan: Plan): readonly EndState[] =>
  plan.nodes.map((node) =>
    endState(
      node,
      stepsOf(plan).filter((step) => step.node === node.id),
    ),
  );

function endState(node: PlanNode, steps: readonly Step[]): EndState {
  const settings = new Map<string, readonly Value[]>();
  const users = new Map<string, readonly RuleWord[]>();
  const files = new Map<string, string>();
  const leftOut: LeftOut[] = [];
  for (const step of steps) {
    const reasons = new Set<string>();
    for (const action of step.does) {
      const why = take(action, settings, users, files);
      if (why !== undefined) reasons.add(why);
    }
    for (const why of reasons) leftOut.push({ step, why });
  }
  return {
    node,
    settings,
    users,
    files,
    walled: steps.some(({ kind }) => kind === 'sandbox' || kind === 'run-as'),
    leftOut,
  };
}

/** Takes what the action says of the end; else why it says nothing of it. */
function take(
  action: Action,
  settings: Map<string, readonly Value[]>,
  users: Map<string, readonly RuleWord[]>,
  files: Map<string, string>,
): string | undefined {
  switch (action.do) {
    case 'set-setting':
      // The words of the file, where the step has them too, are more exact.
      settings.set(action.name, [action.value]);
      return undefined;
    case 'edit-conf': {
      const others = action.changes.filter((change) => change.do !== 'set');
      for (const change of action.changes) if (change.do === 'set') settings.set(change.name, change.args);
      return others.length === 0
        ? undefined
        : `lines of ${others.map(({ name }) => name).join(', ')} change beside others`;
    }
    case 'set-user': {
      const [first] = action.rules;
      const known = users.get(action.user);
      if (first !== 'reset' && known === undefined && action.user !== 'default')
        return `what user ${action.user} may do rests on what it could before`;
      users.set(action.user, first === 'reset' ? action.rules.slice(1) : [...(known ?? []), ...action.rules]);
      return undefined;
    }
    case 'delete-user':
      users.delete(action.user);
      return undefined;
    case 'write-file':
      files.set(action.path, action.text);
      return undefined;
    case 'keep-user':
    case 'save':
    case 'restart':
      return undefined;
    case 'set-access':
      return `owner and mode of ${action.path}`;
    case 'make-certificate':
      return 'certificates are made by keyward apply';
    // Links are no state: who starts anew with this one makes them anew.
    case 'renew-links':
      return undefined;
    case 'set-sentinel':
      return 'settings of Sentinel';
    case 'set-firewall':
    case 'keep-firewall':
      return 'rules of the firewall of its host';
  }
}

/** A line of an ACL file; each password is its SHA-256, which a shell works out of a variable. */
export function userFormat(
  user: string,
  rules: readonly RuleWord[],
  names: ReadonlyMap<string, string>,
): { readonly format: string; readonly variables: readonly string[] } | undefined {
  const variables: string[] = [];
  const words: string[] = [];
  for (const rule of rules) {
    if (isSecretRef(rule)) {
      words.push('#%s');
      variables.push(names.get(rule.secret) ?? '');
    } else if (typeof rule === 'string' && /^[!-&(-[\]-~]+$/.test(rule))
      words.push(rule.replaceAll('%', '%%'));
    else return undefined;
  }
  return /^[A-Za-z0-9_.:@-]+$/.test(user) && variables.every((name) => name !== '')
    ? { format: `user ${user} ${words.join(' ')}`, variables }
    : undefined;
}
