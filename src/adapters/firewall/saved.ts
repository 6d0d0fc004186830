import { existsSync } from 'node:fs';
import { join } from 'node:path/posix';
// By themselves: hosts without rules need the readers for nothing, and loading them takes milliseconds.
import { firewalldPaths } from '../../catalog/firewalls/firewalld/paths.ts';
import { ufwPaths } from '../../catalog/firewalls/ufw/paths.ts';
import type { FirewallText } from '../../model/firewall.ts';
import { linkOf, namesIn, readBytes } from '../host/bounded-read.ts';
import { errorCode } from '../host/collect.ts';
import { mostBytes } from './ask.ts';

/** Rules that the start of the host loads, by distribution: Debian, Red Hat, Alpine and Arch, nftables. */
const files: readonly (readonly [FirewallText['words'], string])[] = [
  ['iptables-save', '/etc/iptables/rules.v4'],
  ['ip6tables-save', '/etc/iptables/rules.v6'],
  ['iptables-save', '/etc/sysconfig/iptables'],
  ['ip6tables-save', '/etc/sysconfig/ip6tables'],
  ['iptables-save', '/etc/iptables/rules-save'],
  ['ip6tables-save', '/etc/iptables/rules6-save'],
  ['iptables-save', '/etc/iptables/iptables.rules'],
  ['ip6tables-save', '/etc/iptables/ip6tables.rules'],
  ['iptables-save', '/etc/iptables.rules'],
  ['ipset-save', '/etc/iptables/ipsets'],
  ['ipset-save', '/etc/sysconfig/ipset'],
  ['nft', '/etc/nftables.conf'],
  ['nft', '/etc/sysconfig/nftables.conf'],
];
/** Where included files of nftables lie. */
const folders: readonly string[] = ['/etc/nftables.d', '/etc/nftables'];
const managers: Readonly<Record<string, string>> = { ufw: '/etc/ufw', firewalld: '/etc/firewalld' };

/** As `namesIn` gives them. */
const mostNames = 4096;
const mostFiles = 64;

/** What is there and was not read whole: what a manager makes of the rest is another firewall. */
class Cut extends Error {}

/** A file; `undefined` where there is none. @throws Cut where there is one that cannot be read, or is too long */
function wholeAt(root: string, path: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readBytes(join(root, path), mostBytes);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '') && linkOf(join(root, path)) === undefined)
      return undefined;
    throw new Cut(path);
  }
  if (bytes.length === mostBytes) throw new Cut(path);
  return bytes.toString('utf8');
}

/** Names with this ending, sorted. @throws Cut where they are more than are read, or cannot be */
function endingIn(root: string, folder: string, ending: string): readonly string[] {
  let names: readonly string[];
  try {
    names = namesIn(join(root, folder));
  } catch {
    throw new Cut(folder);
  }
  const own = names.filter((name) => name.endsWith(ending));
  if (names.length >= mostNames || own.length > mostFiles) throw new Cut(folder);
  return own;
}

/** All that a manager reads, or nothing: which rules it makes is worked out of all of it together. */
function wholeOr(read: () => readonly FirewallText[]): readonly FirewallText[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof Cut) return [];
    throw error;
  }
}

function textAt(root: string, path: string): string | undefined {
  try {
    // What may be longer is left out: half a rule set says something else.
    return wholeAt(root, path);
  } catch {
    return undefined;
  }
}

/** What starts a program with the host: systemd, OpenRC, the scripts before them. */
const starts = (name: string): readonly string[] => [
  `/etc/systemd/system/multi-user.target.wants/${name}.service`,
  `/etc/systemd/system/basic.target.wants/${name}.service`,
  `/etc/systemd/system/sysinit.target.wants/${name}.service`,
  `/etc/runlevels/boot/${name}`,
  `/etc/runlevels/default/${name}`,
];
const startsFirewalld = '/etc/systemd/system/dbus-org.fedoraproject.FirewallD1.service';

/** Links to what is inside the host's root lead nowhere from outside of it, and are links all the same. */
const isThere = (root: string, path: string): boolean =>
  existsSync(join(root, path)) || linkOf(join(root, path)) !== undefined;

/** Files of ufw, all or none: what it loads is worked out of all of them together. */
function ofUfw(root: string): readonly FirewallText[] {
  if (!starts('ufw').some((path) => isThere(root, path))) return [];
  const read = Object.values(ufwPaths).flatMap((from): readonly FirewallText[] => {
    const text = wholeAt(root, from);
    return text === undefined ? [] : [{ words: 'ufw', from, text }];
  });
  return [ufwPaths.conf, ufwPaths.userRules].every((path) => read.some(({ from }) => from === path))
    ? read
    : [];
}

/** So much of firewalld's files at most. */
const mostOfFirewalld = 1_048_576;

/** Files of firewalld: all zones, policies and sets, and of its services those that are named. */
function ofFirewalld(root: string): readonly FirewallText[] {
  if (![startsFirewalld, ...starts('firewalld')].some((path) => isThere(root, path))) return [];
  const conf = wholeAt(root, firewalldPaths.conf);
  if (conf === undefined) return [];
  const out: FirewallText[] = [{ words: 'firewalld', from: firewalldPaths.conf, text: conf }];
  const add = (from: string): void => {
    const text = wholeAt(root, from);
    if (text !== undefined) out.push({ words: 'firewalld', from, text });
  };
  add(firewalldPaths.direct);
  for (const folder of [...firewalldPaths.zones, ...firewalldPaths.policies, ...firewalldPaths.ipsets])
    for (const name of endingIn(root, folder, '.xml')) add(`${folder}/${name}`);
  for (const name of endingIn(root, connections, '.nmconnection')) {
    // They hold secrets of networks; only what binds an interface to a zone is kept.
    const lines = (wholeAt(root, `${connections}/${name}`) ?? '').match(
      /^(?:interface-name|zone)=\S{1,64}$/gm,
    );
    if (lines) out.push({ words: 'firewalld', from: `${connections}/${name}`, text: lines.join('\n') });
  }
  const services = new Set(
    out.flatMap(({ text }) =>
      [...text.matchAll(/<service\s+name="([\w.-]{1,64})"/g)].map(([, name = '']) => name),
    ),
  );
  if (services.size > mostFiles) return [];
  for (const service of services)
    for (const folder of firewalldPaths.services) add(`${folder}/${service}.xml`);
  // Half of it would be another firewall.
  return out.reduce((sum, { text }) => sum + text.length, 0) > mostOfFirewalld ? [] : out;
}

/** Where NetworkManager writes down which zone it puts an interface into. */
const connections = '/etc/NetworkManager/system-connections';

/** Files that bring rules back when the host starts, as they are. */
export function savedRules(root: string): readonly FirewallText[] {
  const included = folders.flatMap((folder) =>
    namesOf(join(root, folder))
      .filter((name) => /\.(?:nft|conf|rules)$/.test(name))
      .slice(0, mostFiles)
      .map((name) => ['nft', `${folder}/${name}`] as const),
  );
  const own = [...files, ...included].flatMap(([words, from]): readonly FirewallText[] => {
    const text = textAt(root, from);
    return text === undefined ? [] : [{ words, from, text }];
  });
  return [...own, ...wholeOr(() => ofUfw(root)), ...wholeOr(() => ofFirewalld(root))];
}

function namesOf(folder: string): readonly string[] {
  try {
    return namesIn(folder, mostNames);
  } catch {
    return [];
  }
}

/** Programs of the host that keep rules in files of their own form. */
export const managersOf = (root: string): readonly string[] =>
  Object.entries(managers).flatMap(([name, folder]) =>
    namesOf(join(root, folder)).length > 0 ? [name] : [],
  );
