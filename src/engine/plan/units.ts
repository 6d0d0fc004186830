/** The account that the server runs as, and the walls around it: one drop-in of its unit, and one restart. */
import type { Action, FileFacts, Goal } from '../../model/index.ts';
import { checksOf, nothing, refused, together, type Answer, type Draft, type Room } from './draft.ts';
import { nodeKey, textOf, type Scene, type Situation } from './scene.ts';
import type { Wish } from './wishes.ts';

const isUnit = ({ goal }: Wish): boolean => goal.kind === 'unit' || goal.kind === 'run-as';

export const changesUnits: Room = (scene, wishes) =>
  together(
    scene.nodes.map((node) => {
      const own = wishes.filter((wish) => wish.node === node.id && isUnit(wish));
      return own.length === 0 ? nothing : unitAt(scene, node, own);
    }),
  );

/** Folders that the server writes into: the walls leave them open. */
function writtenFolders(node: Situation): readonly string[] {
  const { conf, aclFile } = node.node;
  const above = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));
  const log = textOf(node, 'logfile') ?? '';
  const socket = textOf(node, 'unixsocket') ?? '';
  const pid = textOf(node, 'pidfile') ?? '';
  const folders = [
    textOf(node, 'dir') ?? '',
    ...[log, socket, pid, conf ?? '', aclFile ?? ''].filter((path) => path.startsWith('/')).map(above),
  ];
  return [...new Set(folders.filter((path) => path.startsWith('/') && path !== '/'))].toSorted();
}

const safeWord = /^[\w@.:/-]{1,200}$/;

function unitAt(scene: Scene, node: Situation, wishes: readonly Wish[]): Answer {
  const { unit, container } = node.view;
  const restart = node.node.restart;
  if (container.known && container.value !== 'none')
    return refused(
      wishes,
      'The server runs in a container: what it may do is said where the container is started.',
      'Run the container with --user, --cap-drop=ALL, --security-opt=no-new-privileges and --read-only.',
    );
  if (
    !unit.known ||
    node.node.host === undefined ||
    restart?.kind !== 'systemd' ||
    !safeWord.test(restart.unit)
  )
    return nothing;
  const path = `/etc/systemd/system/${restart.unit}.d/keyward.conf`;
  const account = accountOf(scene, wishes);
  const walls = [
    ...new Map(
      wishes
        .map(({ goal }) => goal)
        .filter((goal): goal is Extract<Goal, { kind: 'unit' }> => goal.kind === 'unit')
        .map(({ directive, value }) => [directive, value] as const),
    ),
  ].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const write = (text: readonly string[]): Action => ({
    do: 'write-file',
    node: node.id,
    path,
    text: `[Service]\n${text.join('\n')}\n`,
    mode: '0644',
    owner: 'root',
    group: 'root',
  });
  const runsAs = account === undefined ? [] : [`User=${account}`, `Group=${account}`];
  const folders = writtenFolders(node);
  const shut = [
    ...walls.map(([directive, value]) => `${directive}=${value}`),
    ...(walls.some(([directive]) => directive === 'ProtectSystem')
      ? folders.filter((folder) => safeWord.test(folder)).map((folder) => `ReadWritePaths=-${folder}`)
      : []),
  ];
  const ofKind = (kind: Goal['kind']): readonly Wish[] => wishes.filter(({ goal }) => goal.kind === kind);
  const drafts: Draft[] = [];
  if (account !== undefined) {
    const owned = filesToHandOver(node, account);
    drafts.push({
      key: nodeKey('run-as', node.node),
      phase: 'start',
      kind: 'run-as',
      node: node.id,
      title: `Runs as ${account}, and its files are that account’s`,
      checks: checksOf(ofKind('run-as')),
      does: [
        ...owned.map(
          ({ path: file }) =>
            ({ do: 'set-access', node: node.id, path: file, owner: account, group: account }) as const,
        ),
        write(runsAs),
      ],
      proves: owned.map(
        ({ path: file }) => ({ claim: 'access', node: node.id, path: file, owner: account }) as const,
      ),
      needs: 'root',
      restarts: true,
      afterRestart: [{ claim: 'runs-as', node: node.id, user: account }],
    });
  }
  if (walls.length > 0)
    drafts.push({
      key: nodeKey('sandbox', node.node),
      phase: 'start',
      kind: 'sandbox',
      node: node.id,
      title: `Shut in by its unit: ${walls.map(([directive]) => directive).join(', ')}`.slice(0, 160),
      checks: checksOf(ofKind('unit')),
      does: [write([...runsAs, ...shut])],
      proves: [],
      needs: 'root',
      restarts: true,
      requires: account === undefined ? [] : [nodeKey('run-as', node.node)],
    });
  return { drafts, unmet: [], taken: wishes };
}

/** One account, and one that a unit can name. */
function accountOf(scene: Scene, wishes: readonly Wish[]): string | undefined {
  const wanted = wishes.flatMap(({ goal }) => (goal.kind === 'run-as' ? [goal.user] : []))[0];
  if (wanted === undefined) return undefined;
  const named = scene.input.answers.get('run-as') ?? wanted;
  return /^[a-z_][a-z0-9_-]{0,31}$/.test(named) ? named : wanted;
}

const handedOver: ReadonlySet<FileFacts['role']> = new Set([
  'dir',
  'dump',
  'aof',
  'log',
  'conf',
  'aclfile',
  'tls-key',
]);

/** What the account must be able to write or read, and is another’s. */
const filesToHandOver = ({ view: { files } }: Situation, account: string): readonly FileFacts[] =>
  files.known
    ? files.value.filter(
        ({ role, owner, kind }) =>
          handedOver.has(role) && owner !== account && (kind === 'file' || kind === 'directory'),
      )
    : [];
