import { edit, parseConf, printConf, type ConfChange, type ConfReading } from '../../lang/conf/index.ts';
import { printable } from '../../lang/text/index.ts';
import type { Action, PlanNode, PlannedChange } from '../../model/index.ts';
import type { Place } from '../place/index.ts';
import { readThrough } from './conf-reading.ts';
import { rewrite } from './files.ts';
import { resolved, type Site } from './site.ts';
import type { WorldSettings } from './settings.ts';

function changeOf(change: PlannedChange, settings: WorldSettings): ConfChange {
  switch (change.do) {
    case 'set':
    case 'append':
      return { ...change, args: change.args.map((arg) => resolved(arg, settings)) };
    case 'replace':
      return {
        ...change,
        lines: change.lines.map((line) => line.map((arg) => resolved(arg, settings))),
      };
    case 'remove':
    case 'comment-out':
      return change;
  }
}

/** The changes made in the file, once it is sure that the server would still start with it. */
export async function editConf(site: Site, action: Extract<Action, { do: 'edit-conf' }>): Promise<void> {
  const place = site.place();
  const { path, changes } = action;
  const old = await place.read(path);
  if (!old) throw new Error(`${path} is not there on ${place.name}`);
  let doc = parseConf(old.bytes, path);
  // One line more each time would not be absolute: what is there already is not added again.
  for (const change of changes.map((one) => changeOf(one, site.settings))) {
    if (change.do === 'append' && holds(doc, change)) continue;
    const edited = edit(doc, [change]);
    if (edited.problems.length > 0) throw new Error(`${path}: ${edited.problems.join('; ')}`);
    doc = edited.value;
  }
  const bytes = printConf(doc);
  await assertLoads(place, site.node, path, old.bytes, bytes);
  await rewrite(place, path, bytes, old);
}

const holds = (doc: ReturnType<typeof parseConf>, change: ConfChange & { do: 'append' }): boolean =>
  doc.lines.some(
    (line) =>
      line.kind === 'directive' &&
      line.name === change.name.toLowerCase() &&
      line.args.length === change.args.length &&
      line.args.every((arg, index) => arg === change.args[index]),
  );

/** Throws where the server would refuse what it took before: nothing was written then. */
export async function assertLoads(
  place: Place,
  node: PlanNode,
  path: string,
  before: Uint8Array,
  after: Uint8Array,
): Promise<void> {
  // A file that is included by another says nothing by itself of how a server starts.
  if (node.conf !== undefined && path !== node.conf) return;
  const [then, now] = [
    await readThrough(place, node, { path, bytes: before }),
    await readThrough(place, node, { path, bytes: after }),
  ];
  const known = new Set(fatalIn(then));
  const fresh = fatalIn(now).find((reason) => !known.has(reason));
  if (fresh !== undefined)
    throw new Error(`${path} was not written: the server would not start with it (${printable(fresh)})`);
}

const fatalIn = ({ problems }: ConfReading): readonly string[] =>
  problems.filter(({ fatal }) => fatal).map(({ reason }) => reason);
