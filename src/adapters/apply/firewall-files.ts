import { joinSaved, mergeSaved, splitSaved, stockZone } from '../../catalog/firewalls/print/index.ts';
import type { Action, Resource } from '../../model/index.ts';
import { captured } from './capture.ts';
import { rewrite } from './files.ts';
import type { Place } from '../place/index.ts';
import type { Keeper, Site } from './site.ts';

type KeptFirewall = Extract<Resource, { kind: 'kept-firewall' }>;

interface KeptState {
  /** Absent where there was no file. */
  readonly file?: {
    readonly bytes: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
  };
}

/** What the file holds as text: every byte is one character, so that none is lost. */
const textOf = (bytes: Buffer): string => bytes.toString('latin1');

/** What stands at its place while there is no such file: a zone of firewalld that nobody has changed. */
const stockOf = async (
  place: Place,
  { path, words }: Pick<KeptFirewall, 'path' | 'words'>,
): Promise<Buffer | undefined> =>
  words === 'firewalld-zone' ? (await place.read(stockZone(path)))?.bytes : undefined;

export const keptFirewalls: Keeper<KeptFirewall> = {
  async capture(resource, site) {
    const file = await site.place().read(resource.path);
    if (!file) return captured(resource, {}, { same: [] });
    const { bytes, ...access } = file;
    const { lines } = splitSaved(textOf(bytes), resource);
    const state: KeptState = { file: { ...access, bytes: bytes.toString('base64') } };
    // The rest of the file is others' business.
    return captured(resource, { ...state }, { same: lines });
  },
  async restore(resource, state, site) {
    const place = site.place();
    const { path } = resource;
    const { file } = state as unknown as KeptState;
    const now = await place.read(path);
    if (!now) return;
    const bytes = file && Buffer.from(file.bytes, 'base64');
    const was = bytes ?? (await stockOf(place, resource));
    const before = splitSaved(was ? textOf(was) : '', resource);
    const present = splitSaved(textOf(now.bytes), resource);
    const untouched = joinSaved({ rest: before.rest, lines: present.lines }, resource);
    const others = 'why' in untouched ? before.rest : splitSaved(untouched.text, resource).rest;
    if (present.rest === others || present.rest === before.rest) {
      if (file && bytes) await rewrite(place, path, bytes, now);
      else await place.remove(path);
      return;
    }
    const back = joinSaved({ rest: present.rest, lines: before.lines }, resource);
    if ('why' in back) throw new Error(`${path} cannot take our rules: ${back.why}`);
    await rewrite(place, path, Buffer.from(back.text, 'latin1'), now);
  },
};

/** Our part in a file that is loaded when the host starts. */
export async function keepFirewall(
  site: Site,
  { path, ...part }: Extract<Action, { do: 'keep-firewall' }>,
): Promise<void> {
  const place = site.place();
  const file = await place.read(path);
  const was = file?.bytes ?? (await stockOf(place, { path, words: part.words }));
  const merged = mergeSaved(was ? textOf(was) : '', part);
  if ('why' in merged) throw new Error(`${path} cannot take our rules: ${merged.why}`);
  const bytes = Buffer.from(merged.text, 'latin1');
  if (file) await rewrite(place, path, bytes, file);
  else await place.write(path, { bytes, mode: was ? 0o644 : 0o640, uid: 0, gid: 0 });
}
