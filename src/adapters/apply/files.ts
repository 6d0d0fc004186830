import { dirname } from 'node:path/posix';
import type { Action, Resource } from '../../model/index.ts';
import type { Place, PlacedFile } from '../place/index.ts';
import { captured } from './capture.ts';
import { maskConf } from './mask-conf.ts';
import { modeOf } from './mode-words.ts';
import type { Keeper, Site } from './site.ts';
import { programTimeout } from './settings.ts';

type File = Extract<Resource, { kind: 'file' }>;
type Access = Extract<Resource, { kind: 'access' }>;

interface FileState {
  readonly file?: {
    readonly bytes: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
  };
  /** Whether its folder was there. */
  readonly folder: boolean;
}

export const files: Keeper<File> = {
  async capture(resource, site) {
    const place = site.place();
    const { path } = resource;
    const file = await place.read(path);
    if (!file) {
      const folder = (await place.access(dirname(path))) !== undefined;
      return captured(resource, { folder } satisfies FileState, { same: {} });
    }
    const { bytes, ...access } = file;
    const state: FileState = { file: { bytes: bytes.toString('base64'), ...access }, folder: true };
    const conf = path === site.node.conf || path === site.node.aclFile || looksLikeConf(path);
    const shown = conf ? { lines: maskConf(bytes), ...access } : state.file;
    return captured(resource, { ...state }, { same: state.file, shown });
  },
  async restore({ path }, state, site) {
    const place = site.place();
    const { file, folder } = state as unknown as FileState;
    if (file) {
      const bytes = Buffer.from(file.bytes, 'base64');
      if (!isSame(await place.read(path), { ...file, bytes })) await place.write(path, { ...file, bytes });
      return;
    }
    await place.remove(path);
    // Ours, and empty unless somebody has put something there since.
    if (!folder) await place.run(['rmdir', '--', dirname(path)], { timeout: programTimeout });
  },
};

const looksLikeConf = (path: string): boolean => /\.(conf|acl)$/.test(path);

const isSame = (a: PlacedFile | undefined, b: PlacedFile): boolean =>
  a !== undefined && a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && a.bytes.equals(b.bytes);

export const accesses: Keeper<Access> = {
  async capture(resource, site) {
    const access = await site.place().access(resource.path);
    return captured(resource, { ...access });
  },
  async restore({ path }, state, site) {
    const { mode, uid, gid } = state as {
      readonly mode?: number;
      readonly uid?: number;
      readonly gid?: number;
    };
    if (mode === undefined || uid === undefined || gid === undefined) return;
    const place = site.place();
    const now = await place.access(path);
    if (now && (now.mode !== mode || now.uid !== uid || now.gid !== gid))
      await place.setAccess(path, { mode, uid, gid });
  },
};

/** The new bytes of a file that is there; it keeps its owner and its mode. */
export async function rewrite(place: Place, path: string, bytes: Uint8Array, old: PlacedFile): Promise<void> {
  if (!old.bytes.equals(bytes)) await place.write(path, { ...old, bytes: Buffer.from(bytes) });
}

/** Numbers of an owner and a group as the plan names them. */
export async function ownersOf(
  place: Place,
  { owner, group }: { readonly owner?: string; readonly group?: string },
): Promise<{ readonly uid?: number; readonly gid?: number }> {
  const number = (name: string): number | undefined => (/^\d{1,10}$/.test(name) ? Number(name) : undefined);
  const account = owner === undefined ? undefined : (number(owner) ?? (await place.account(owner))?.uid);
  const gid = group === undefined ? undefined : (number(group) ?? (await place.group(group)));
  if (owner !== undefined && account === undefined) throw new Error(`${place.name} has no account ${owner}`);
  if (group !== undefined && gid === undefined) throw new Error(`${place.name} has no group ${group}`);
  return { ...(account === undefined ? {} : { uid: account }), ...(gid === undefined ? {} : { gid }) };
}

export async function writeFile(site: Site, action: Extract<Action, { do: 'write-file' }>): Promise<void> {
  const place = site.place();
  const folder = await folderFor(place, action.path, programTimeout);
  const owners = await ownersOf(place, action);
  const mode = modeOf(action.mode, 0o600);
  await place.write(action.path, {
    bytes: Buffer.from(action.text),
    mode,
    uid: owners.uid ?? folder.uid,
    gid: owners.gid ?? folder.gid,
  });
}

/** The folder of a file that is to be written; made where it is missing. */
export async function folderFor(
  place: Place,
  path: string,
  timeout: number,
): Promise<{ readonly uid: number; readonly gid: number }> {
  const folder = dirname(path);
  const there = await place.access(folder);
  if (there) return there;
  const made = await place.run(['mkdir', '-m', '755', '--', folder], { timeout });
  const access = await place.access(folder);
  if (!access) throw new Error(`${folder} cannot be made on ${place.name}: mkdir ended with ${made.code}`);
  return access;
}

export async function setAccess(site: Site, action: Extract<Action, { do: 'set-access' }>): Promise<void> {
  const place = site.place();
  const now = await place.access(action.path);
  if (!now) throw new Error(`${action.path} is not there on ${place.name}`);
  const owners = await ownersOf(place, action);
  const mode = action.mode === undefined ? {} : { mode: modeOf(action.mode, now.mode) };
  await place.setAccess(action.path, { ...mode, ...owners });
}
