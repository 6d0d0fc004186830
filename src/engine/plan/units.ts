/** The account that the server runs as, and the walls around it: one drop-in of its unit, and one restart. */
import { sandboxDropIn, writtenPaths, type SandboxNeeds } from '../../catalog/sandbox/index.ts';
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

/** What the server writes and where it listens, for the walls to leave open. */
function needsOfServer(node: Situation): SandboxNeeds | undefined {
  const dir = textOf(node, 'dir') ?? '';
  const { conf, aclFile } = node.node;
  const { process, unit, modules } = node.view;
  const path = (name: string): string | undefined => {
    const value = textOf(node, name) ?? '';
    return value === '' ? undefined : value;
  };
  const places = {
    dir,
    ...withValue('conf', conf),
    ...withValue('aclFile', aclFile),
    ...withValue('logFile', path('logfile')),
    ...withValue('pidFile', path('pidfile')),
    ...withValue('unixSocket', path('unixsocket')),
  };
  const isSane = (text: string): boolean => !/[\p{Cc}]/u.test(text);
  if (!dir.startsWith('/') || !Object.values(places).every(isSane)) return undefined;
  const writes = writtenPaths(places);
  const reads = [
    ...(process.known ? [process.value.exe] : []),
    ...(conf === undefined ? [] : [conf]),
    ...(modules.known ? modules.value.flatMap(({ path: file }) => file ?? []) : []),
  ].filter((file) => file.startsWith('/') && isSane(file));
  // The walls around home folders need mounts of their own, which a plan does not make.
  if ([...writes, ...reads].some((file) => /^\/(?:home|root|run\/user)(?:\/|$)/.test(file))) return undefined;
  const clients = Number(textOf(node, 'maxclients') ?? 10_000);
  return {
    writes,
    reads,
    ports: ['port', 'tls-port'].map((name) => Number(textOf(node, name) ?? 0)).filter((port) => port > 0),
    modules: !modules.known || modules.value.some(({ path: file }) => file !== undefined),
    scripts: node.node.mode === 'sentinel',
    pinned: ['server-cpulist', 'server_cpulist', 'bio-cpulist'].some((name) => path(name) !== undefined),
    socketByUmask:
      path('unixsocket') !== undefined && ['', '0'].includes(textOf(node, 'unixsocketperm') ?? ''),
    ...(Number.isSafeInteger(clients) ? { clients } : {}),
    ...(unit.known ? { unit: unit.value.service } : {}),
  };
}

const withValue = <K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: string });

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
  const write = (text: string): Action => ({
    do: 'write-file',
    node: node.id,
    path,
    text,
    mode: '0644',
    owner: 'root',
    group: 'root',
  });
  const written = { claim: 'access', node: node.id, path, mode: '0644', owner: 'root' } as const;
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
        write(`[Service]\nUser=${account}\nGroup=${account}\n`),
      ],
      proves: [
        ...owned.map(
          ({ path: file }) => ({ claim: 'access', node: node.id, path: file, owner: account }) as const,
        ),
        written,
      ],
      needs: 'root',
      restarts: true,
      afterRestart: [{ claim: 'runs-as', node: node.id, user: account }],
    });
  }
  const walled = ofKind('unit');
  const needs = needsOfServer(node);
  if (walled.length > 0 && needs !== undefined) {
    const { text, open } = sandboxDropIn({ ...needs, ...(account === undefined ? {} : { user: account }) });
    drafts.push({
      key: nodeKey('sandbox', node.node),
      phase: 'start',
      kind: 'sandbox',
      node: node.id,
      title: `Its unit leaves it nothing but what it needs${open.length === 0 ? '' : `; left open: ${open.map(({ directive, why }) => `${directive}, since ${why}`).join('; ')}`}`,
      checks: checksOf(walled),
      does: [write(text)],
      proves: [written],
      needs: 'root',
      restarts: true,
      // The kernel tells of this wall; a unit whose file counts for nothing puts up none of them.
      afterRestart: [{ claim: 'no-new-privileges', node: node.id }],
      requires: account === undefined ? [] : [nodeKey('run-as', node.node)],
    });
  }
  return together([
    {
      drafts,
      unmet: [],
      taken: wishes.filter((wish) => needs !== undefined || !walled.includes(wish)),
    },
    needs === undefined
      ? refused(
          walled,
          'Its folders are not known, or lie in a home folder: walls around them would shut it out of its data.',
          'Move its data to /var/lib and its program to /usr, then plan again.',
        )
      : nothing,
  ]);
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
