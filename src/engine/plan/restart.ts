import type { Claim } from '../../model/index.ts';
import type { Draft } from './draft.ts';
import { nodeKey, textOf, type Scene, type Situation } from './scene.ts';

/** The server keeps nothing on disk, and has something to lose. */
function losesData(node: Situation): boolean {
  if (node.node.role === 'replica' || node.node.mode === 'sentinel') return false;
  const { info } = node.view;
  const holds = info.known && Object.keys(info.value).some((name) => /^db\d+$/.test(name));
  return holds && textOf(node, 'save') === '' && textOf(node, 'appendonly') !== 'yes';
}

/** One restart a node for all that takes effect at start; its changes and itself are held without the word. */
export function withRestarts(scene: Scene, drafts: readonly Draft[]): readonly Draft[] {
  return scene.nodes.reduce<readonly Draft[]>((all, node) => restartOf(scene, node, all), drafts);
}

function restartOf(scene: Scene, node: Situation, drafts: readonly Draft[]): readonly Draft[] {
  const waiting = drafts.filter((draft) => draft.restarts === true && draft.node === node.id);
  const direct = drafts.filter(
    ({ node: id, does }) => id === node.id && does.some(({ do: what }) => what === 'restart'),
  );
  if (waiting.length === 0 && direct.length === 0) return drafts;
  const by = node.node.restart;
  const held = heldFor(scene, node);
  const risk = {
    level: 'restart',
    why: 'connections end, and are refused until the server is back',
  } as const;
  const hold = (draft: Draft): Draft => {
    if (direct.includes(draft)) return { ...draft, risk, held: draft.held ?? held };
    return waiting.includes(draft) ? { ...draft, held: draft.held ?? held } : draft;
  };
  if (waiting.length === 0 || by === undefined) return drafts.map(hold);
  const restart: Draft = {
    key: nodeKey('restart', node.node),
    phase: 'restart',
    kind: 'restart',
    node: node.id,
    title: `Starts anew, for ${waiting.map(({ title }) => title).join('; ')}`.slice(0, 200),
    checks: [...new Set(waiting.flatMap(({ checks }) => checks))],
    does: [{ do: 'restart', node: node.id, by }],
    proves: [
      { claim: 'answers', node: node.id },
      { claim: 'login', node: node.id, as: { kind: 'operator' }, accepted: true },
      ...waiting.flatMap(({ proves, afterRestart = [] }) => [
        ...proves.flatMap((claim) => nowSet(node, claim)),
        ...afterRestart,
      ]),
      ...(node.groups.some(({ kind }) => kind === 'replica' || kind === 'master')
        ? [{ claim: 'replicates', node: node.id } as const]
        : []),
    ],
    risk,
    requires: waiting.map(({ key }) => key),
    held,
  };
  return [...drafts.map(hold), restart];
}

/** What the file said before is what the server says after. */
const nowSet = (node: Situation, claim: Claim): readonly Claim[] =>
  claim.claim === 'file-sets' && node.configures && claim.name !== 'rename-command'
    ? [{ claim: 'setting', node: claim.node, name: claim.name, value: claim.value }]
    : [];

function heldFor(scene: Scene, node: Situation): Draft['held'] {
  if (node.node.restart === undefined)
    return {
      why: 'It takes effect only when the server starts anew, and it is not known how this one is started.',
      release: '--restart, where the server runs',
    };
  if (!scene.input.allowRestart || scene.input.except?.includes('restart') === true)
    return { why: 'It takes effect only when the server starts anew.', release: '--restart' };
  if (!losesData(node)) return undefined;
  return {
    why: 'The server keeps its data in memory only: a restart would empty it.',
    release: 'CONFIG SET save "3600 1", then plan again',
  };
}
