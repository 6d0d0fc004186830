import { isAnothers, isOurRich, listedZones, richTexts } from '../../catalog/firewalls/print/index.ts';
import type { FirewallPart } from '../../model/index.ts';
import type { Place } from '../place/index.ts';
import { failureOf, feed, timeout } from './firewall-words.ts';

/** Rules of ours by zone, as the running firewalld has them. */
export interface RichState {
  readonly zones: Readonly<Record<string, readonly string[]>>;
}

/** Each rule is a word of some 150 bytes. */
const atOnce = 200;

async function asked(place: Place, words: string): Promise<string> {
  const said = await place.run(['firewall-cmd', words], { timeout });
  if (said.code !== 0) throw failureOf('firewall-cmd', said);
  return said.stdout;
}

const listed = async (place: Place) => listedZones(await asked(place, '--list-all-zones'));

/** Sorted: firewalld does not keep the order in which rules came. */
const ours = (rules: readonly string[], port: number): readonly string[] =>
  rules.filter((text) => isOurRich(text, port)).toSorted();

export async function captureRich(place: Place, port: number): Promise<RichState> {
  const zones = (await listed(place)).map(({ name, rules }) => [name, ours(rules, port)] as const);
  return { zones: Object.fromEntries(zones.filter(([, rules]) => rules.length > 0)) };
}

/** In every zone that packets come into, and the one of interfaces that are still to come. */
export async function setRich(place: Place, part: FirewallPart): Promise<void> {
  const standard = (await asked(place, '--get-default-zone')).trim();
  const wanted = richTexts(part);
  for (const { name, active, rules } of await listed(place)) {
    const now = ours(rules, part.ports[0] ?? 0);
    if (isAnothers(now, part.ports[0] ?? 0))
      throw new Error(`zone ${name} has rules of another server with the priorities that ours would get`);
    await makeSo(place, name, now, active || name === standard ? wanted : []);
  }
}

export async function restoreRich(place: Place, port: number, { zones }: RichState): Promise<void> {
  for (const { name, rules } of await listed(place))
    await makeSo(place, name, ours(rules, port), zones[name] ?? []);
}

/** At no time is somebody refused who is let in before and after: who may come in goes first, and leaves last. */
async function makeSo(
  place: Place,
  zone: string,
  now: readonly string[],
  wanted: readonly string[],
): Promise<void> {
  const isDrop = (text: string): boolean => text.endsWith(' drop');
  const more = wanted.filter((text) => !now.includes(text));
  const less = now.filter((text) => !wanted.includes(text));
  const changes = [
    ...more
      .toSorted((a, b) => Number(isDrop(a)) - Number(isDrop(b)))
      .map((text) => `--add-rich-rule=${text}`),
    ...less
      .toSorted((a, b) => Number(isDrop(b)) - Number(isDrop(a)))
      .map((text) => `--remove-rich-rule=${text}`),
  ];
  // One command takes additions only, or removals only.
  for (const kind of ['--add', '--remove']) {
    const all = changes.filter((word) => word.startsWith(kind));
    for (let at = 0; at < all.length; at += atOnce)
      await feed(place, ['firewall-cmd', `--zone=${zone}`, ...all.slice(at, at + atOnce)]);
  }
}
