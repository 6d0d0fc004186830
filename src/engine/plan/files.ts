import type { Action, Claim, Goal } from '../../model/index.ts';
import { checksOf, refused, together, type Answer, type Room } from './draft.ts';
import { keepSetting, settleInFile } from './keeping.ts';
import { nodeKey, textOf, type Scene, type Situation } from './scene.ts';
import { valueFor } from './settings.ts';
import type { Wish } from './wishes.ts';

type FileGoal = Extract<Goal, { kind: 'file' }>;
const isFile = (wish: Wish): wish is Wish & { readonly goal: FileGoal } => wish.goal.kind === 'file';

/** Owners and modes of files: one step a file, whatever number of findings ask for it. */
export const guardsFiles: Room = (scene, wishes) =>
  together(
    scene.nodes.flatMap((node) => {
      const own = wishes.filter((wish) => wish.node === node.id).filter(isFile);
      return [...new Set(own.map(({ goal }) => goal.path))].map((path) =>
        fileAt(
          node,
          path,
          own.filter(({ goal }) => goal.path === path),
        ),
      );
    }),
  );

/** The value that all of them want; `undefined` where none does, null where they differ. */
const agreed = (values: readonly (string | undefined)[]): string | undefined | null => {
  const said = [...new Set(values.filter((value) => value !== undefined))];
  return said.length > 1 ? null : said[0];
};

/** Octal modes that close a file ever more agree on what all of them leave open. */
function narrowest(modes: readonly (string | undefined)[]): string | undefined | null {
  const said = modes.filter((mode) => mode !== undefined);
  if (said.length > 0 && said.every((mode) => /^[0-7]{3,4}$/.test(mode))) {
    const bits = said.reduce((left, mode) => left & Number.parseInt(mode, 8), 0o7777);
    return bits.toString(8).padStart(4, '0');
  }
  return agreed(said);
}

function fileAt(
  node: Situation,
  path: string,
  wishes: readonly (Wish & { readonly goal: FileGoal })[],
): Answer {
  if (node.node.host === undefined)
    return refused(
      wishes,
      'Its files are on a host that Keyward does not reach.',
      'Run Keyward there, or name the host as ssh://user@host.',
    );
  const mode = narrowest(wishes.map(({ goal }) => goal.mode));
  const owner = agreed(wishes.map(({ goal }) => goal.owner));
  const group = agreed(wishes.map(({ goal }) => goal.group));
  if (mode === null || owner === null || group === null)
    return refused(
      wishes,
      `Findings want different owners or modes of ${path}.`,
      'Leave one of the checks out with --except.',
    );
  const wanted = {
    ...(mode === undefined ? {} : { mode }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  };
  const action: Action = { do: 'set-access', node: node.id, path, ...wanted };
  const claim: Claim = { claim: 'access', node: node.id, path, ...wanted };
  const account = [owner, group].filter((name) => name !== undefined).join(':');
  return {
    unmet: [],
    taken: wishes,
    drafts: [
      {
        key: nodeKey('files', node.node, path),
        phase: 'files',
        kind: 'files',
        node: node.id,
        title: `${path}: ${[mode === undefined ? '' : `mode ${mode}`, account === '' ? '' : `of ${account}`].filter((part) => part !== '').join(', ')}`,
        checks: checksOf(wishes),
        does: [action],
        proves: [claim],
      },
    ],
  };
}

/** The socket as it is, and the line that makes it so at the next start: nobody has to restart for it. */
export const guardsSocket: Room = (scene: Scene, wishes) =>
  together(
    scene.nodes.map((node) => {
      const own = wishes.filter(
        ({ node: id, goal }) => id === node.id && goal.kind === 'setting' && goal.name === 'unixsocketperm',
      );
      const [first] = own;
      const value = first?.goal.kind === 'setting' ? valueFor(scene, first.goal) : undefined;
      if (value === undefined) return { drafts: [], unmet: [], taken: [] };
      const keeping = keepSetting(node, 'unixsocketperm');
      const path = textOf(node, 'unixsocket') ?? '';
      if (keeping.how !== 'file')
        return refused(
          own,
          'The mode of the socket stands in a file that cannot be written from here.',
          'Run Keyward where the server runs.',
        );
      const mode = value.padStart(4, '0');
      const settled = settleInFile(node, 'unixsocketperm', value, keeping.path);
      const socket = path.startsWith('/') && node.live;
      return {
        unmet: [],
        taken: own,
        drafts: [
          {
            key: nodeKey('unix-socket', node.node),
            phase: 'doors',
            kind: 'unix-socket',
            node: node.id,
            title: `The socket is for its owner and its group alone: mode ${mode}`,
            checks: checksOf(own),
            does: [
              ...(socket ? [{ do: 'set-access', node: node.id, path, mode } as const] : []),
              ...settled.does,
            ],
            proves: [
              // A server that has just died leaves its socket behind: that one's mode proves nothing.
              ...(socket ? [{ claim: 'answers', node: node.id } as const] : []),
              ...(socket ? [{ claim: 'access', node: node.id, path, mode } as const] : []),
              ...settled.proves,
            ],
            risk: { level: 'refuses', why: 'accounts of this host that are not in the group of the socket' },
          },
        ],
      };
    }),
  );
