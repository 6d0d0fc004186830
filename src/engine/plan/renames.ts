/**
 * Commands are taken away by `rename-command` where there are no users: before 6.0. Never where another server uses
 * the old name, which are Sentinels, replicas and nodes of a cluster; and never what the append-only file may hold, or
 * the next start would stop at it.
 */
import { checksOf, nothing, refused, together, type Answer, type Room } from './draft.ts';
import { cellsOfCommands } from './closing.ts';
import { nodeKey, textOf, type Scene, type Situation } from './scene.ts';
import type { Wish } from './wishes.ts';

const asksForRenames = new Set(['dangerous-commands-open', 'old-version-has-no-protection']);

export const renamesCommands: Room = (scene, wishes) =>
  together(
    scene.nodes.map((node) => {
      const own = wishes.filter(
        ({ node: id, goal, checks }) =>
          id === node.id && goal.kind === 'investigate' && checks.some((check) => asksForRenames.has(check)),
      );
      const old = node.flavour?.users(node.version) === false && node.flavour.product !== 'kvrocks';
      return own.length === 0 || !old ? nothing : renameAt(scene, node, own);
    }),
  );

/** What an application has no use for. SHUTDOWN stays: scripts that start and stop the server send it. */
const needless = ['debug', 'module', 'slaveof', 'replicaof', 'migrate', 'monitor', 'flushall', 'flushdb'];
/** The way to the host, and also our own way to change settings while it runs. */
const lastOf = ['config'];
const writes = new Set(['flushall', 'flushdb', 'migrate']);

function renameAt(scene: Scene, node: Situation, wishes: readonly Wish[]): Answer {
  const { node: at, view } = node;
  const { replication, conf } = view;
  const watched = node.groups.some(
    ({ kind }) => kind === 'sentinel' || kind === 'replica' || kind === 'master',
  );
  const replicated = replication.known && replication.value.replicas.length > 0;
  const alone = scene.nodes.filter(({ band }) => band === node.band).length === 1;
  if (
    at.mode !== 'standalone' ||
    at.role !== 'master' ||
    watched ||
    replicated ||
    !alone ||
    !replication.known
  )
    return refused(
      wishes,
      'Commands cannot be renamed here: Sentinels, replicas and nodes of a cluster call them by their old names.',
      'Upgrade to 6.2 or later, where each user has the commands that it needs.',
    );
  if (at.conf === undefined || at.host === undefined)
    return refused(
      wishes,
      'Commands are renamed in the file alone, and the file is out of reach.',
      'Run Keyward where the server runs.',
    );
  if (node.census === undefined)
    return refused(
      wishes,
      'Nobody looked which commands its clients use.',
      'Plan while the server runs and its clients are connected.',
    );
  const seen = new Set(
    node.groups.flatMap(({ commands }) => commands.map((name) => name.split('|', 1)[0] ?? name)),
  );
  const known = new Set(node.commands?.commands.map(({ name }) => name.toLowerCase()));
  const had = new Set(conf.known ? conf.value.renames.map(({ from }) => from.toLowerCase()) : []);
  const logged = textOf(node, 'appendonly') !== 'no';
  const names = [...needless, ...(scene.input.policy === 'strict' ? lastOf : [])].filter(
    (name) => known.has(name) && !seen.has(name) && !had.has(name) && !(logged && writes.has(name)),
  );
  if (names.length === 0)
    return refused(
      wishes,
      'Each of these commands was seen in use, or is gone already.',
      'Upgrade to 6.2 or later, where each user has the commands that it needs.',
    );
  const path = at.conf;
  return {
    unmet: [],
    taken: wishes,
    drafts: [
      {
        key: nodeKey('rename-command', at),
        phase: 'start',
        kind: 'rename-command',
        node: node.id,
        title: `Nobody may run ${names.join(', ')}`,
        checks: checksOf(wishes),
        does: [
          {
            do: 'edit-conf',
            node: node.id,
            path,
            changes: names.flatMap((name) => [
              { do: 'remove', name: 'rename-command', beginning: [name] } as const,
              { do: 'append', name: 'rename-command', args: [name, ''] } as const,
            ]),
          },
        ],
        proves: names.map(
          (name) =>
            ({
              claim: 'file-sets',
              node: node.id,
              path,
              name: 'rename-command',
              value: `${name} ""`,
            }) as const,
        ),
        risk: { level: 'refuses', why: `whoever uses one of these and was not seen: ${names.join(', ')}` },
        closes: cellsOfCommands(
          node,
          'default',
          (command) => !names.includes(command.split('|', 1)[0] ?? command),
        ),
        restarts: node.live,
      },
    ],
  };
}
