/**
 * From findings to ordered steps. Pure: the same input gives the same plan.
 *
 * The order, over all nodes, is the one in which nobody is locked out at any moment, and in which an undo in reverse
 * passes through states that are as safe:
 *
 * 1. What only adds: an administrator, users, second passwords. On every node, before anything else, since a replica
 *    that is promoted tomorrow must know the same users.
 * 2. Logins of replicas and Sentinels. Replicas first: a replica may know a password that its master does not ask for
 *    yet, and never the other way around.
 * 3. Files, settings, TLS beside the plain port: nobody notices.
 * 4. Rules become narrower, old passwords go, the default user is closed. Replicas first and masters last, so that
 *    what goes wrong goes wrong where nobody writes. Each waits, with patience, until nobody is on what it closes.
 * 5. Doors: protected mode, bind, the socket, the plain port.
 * 6. What only a restart brings: files first, then one restart a node; replicas first, Sentinels, masters last.
 *
 * A step that would refuse somebody who was seen is held with its reason, and what rests on it is held with it. What
 * no step reaches is unmet, never left out.
 */
import { policies } from '../../catalog/policies/index.ts';
import type { Resource, SecretRequest, Step, Unmet } from '../../model/index.ts';
import { renamesAway } from '../renamed-away.ts';
import { movesAccess } from './access.ts';
import { advises } from './advice.ts';
import { needsOf, phases, roleRank, undoOf, unmetFor, type Draft, type Room } from './draft.ts';
import { deletesUsers } from './deletes.ts';
import { narrowsBind } from './bind.ts';
import { narrowsUsers } from './narrowing.ts';
import { letsInOnly } from './firewall-room.ts';
import { guardsFiles, guardsSocket } from './files.ts';
import type { PlanInput, PlannedParts } from './input.ts';
import { givesPasswords } from './passwords.ts';
import { renamesCommands } from './renames.ts';
import { withRestarts } from './restart.ts';
import { sceneOf, type Scene } from './scene.ts';
import { selected, withHolds } from './select.ts';
import { changesSettings } from './settings.ts';
import { speaksTls } from './transport.ts';
import { changesUnits } from './units.ts';
import { wishesOf, type Wish } from './wishes.ts';

/** In this order: what an earlier room takes, a later one does not see. The last takes the rest. */
const rooms: readonly Room[] = [
  movesAccess,
  givesPasswords,
  narrowsUsers,
  deletesUsers,
  renamesCommands,
  guardsFiles,
  guardsSocket,
  narrowsBind,
  letsInOnly,
  speaksTls,
  changesSettings,
  changesUnits,
  advises,
];

/**
 * What to do, in which order, what is held back, and what cannot be reached.
 *
 * @example planSteps({ nodes, policy: 'essential', answers: new Map(), refuse: [], allowRestart: false }).steps
 */
export function planSteps(input: PlanInput): PlannedParts {
  const scene = sceneOf(input);
  const wishes = wishesOf(input);
  let left = wishes;
  const drafts: Draft[] = [];
  const unmet: Unmet[] = [];
  for (const room of rooms) {
    const answer = room(scene, left);
    drafts.push(...answer.drafts);
    unmet.push(...answer.unmet);
    const taken = new Set(answer.taken);
    left = left.filter((wish) => !taken.has(wish));
  }
  const chosen = selected(unique(drafts), input, wishes);
  const ordered = inOrder(scene, withHolds(withRestarts(scene, chosen)));
  const steps = numbered(scene, stillAskable(ordered));
  const going = ordered.flatMap(({ held }, at) => (held || !steps[at] ? [] : [steps[at]]));
  return {
    secrets: secretsOf(ordered),
    steps: eachCellOnce(going),
    held: ordered.flatMap(({ held }, at) => (held && steps[at] ? [{ step: steps[at], ...held }] : [])),
    unmet: [...unmet, ...beyondPolicy(scene, drafts, chosen, wishes)].toSorted(
      (a, b) =>
        input.nodes.findIndex(({ node }) => node.id === a.node) -
        input.nodes.findIndex(({ node }) => node.id === b.node),
    ),
  };
}

/** Two rooms may ask for one and the same step; it is done once, for the findings of both. */
function unique(drafts: readonly Draft[]): readonly Draft[] {
  const byKey = new Map<string, Draft>();
  for (const draft of drafts) {
    const had = byKey.get(draft.key);
    byKey.set(draft.key, had ? { ...had, checks: [...new Set([...had.checks, ...draft.checks])] } : draft);
  }
  return [...byKey.values()];
}

function inOrder(scene: Scene, drafts: readonly Draft[]): readonly Draft[] {
  const place = (draft: Draft): readonly number[] => {
    const at = scene.nodes.findIndex(({ id }) => id === draft.node);
    const node = scene.nodes[at];
    const rank = node ? roleRank(node.node) : 0;
    const phase = phases.indexOf(draft.phase);
    const start = phases.indexOf('start');
    // A node's changes and its restart stay together: the next node waits until this one is back.
    return phase >= start ? [start, rank, at, phase] : [phase, rank, at, 0];
  };
  return drafts
    .map((draft, index) => ({ draft, key: [...place(draft), index] }))
    .toSorted((a, b) => a.key.map((part, i) => part - (b.key[i] ?? 0)).find((part) => part !== 0) ?? 0)
    .map(({ draft }) => draft);
}

/** A change that only a start makes true is taken back by one, should the server have started meanwhile. */
function undoIn(scene: Scene, { does, node, restarts }: Draft): readonly Resource[] {
  const by = scene.nodes.find(({ id }) => id === node)?.node.restart;
  const resources = undoOf(does);
  return restarts && by ? [...resources, { kind: 'process', node, by }] : resources;
}

const numbered = (scene: Scene, drafts: readonly Draft[]): readonly Step[] =>
  drafts.map((draft, index): Step => {
    const { kind, node, title, checks, does, guard, proves, risk, closes, needs } = draft;
    return {
      id: `s${index + 1}`,
      kind,
      node,
      title,
      checks,
      does,
      undo: undoIn(scene, draft),
      guard: guard ?? [],
      proves,
      risk: risk ?? { level: 'none' },
      closes: closes ?? [],
      needs: needs ?? needsOf(does),
    };
  });

/** Where CONFIG is renamed away, nobody can be asked for a setting once that start is made: the file says what it is. */
function stillAskable(drafts: readonly Draft[]): readonly Draft[] {
  const mute = new Set(drafts.filter((draft) => !draft.held && takesConfig(draft)).map(({ node }) => node));
  return drafts.map((draft) =>
    mute.has(draft.node) && draft.does.some(({ do: what }) => what === 'restart')
      ? { ...draft, proves: draft.proves.filter(({ claim }) => claim !== 'setting') }
      : draft,
  );
}

const takesConfig = ({ does }: Draft): boolean => does.some((action) => renamesAway(action, 'config'));

/** A cell is closed by the first step that closes it. */
function eachCellOnce(steps: readonly Step[]): readonly Step[] {
  const closed = new Set<string>();
  return steps.map((step) => {
    const closes = step.closes.filter((cell) => !closed.has(`${step.node} ${cell}`));
    for (const cell of closes) closed.add(`${step.node} ${cell}`);
    return { ...step, closes };
  });
}

/** Those of steps that are held are asked for too: a held step names them. */
function secretsOf(drafts: readonly Draft[]): readonly SecretRequest[] {
  const byId = new Map(drafts.flatMap(({ secrets = [] }) => secrets).map((one) => [one.id, one]));
  return [...byId.values()];
}

/** A goal whose steps this policy does not plan is said, and with what would. */
function beyondPolicy(
  { input, nodes }: Scene,
  drafts: readonly Draft[],
  chosen: readonly Draft[],
  wishes: readonly Wish[],
): readonly Unmet[] {
  if ((input.only ?? []).length > 0) return [];
  const kept = new Set(chosen.map(({ key }) => key));
  const lost = drafts.filter(
    ({ key, kind }) => !kept.has(key) && !policies[input.policy].steps.includes(kind),
  );
  return wishes.flatMap((wish) => {
    const by = lost.find(
      ({ node, checks }) => node === wish.node && wish.checks.some((check) => checks.includes(check)),
    );
    const done = chosen.some(
      ({ node, checks }) => node === wish.node && wish.checks.some((check) => checks.includes(check)),
    );
    return by === undefined || done || !nodes.some(({ id }) => id === wish.node)
      ? []
      : [
          unmetFor(
            wish,
            `The policy ${input.policy} plans no step of this kind (${by.kind}).`,
            `Plan it with a wider policy, or with --only ${by.kind}.`,
          ),
        ];
  });
}
