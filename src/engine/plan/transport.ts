/** TLS: a port beside the plain one, then the plain one goes, then certificates of clients. */
import type { Goal } from '../../model/index.ts';
import {
  clientCertificateSteps,
  dualPortSteps,
  plainPortSteps,
  type StepParts,
  type TlsPlace,
  type TlsSteps,
} from '../tls-steps.ts';
import { cellsByDoor } from './closing.ts';
import {
  checksOf,
  holdFor,
  nothing,
  refused,
  together,
  type Answer,
  type Draft,
  type Phase,
  type Room,
} from './draft.ts';
import { clientsOf, nodeKey, textOf, type Scene, type Situation } from './scene.ts';
import type { Wish } from './wishes.ts';

const wants = ({ goal }: Wish, name: string): boolean => goal.kind === 'setting' && goal.name === name;
const names = ['tls-port', 'port', 'tls-auth-clients'] as const;

export const speaksTls: Room = (scene, wishes) => {
  const given: GivenPort[] = [];
  return together(
    scene.nodes.flatMap((node) => {
      const own = wishes.filter((wish) => wish.node === node.id);
      const of = (name: string): readonly Wish[] => own.filter((wish) => wants(wish, name));
      if (names.every((name) => of(name).length === 0)) return [];
      return [
        dual(scene, node, of('tls-port'), given),
        plain(
          node,
          of('port').filter(({ goal }) => closes(goal)),
        ),
        certified(scene, node, of('tls-auth-clients')),
      ];
    }),
  );
};

const closes = (goal: Goal): boolean => goal.kind === 'setting' && 'value' in goal && goal.value === '0';

const portOf = (node: Situation, name: string): number => Number(textOf(node, name) ?? 0);

/** A port that one server of the plan gets: no other of its host may. */
interface GivenPort {
  readonly host: string | undefined;
  readonly port: number;
}

/** Where somebody listens already at the server, and where others of the plan will. */
function takenAt(scene: Scene, node: Situation, given: readonly GivenPort[]): ReadonlySet<number> {
  const { listeners } = node.view;
  const { host } = node.node;
  return new Set([
    ...(listeners.known ? listeners.value.map(({ port }) => port ?? 0) : []),
    ...(node.takenPorts ?? []),
    ...scene.nodes
      .filter((one) => one.node.host === host)
      .flatMap((one) => [portOf(one, 'port'), portOf(one, 'tls-port')]),
    ...given.filter((one) => one.host === host).map(({ port }) => port),
  ]);
}

const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port < 65_536;

/** A port beside the plain one that nobody listens at: the one that was answered, else the next that is free. */
function freePort(
  scene: Scene,
  node: Situation,
  given: readonly GivenPort[],
): number | readonly [why: string, advice: string] {
  const taken = takenAt(scene, node, given);
  const first = portOf(node, 'port') + 1 || 6380;
  const free = Array.from({ length: 100 }, (_, i) => first + i).find(
    (port) => isPort(port) && !taken.has(port),
  );
  const answer = scene.input.answers.get('tls-port');
  if (answer === undefined)
    return (
      free ?? [
        `Somebody listens at every port from ${first} to ${first + 99} already.`,
        'Say which port is for TLS with --set tls-port=PORT.',
      ]
    );
  const said = Number(answer);
  const another = `Answer with another port: --set tls-port=${free ?? 'PORT'}.`;
  if (!isPort(said)) return [`${answer} is no port.`, another];
  return taken.has(said)
    ? [`Somebody listens at port ${said} already, so the server could not open it for TLS.`, another]
    : said;
}

function placeOf(node: Situation, tlsPort: number): TlsPlace | undefined {
  const { conf, target, host } = node.node;
  if (conf === undefined || host === undefined || !node.live) return undefined;
  const { process } = node.view;
  const above = conf.slice(0, Math.max(0, conf.lastIndexOf('/')));
  return {
    node: node.node,
    folder: `${above}/keyward-tls`,
    host: target.kind === 'tcp' ? target.host : '127.0.0.1',
    port: portOf(node, 'port'),
    tlsPort,
    ...(process.known && process.value.uid !== 0
      ? { owner: process.value.user, group: process.value.group }
      : {}),
  };
}

/** Names and addresses by which clients reach it: as it was named, and all its own. */
function namesFor({ node, view }: Situation): readonly string[] {
  const own = view.hostAddresses.known
    ? view.hostAddresses.value.map(({ address }) => address).filter((address) => !address.startsWith('fe80:'))
    : [];
  return [...new Set([...(node.target.kind === 'tcp' ? [node.target.host] : []), 'localhost', ...own])];
}

const outOfReach = [
  'Certificates are made where the server’s files are, which are out of reach.',
  'Run Keyward where the server runs, or put a stunnel pair in front of it.',
] as const;

function dual(scene: Scene, node: Situation, wishes: readonly Wish[], given: GivenPort[]): Answer {
  if (wishes.length === 0) return nothing;
  const built = node.settings['tls-port']?.from === 'runtime';
  const port = freePort(scene, node, given);
  const place = placeOf(node, typeof port === 'number' ? port : 0);
  if (place === undefined) return refused(wishes, ...outOfReach);
  if (!built)
    return refused(
      wishes,
      'This server was built without TLS, or is too old for it.',
      'Install a build with TLS (6.0 or later), or put a stunnel pair in front of it.',
    );
  if (typeof port !== 'number') return refused(wishes, ...port);
  given.push({ host: node.node.host, port });
  return drafted(
    node,
    wishes,
    'tls',
    dualPortSteps(place, { names: namesFor(node), days: 397, clients: ['client'] }),
  );
}

function plain(node: Situation, wishes: readonly Wish[]): Answer {
  if (wishes.length === 0) return nothing;
  const { target, mode, role } = node.node;
  const linked =
    mode !== 'standalone' ||
    role !== 'master' ||
    node.groups.some(({ kind }) => kind === 'replica' || kind === 'sentinel');
  const place = placeOf(node, portOf(node, 'tls-port'));
  if (place === undefined) return refused(wishes, ...outOfReach);
  if (linked)
    return refused(
      wishes,
      'Replicas, Sentinels or nodes of a cluster come by the plain port.',
      'Move them first: tls-replication and tls-cluster on every node, and the TLS port in replicaof and sentinel monitor.',
    );
  const answer = drafted(node, wishes, 'plain-port', plainPortSteps(place), (parts) => ({
    closes: cellsByDoor(node, ({ via }) => 'port' in via && !via.tls && via.port === place.port),
    ...(parts.kind === 'plain-port' && target.kind === 'tcp' && !target.tls
      ? {
          held: {
            why: 'We came by the plain port ourselves, and whoever confirms would find it closed.',
            release: `rediss://${target.host}:${place.tlsPort} as the target`,
          },
        }
      : {}),
  }));
  return answer;
}

function certified(scene: Scene, node: Situation, wishes: readonly Wish[]): Answer {
  const asked = wishes.filter(
    ({ goal }) => goal.kind === 'setting' && 'value' in goal && goal.value === 'yes',
  );
  if (asked.length === 0) return nothing;
  const port = portOf(node, 'tls-port');
  const place = placeOf(node, port);
  if (place === undefined || port === 0) return refused(asked, ...outOfReach);
  const ours = textOf(node, 'tls-ca-cert-file') === `${place.folder}/ca.crt`;
  if (!ours)
    return refused(
      asked,
      'Its authority is not one that was made here: nobody but you can make certificates for its clients.',
      'Have a certificate made for each client, hand them out, then CONFIG SET tls-auth-clients yes.',
    );
  const seen = clientsOf(node).filter(({ to }) => to === undefined || to.port === port);
  return drafted(
    node,
    asked,
    'settings',
    clientCertificateSteps(place, {
      names: namesFor(node),
      days: 397,
      clients: [{ name: 'client' }],
      ...(node.node.aclFile === undefined ? {} : { aclFile: node.node.aclFile }),
    }),
    ({ risk }) =>
      risk.level === 'refuses'
        ? {
            phase: 'doors',
            held:
              node.census === undefined
                ? holdFor(scene.input.refuse, ['tls'], 'Nobody looked who comes with TLS.')
                : holdFor(
                    scene.input.refuse,
                    seen.map(() => 'tls'),
                    'Clients are connected with TLS, and it cannot be told which of them show a certificate.',
                  ),
          }
        : {},
  );
}

/** Steps as drafts, each resting on the one before it. */
function drafted(
  node: Situation,
  wishes: readonly Wish[],
  phase: Phase,
  made: TlsSteps,
  more: (parts: StepParts) => Partial<Draft> = () => ({}),
): Answer {
  if ('unmet' in made) return refused(wishes, made.unmet, made.advice);
  const keyOf = (parts: StepParts, at: number): string => nodeKey(parts.kind, node.node, `tls ${at}`);
  return {
    unmet: [],
    taken: wishes,
    drafts: made.steps.map((parts, at): Draft => {
      const before = at === 0 ? undefined : made.steps[at - 1];
      return {
        ...parts,
        key: keyOf(parts, at),
        phase,
        node: node.id,
        checks: checksOf(wishes),
        requires: before ? [keyOf(before, at - 1)] : [],
        ...more(parts),
      };
    }),
  };
}
