/** Users that the operator named go, once nobody uses them; no finding asks for it by itself. */
import type { Unmet } from '../../model/index.ts';
import { nothing, together, untilUnused, type Answer, type Draft, type Room } from './draft.ts';
import { keepUser, keepUsers } from './keeping.ts';
import { nodeKey, type Situation } from './scene.ts';

export const deletesUsers: Room = ({ nodes, input }) =>
  together(
    nodes.flatMap((node) =>
      (input.deleteUsers ?? [])
        .filter((name) => node.users.some((user) => user.name === name))
        .map((name) => deletion(node, name, input.refuse)),
    ),
  );

function deletion(node: Situation, name: string, refuse: readonly string[]): Answer {
  const no = (why: string, advice: string): Answer => ({
    ...nothing,
    unmet: [unmet(node, name, why, advice)],
  });
  const { whoami } = node.view;
  if (!node.live || !node.hasUsers) return nothing;
  if (name === 'default')
    return no('The user default cannot be deleted.', 'A plan closes it: keyward plan --only close-default.');
  if (whoami.known && whoami.value === name)
    return no(`Keyward is logged in as ${name}.`, 'Log in as another administrator, and plan again.');
  const keeping = keepUsers(node);
  if (keeping.how === 'nowhere') return no(keeping.why, keeping.advice);
  const kept = keepUser(node, name, keeping);
  const draft: Draft = {
    key: nodeKey('delete-user', node.node, name),
    phase: 'close',
    kind: 'delete-user',
    node: node.id,
    title: `User ${name} goes`,
    checks: [],
    does: [{ do: 'delete-user', node: node.id, user: name }, ...kept.does],
    // Deleting a user ends its connections: they are given time to go by themselves.
    guard: untilUnused(refuse, node.id, name),
    proves: [{ claim: 'user-exists', node: node.id, user: name, exists: false }, ...kept.proves],
    risk: { level: 'refuses', why: `who logs in as ${name} and was not connected meanwhile` },
  };
  return { drafts: [draft], unmet: [], taken: [] };
}

const unmet = (node: Situation, name: string, why: string, advice: string): Unmet => ({
  node: node.id,
  goal: { kind: 'investigate', what: `the user ${name}` },
  checks: [],
  severity: 'info',
  why,
  advice,
});
