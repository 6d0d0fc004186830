import { edit, encodeText, parseConf, type ConfChange } from '../../lang/conf/index.ts';
import { isSecretRef, type PlannedChange, type PlanNode, type Value } from '../../model/index.ts';
import type { Place } from '../place/place.ts';
import { hidden } from './masked-conf.ts';
import { userOfLine } from './users.ts';

/** A file as the steps so far leave it; or why it cannot be told. */
export type Draft = { readonly bytes: Uint8Array; readonly absent?: true } | { readonly why: string };

/** Files of all nodes while the plan is gone through. Each is read once, and nothing is written. */
export interface Drafts {
  now(node: PlanNode, path: string): Promise<Draft>;
  put(node: PlanNode, path: string, draft: Draft): void;
}

export function drafts(placeOf: (node: PlanNode) => Place | undefined): Drafts {
  const known = new Map<string, Draft>();
  const keyOf = ({ id, host }: PlanNode, path: string): string => JSON.stringify([host ?? id, path]);
  return {
    async now(node, path) {
      const key = keyOf(node, path);
      const found = known.get(key) ?? (await readNow(placeOf(node), path));
      known.set(key, found);
      return found;
    },
    put: (node, path, draft) => {
      known.set(keyOf(node, path), draft);
    },
  };
}

async function readNow(place: Place | undefined, path: string): Promise<Draft> {
  if (place === undefined) return { why: 'its host cannot be reached from here' };
  try {
    const file = await place.read(path);
    return file === undefined ? { bytes: new Uint8Array(), absent: true } : { bytes: file.bytes };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

export interface Drafted {
  readonly draft: Draft;
  /** What could not be done, in words. */
  readonly problems: readonly string[];
}

/** The file after the changes of an `edit-conf`; secrets as `***`. */
export function editedConf(draft: Draft, path: string, changes: readonly PlannedChange[]): Drafted {
  if ('why' in draft) return { draft, problems: [] };
  const { value, problems } = edit(parseConf(draft.bytes, path), changes.map(plainChange));
  return { draft: { bytes: value.bytes }, problems };
}

const plain = (value: Value): string => (isSecretRef(value) ? hidden : value);

function plainChange(change: PlannedChange): ConfChange {
  if (change.do === 'set' || change.do === 'append') return { ...change, args: change.args.map(plain) };
  if (change.do === 'replace') return { ...change, lines: change.lines.map((line) => line.map(plain)) };
  return change;
}

/** The file after a `keep-user`: the user's line in place of the one that is there, else at the end. */
export function keptUser(draft: Draft, user: string, line: string, file: 'conf' | 'aclfile'): Drafted {
  if ('why' in draft) return { draft, problems: [] };
  if (file === 'aclfile') return { draft: { bytes: withLine(draft.bytes, user, line) }, problems: [] };
  const document = parseConf(draft.bytes);
  const present = document.lines.flatMap((one) =>
    one.kind === 'directive' && one.name === 'user' ? [one.args] : [],
  );
  const args = line.split(' ').slice(1);
  const lines = present.some(([name]) => name === user)
    ? present.map((one) => (one[0] === user ? args : one))
    : [...present, args];
  const { value, problems } = edit(document, [{ do: 'replace', name: 'user', lines }]);
  return { draft: { bytes: value.bytes }, problems };
}

function withLine(bytes: Uint8Array, user: string, line: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  const text = encodeText(`${line}\n`);
  let found = false;
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(0x0a, at);
    const next = newline < 0 ? bytes.length : newline + 1;
    const piece = bytes.subarray(at, next);
    const his = userOfLine(piece) === user;
    if (!his) pieces.push(piece);
    else if (!found) pieces.push(text);
    found ||= his;
    at = next;
  }
  const broken = pieces.length > 0 && pieces.at(-1)?.at(-1) !== 0x0a;
  if (!found) pieces.push(encodeText(broken ? '\n' : ''), text);
  return Buffer.concat(pieces);
}
