import { mergeSaved } from '../../catalog/firewalls/print/index.ts';
import { encodeText } from '../../lang/conf/index.ts';
import { unifiedDiff } from '../../lang/diff/index.ts';
import { printable } from '../../lang/text/index.ts';
import { type Action, type PlanNode, type Preview, type Step } from '../../model/index.ts';
import type { Place } from '../place/place.ts';
import { commandsOf, shownValue } from './commands.ts';
import { drafts, editedConf, keptUser, type Draft, type Drafted, type Drafts } from './drafts.ts';
import { maskedDirective, shownConf, type ShownFile } from './masked-conf.ts';
import { shownText } from './masked-text.ts';
import { userBook, type UserBook } from './users.ts';

/** Beyond this nobody reads a diff, and making one takes long. */
const maxBytes = 16 << 20;

export interface PreviewSources {
  /** The host of a node; `undefined` where its files cannot be reached. Only read from. */
  readonly place: (node: PlanNode) => Place | undefined;
  /** Whether we are root on its host: what needs it is else shown with sudo. */
  readonly isRoot?: (node: PlanNode) => boolean;
  /** Lines of ACL LIST by the node's id, to work out the lines of users; where absent, they are told in words. */
  readonly users?: ReadonlyMap<string, readonly string[]>;
}

/**
 * What a person reads of each step: diffs of files against what they hold when the steps before are done, and commands.
 * Every secret stands as `***`, those that the files hold already too. Nothing is changed. Never rejects: a file that
 * cannot be read is told in words.
 *
 * @example await previewSteps(plan.nodes, plan.steps, { place: () => localPlace() })
 */
export async function previewSteps(
  nodes: readonly PlanNode[],
  steps: readonly Step[],
  sources: PreviewSources,
): Promise<readonly Preview[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const world: Drawing = { files: drafts(sources.place), users: userBook(sources.users ?? new Map()) };
  const previews: Preview[] = [];
  for (const step of steps) {
    let typed: string[] = [];
    const flush = (): void => {
      if (typed.length > 0) previews.push({ step: step.id, text: typed.join('\n') });
      typed = [];
    };
    for (const [index, action] of step.does.entries()) {
      const node = byId.get(action.node);
      if (node === undefined) continue;
      if (isFileAction(action)) {
        flush();
        // What one step does to one file is one diff.
        if (step.does.findIndex((one) => sameFile(one, action)) !== index) continue;
        const text = await drawFile(
          world,
          node,
          step.does.filter((one) => sameFile(one, action)),
        );
        previews.push({ step: step.id, path: printable(action.path), text });
      } else {
        if (action.do === 'set-user') await world.users.change(node, action.user, action.rules);
        if (action.do === 'delete-user') world.users.remove(node, action.user);
        typed.push(...commandsOf(action, sources.isRoot?.(node) ?? true));
      }
    }
    flush();
  }
  return previews;
}

interface Drawing {
  readonly files: Drafts;
  readonly users: UserBook;
}

type FileAction = Extract<
  Action,
  { readonly do: 'edit-conf' | 'keep-user' | 'write-file' | 'keep-firewall' }
>;

const isFileAction = (action: Action): action is FileAction =>
  action.do === 'edit-conf' ||
  action.do === 'keep-user' ||
  action.do === 'write-file' ||
  action.do === 'keep-firewall';

const sameFile = (one: Action, other: FileAction): one is FileAction =>
  isFileAction(one) && one.path === other.path && one.node === other.node;

async function drawFile(world: Drawing, node: PlanNode, actions: readonly FileAction[]): Promise<string> {
  const [first] = actions;
  if (first === undefined) return '';
  const before = await world.files.now(node, first.path);
  const words: string[] = [];
  let after = before;
  for (const action of actions) {
    const { draft, problems } = await drafted(world.users, node, action, after);
    after = draft;
    words.push(...problems);
  }
  world.files.put(node, first.path, after);
  const diff = diffOf(before, after, actions);
  if ('why' in before) words.unshift(`the file cannot be shown: ${before.why}`);
  if (diff === undefined) words.push(...actions.flatMap((action) => inWords(action)));
  const said = words.map((word) => printable(word));
  if (diff === '' && said.length === 0) return 'no change: it is so already';
  return [...said, ...(diff ? [diff] : [])].join('\n');
}

async function drafted(users: UserBook, node: PlanNode, action: FileAction, before: Draft): Promise<Drafted> {
  switch (action.do) {
    case 'edit-conf':
      return editedConf(before, action.path, action.changes);
    case 'write-file':
      return { draft: { bytes: encodeText(action.text) }, problems: [] };
    case 'keep-firewall': {
      if ('why' in before) return { draft: before, problems: [] };
      const { path: _, ...part } = action;
      const merged = mergeSaved(Buffer.from(before.bytes).toString('utf8'), part);
      return 'why' in merged
        ? { draft: before, problems: [merged.why] }
        : { draft: { bytes: encodeText(merged.text) }, problems: [] };
    }
    case 'keep-user': {
      const line = await users.line(node, action.user);
      if (line === undefined)
        return {
          draft: before,
          problems: [`the line of user ${action.user}, as the running server has it by then`],
        };
      if ('why' in before) {
        const [, ...words] = line.split(' ');
        return { draft: before, problems: [`the line becomes: ${maskedDirective('user', words) ?? line}`] };
      }
      return keptUser(before, action.user, line, action.file);
    }
  }
}

/** `undefined` where there is nothing to compare. */
function diffOf(before: Draft, after: Draft, actions: readonly FileAction[]): string | undefined {
  if ('why' in before || 'why' in after) return undefined;
  if (Math.max(before.bytes.length, after.bytes.length) > maxBytes) return undefined;
  const shown = actions.some(({ do: what }) => what === 'write-file' || what === 'keep-firewall')
    ? shownText
    : shownConf;
  const sides: Readonly<Record<'before' | 'after', ShownFile>> = {
    before: shown(before.bytes),
    after: shown(after.bytes),
  };
  const path = printable(actions[0]?.path ?? '');
  return unifiedDiff(sides.before.lines, sides.after.lines, {
    names: [before.absent ? '/dev/null' : path, path],
    context: 2,
    show: (_, side, index) => sides[side].show(index),
  });
}

/** What is done to a file that cannot be shown. */
function inWords(action: FileAction): readonly string[] {
  if (action.do === 'write-file') return ['the file becomes:', ...textLines(action.text)];
  if (action.do === 'keep-user') return [];
  if (action.do === 'keep-firewall') return ['the rules of this step are put into the file'];
  return action.changes.flatMap((change) => {
    const line = (args: readonly Parameters<typeof shownValue>[0][]): string => {
      const words = args.map(shownValue);
      return maskedDirective(change.name, words) ?? [change.name, ...words].join(' ');
    };
    switch (change.do) {
      case 'set':
        return [`the line becomes: ${line(change.args)}`];
      case 'append':
        return [`one more line: ${line(change.args)}`];
      case 'replace':
        return [
          `lines of ${change.name}: ${change.lines.length === 0 ? 'none' : ''}`.trimEnd(),
          ...change.lines.map(line),
        ];
      case 'remove':
      case 'comment-out': {
        const which = line(change.beginning ?? []);
        return [`${change.do === 'remove' ? 'goes' : 'is commented out'}: ${which}`];
      }
    }
  });
}

function textLines(text: string): readonly string[] {
  const { lines, show } = shownText(encodeText(text));
  return lines.map((_, index) => show(index));
}
