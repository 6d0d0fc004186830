/**
 * Whoever applies a plan must still be let in afterwards: to confirm it, and to undo it. So nobody's door is closed
 * before there is another one.
 */
import type { Action, Plan, PlanNode, Step } from '../../model/index.ts';
import { afterRules } from './rules.ts';

interface Doors {
  /** Users that the plan made, and that can do everything. */
  readonly administrators: Set<string>;
  /** Somebody's way in was closed or narrowed. */
  closed: boolean;
}

const userOf = ({ target }: PlanNode): string =>
  target.kind === 'tcp' || target.kind === 'unix' ? (target.user ?? 'default') : 'default';

/**
 * The operator is somebody else than default, as the plan has it: named by its target, or proved at the end of that
 * very step, over a new connection; apply undoes everything where that fails.
 */
const isNamed = (node: PlanNode, { proves }: Step): boolean =>
  userOf(node) !== 'default' ||
  proves.some(
    (claim) =>
      claim.claim === 'login' && claim.node === node.id && claim.accepted && claim.as.kind === 'operator',
  );

function walk(action: Action, doors: Doors, node: PlanNode, step: Step): string | undefined {
  if (action.do === 'delete-user') {
    doors.administrators.delete(action.user);
    if (action.user !== userOf(node)) return undefined;
    doors.closed = true;
    return doors.administrators.size > 0
      ? undefined
      : `user ${action.user}, who applies this plan, would be deleted before there is another administrator`;
  }
  if (action.do !== 'set-user') return undefined;
  const { user, rules } = action;
  const after = afterRules(rules);
  if (user === 'default' && after.offOnly)
    return 'default goes off without resetpass: what is left of nopass turns every other user away in protected mode';
  if (after.administrator && user !== 'default') doors.administrators.add(user);
  else if (after.closed || after.narrowed) doors.administrators.delete(user);
  if (user === 'default' && after.closed) doors.closed = true;
  const shut =
    (after.closed || after.narrowed) && !after.administrator && [userOf(node), 'default'].includes(user);
  if (!shut || doors.administrators.size > 0) return undefined;
  if (user === 'default' && isNamed(node, step)) return undefined;
  return `${user} loses what it takes to administer the server before there is another administrator: a step that makes one comes first`;
}

/** Steps that would lock out who applies the plan, by id, with why. */
export function lockouts({ nodes, steps }: Plan): readonly (readonly [step: string, problem: string])[] {
  const byNode = new Map<string, { readonly step: Step; readonly action: Action }[]>();
  for (const step of steps)
    for (const action of step.does) {
      const all = byNode.get(action.node) ?? [];
      all.push({ step, action });
      byNode.set(action.node, all);
    }
  const open = new Set(
    steps
      .flatMap(({ proves }) => proves)
      .flatMap((claim) => (claim.claim === 'login' && claim.accepted ? [claim.node] : [])),
  );
  return nodes.flatMap((node) => {
    const doors: Doors = { administrators: new Set(), closed: false };
    const found: (readonly [string, string])[] = [];
    let closing: Step | undefined;
    for (const { step, action } of byNode.get(node.id) ?? []) {
      const problem = walk(action, doors, node, step);
      if (problem !== undefined) found.push([step.id, problem]);
      if (doors.closed) closing ??= step;
    }
    if (closing !== undefined && !open.has(node.id))
      found.push([
        closing.id,
        `nothing proves that anybody still gets in at ${node.id}: nobody could confirm the plan`,
      ]);
    return found;
  });
}

/**
 * Tells, step after step, of which nodes the default user has no open door by the end of it, neither on the running
 * server nor in the file that it starts with: it is closed or has a secret of the plan, and is kept so.
 */
export function shutSoFar(): (step: Step) => ReadonlySet<string> {
  const shut = new Set<string>();
  const kept = new Set<string>();
  return ({ does }) => {
    for (const action of does) {
      if (action.do === 'set-user' && action.user === 'default') {
        const { closed, hasSecret } = afterRules(action.rules);
        if (closed || hasSecret) shut.add(action.node);
        else shut.delete(action.node);
      }
      const keeps = action.do === 'save' || (action.do === 'keep-user' && action.user === 'default');
      if (keeps && shut.has(action.node)) kept.add(action.node);
    }
    return kept;
  };
}
