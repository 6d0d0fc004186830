/** Settings: at once where CONFIG SET takes them, else in the file and with the one restart of the node. */
import { namesSecret, type Goal, type Risk, type StepKind } from '../../model/index.ts';
import { bufferClass } from '../../lang/conf/index.ts';
import { cellsByDoor, cellsOfCommands, isRemote } from './closing.ts';
import { checksOf, holdFor, refused, together, type Answer, type Draft, type Room } from './draft.ts';
import { keepSetting, settleInFile, settleNow } from './keeping.ts';
import { leftAlone } from './left-alone.ts';
import {
  clientsOf,
  isLocalAddress,
  nameOfGroup,
  nodeKey,
  textOf,
  type Scene,
  type Situation,
} from './scene.ts';
import type { Wish } from './wishes.ts';

type SettingGoal = Extract<Goal, { kind: 'setting' }>;

/** Others of the planner's rooms know more of these. */
const elsewhere = (name: string): boolean =>
  name === 'bind' ||
  name.startsWith('sentinel ') ||
  name === 'unixsocketperm' ||
  // A secret is never given as a word of a plan.
  namesSecret(name) ||
  /^(?:primary|master)(?:auth|user)$/.test(name);

const limits = new Set([
  'maxclients',
  'timeout',
  'tcp-keepalive',
  'client-output-buffer-limit',
  'client-query-buffer-limit',
  'proto-max-bulk-len',
  'maxmemory',
  'maxmemory-clients',
  'lua-time-limit',
  'busy-reply-threshold',
]);
const switches = new Set(['enable-debug-command', 'enable-module-command', 'enable-protected-configs']);

const kindOf = (name: string): StepKind =>
  name === 'protected-mode'
    ? 'protected-mode'
    : limits.has(name)
      ? 'limits'
      : switches.has(name)
        ? 'switches'
        : name === 'tls-auth-clients'
          ? 'client-certificates'
          : name.startsWith('tls-')
            ? 'tls'
            : name === 'port'
              ? 'plain-port'
              : 'setting';

/** What it is set to: by the finding, else by the user. */
export const valueFor = (scene: Scene, goal: SettingGoal): string | undefined => {
  const value = scene.input.answers.get(goal.name) ?? ('value' in goal ? goal.value : undefined);
  // In bytes: CONFIG SET before 6.0 takes the 64mb of output buffers for 64 bytes, and hangs up on the replicas.
  return goal.name === 'client-output-buffer-limit' && value !== undefined
    ? (bufferClass(value, value) ?? value)
    : value;
};

const isSetting = (wish: Wish): wish is Wish & { readonly goal: SettingGoal } =>
  wish.goal.kind === 'setting' && !elsewhere(wish.goal.name);

export const changesSettings: Room = (scene, wishes) =>
  together(
    scene.nodes.flatMap((node) => {
      const own = wishes.filter((wish) => wish.node === node.id).filter(isSetting);
      // Each class of clients has limits of its own in this one directive.
      const part = ({ goal }: (typeof own)[number]): string =>
        goal.name === 'client-output-buffer-limit' && 'value' in goal
          ? `${goal.name} ${goal.value.split(' ', 1)[0] ?? ''}`
          : goal.name;
      return [...new Set(own.map(part))].map((name) =>
        settingAt(
          scene,
          node,
          own.filter((wish) => part(wish) === name),
        ),
      );
    }),
  );

function settingAt(
  scene: Scene,
  node: Situation,
  wishes: readonly (Wish & { readonly goal: SettingGoal })[],
): Answer {
  const [first] = wishes;
  if (first === undefined) return { drafts: [], unmet: [], taken: [] };
  const { name } = first.goal;
  const values = [...new Set(wishes.flatMap(({ goal }) => valueFor(scene, goal) ?? []))];
  const [value] = values;
  if (values.length > 1)
    return refused(
      wishes,
      `Findings want different values of ${name}: ${values.join(', ')}.`,
      `Say which with --set ${name}=VALUE, or leave one of the checks out with --except.`,
    );
  if (value === undefined) {
    const ask = wishes.map(({ goal }) => ('ask' in goal ? goal.ask : '')).find((text) => text !== '');
    return refused(wishes, `Only you know ${name}: ${ask ?? 'a value'}.`, `Answer with --set ${name}=VALUE.`);
  }
  return settle(scene, node, { name, value, wishes });
}

interface Wanted {
  readonly name: string;
  readonly value: string;
  readonly wishes: readonly Wish[];
}

function settle(scene: Scene, node: Situation, { name, value, wishes }: Wanted): Answer {
  const effect = node.flavour?.effect(name, node.version);
  if (effect === undefined)
    return refused(
      wishes,
      `It is not known how ${node.node.product} ${node.version} takes ${name}.`,
      `See ${node.flavour?.manual ?? 'the manual of that server'}.`,
    );
  const shut =
    node.flavour?.isProtected(name, node.version) === true &&
    textOf(node, 'enable-protected-configs') !== 'yes';
  const now = effect === 'now' && node.live && node.configures && !shut;
  const alone = leftAlone(name, { live: now && !scene.input.answers.has(name) });
  if (alone) return refused(wishes, ...alone);
  const keeping = keepSetting(node, name);
  if (keeping.how === 'nowhere') return refused(wishes, keeping.why, keeping.advice);
  const kind = kindOf(name);
  const checks = checksOf(wishes);
  const base = {
    key: nodeKey(kind, node.node, `${name} ${name === 'client-output-buffer-limit' ? value : ''}`.trim()),
    kind,
    node: node.id,
    title: `${name} ${value === '' ? '""' : value}`,
    checks,
    closes: closesOf(node, name, value),
  };
  if (now) {
    const settled = settleNow(node, name, value, keeping);
    return {
      unmet: [],
      taken: wishes,
      drafts: [
        {
          ...base,
          ...settled,
          phase: kind === 'protected-mode' ? 'doors' : 'settings',
          risk: riskOf(name),
          ...heldOf(scene, node, name, value),
        },
      ],
    };
  }
  if (keeping.how !== 'file')
    return refused(
      wishes,
      `The server takes ${name} only from its file when it starts, and the file is out of reach.`,
      'Run Keyward where the server runs.',
    );
  const drafted: Draft = {
    ...base,
    ...settleInFile(node, name, value, keeping.path),
    phase: 'start',
    restarts: node.live,
  };
  return { drafts: [drafted], unmet: [], taken: wishes };
}

const riskOf = (name: string): Risk =>
  name === 'timeout'
    ? { level: 'reconnect', why: 'connections that say nothing for so long are closed' }
    : name === 'maxclients'
      ? { level: 'refuses', why: 'whoever comes beyond that number' }
      : name.startsWith('tls-')
        ? { level: 'refuses', why: 'clients that connect anew with TLS, and cannot do what is asked of them' }
        : { level: 'none' };

/** Protected mode turns other hosts away while the default user is open; the rooms of access close it before. */
function heldOf(
  scene: Scene,
  node: Situation,
  name: string,
  value: string,
): Partial<Pick<Draft, 'held' | 'requires' | 'alone' | 'riskAlone'>> {
  const { refuse } = scene.input;
  if (name === 'maxclients') {
    const seen = node.groups.reduce((sum, { connections }) => sum + connections, 0);
    return Number(value) > seen
      ? {}
      : { held: holdFor(refuse, ['maxclients'], `${seen} connections were seen at once.`) };
  }
  if (name.startsWith('tls-ca-cert')) {
    const port = Number(textOf(node, 'tls-port') ?? 0);
    const seen = clientsOf(node).filter(({ to }) => port > 0 && (to === undefined || to.port === port));
    const why =
      'Clients are connected with TLS, and it cannot be told which authority made their certificates.';
    return {
      held:
        node.live && node.census === undefined
          ? holdFor(refuse, ['tls'], 'Nobody looked who comes with TLS.')
          : holdFor(
              refuse,
              seen.map(() => 'tls'),
              why,
            ),
    };
  }
  if (name !== 'protected-mode' || value !== 'yes') return {};
  const main = node.users.find((user) => user.name === 'default');
  if (main?.enabled === false || main?.noPassword === false) return {};
  const remote = clientsOf(node).filter(({ address }) => !isLocalAddress(address));
  const why = 'They come from other hosts without a login, which protected mode refuses.';
  return {
    riskAlone: { level: 'refuses', why: 'other hosts, as long as the default user has no password' },
    requires: [
      nodeKey('close-default', node.node),
      nodeKey('password', node.node),
      nodeKey('password', node.node, 'default'),
    ],
    alone:
      node.live && node.census === undefined
        ? holdFor(refuse, ['default'], 'Nobody looked who comes from other hosts without a login.')
        : holdFor(refuse, remote.map(nameOfGroup), why),
  };
}

/** What a setting closes, as far as it can be told from the table. */
function closesOf(node: Situation, name: string, value: string): readonly string[] {
  const off = value === 'no';
  if (name === 'enable-module-command' && off) return cellsOfSwitch(node, /^module\|/);
  if (name === 'enable-debug-command' && off) return cellsOfSwitch(node, /^debug(?:\||$)/);
  if (name === 'protected-mode' && value === 'yes') {
    const main = node.users.find((user) => user.name === 'default');
    return main?.enabled === true && main.noPassword ? cellsByDoor(node, isRemote) : [];
  }
  return [];
}

const cellsOfSwitch = (node: Situation, commands: RegExp): readonly string[] =>
  node.users.flatMap(({ name }) => cellsOfCommands(node, name, (command) => !commands.test(command)));
