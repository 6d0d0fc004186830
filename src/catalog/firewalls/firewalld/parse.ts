/** What firewalld puts into the kernel, worked out from its files or from its own lists. */
import type { Position, RuleSet } from '../../../lang/packets/index.ts';
import { compile } from './compile.ts';
import { readDirect } from './direct.ts';
import type { Firewall } from './firewall.ts';
import type { NamedSet, Policy, Service, Zone } from './model.ts';
import { Reading } from './reading.ts';
import { tellRefusals } from './refusals.ts';
import { readService, readSet } from './sets-and-services.ts';
import { readPolicyList, readZoneList } from './settings-list.ts';
import { type NamedXml, readPolicy, readZone } from './settings-xml.ts';
import { stockService } from './services.ts';
import { stockZone, stockZoneNames } from './stock-zones.ts';

/**
 * Of two files of one name the first counts: those of /etc/firewalld stand before those of /usr/lib/firewalld. Lists
 * (what firewalld holds now) count before files (what it will hold after a reload).
 */
export interface FirewalldFiles {
  readonly zones?: readonly NamedXml[];
  readonly policies?: readonly NamedXml[];
  readonly ipsets?: readonly NamedXml[];
  /** Services that no file describes are taken as firewalld ships them. */
  readonly services?: readonly NamedXml[];
  /** /etc/firewalld/firewalld.conf */
  readonly conf?: string;
  /** /etc/firewalld/direct.xml */
  readonly direct?: string;
  /** `firewall-cmd --list-all-zones` */
  readonly allZones?: string;
  /** `firewall-cmd --list-all-policies` */
  readonly allPolicies?: string;
  /** `firewall-cmd --get-default-zone` */
  readonly defaultZone?: string;
  /** Which zone an interface is in, where NetworkManager or somebody else said so. */
  readonly interfaces?: Readonly<Record<string, string>>;
  /** `firewall-cmd --query-panic` */
  readonly panic?: boolean;
  /** `firewall-cmd --version` */
  readonly version?: string;
}

const confFile = '/etc/firewalld/firewalld.conf';

/**
 * The rules that firewalld makes of its zones and policies, each with its file and line. Never throws; what is not
 * understood stays as opaque, and what firewalld itself leaves out is told as a problem.
 *
 * @example parseFirewalld({ zones: [{ name: 'public', xml }], conf }).tables[0]?.name // 'inet firewalld'
 */
export function parseFirewalld(files: FirewalldFiles): RuleSet {
  const reading = new Reading();
  const conf = confOf(files.conf ?? '');
  if (files.conf === undefined)
    reading.note({ file: confFile, text: '' }, 'this file was not read: taken as firewalld ships it');
  const listed =
    files.allZones === undefined ? undefined : readZoneList(files.allZones, '--list-all-zones', reading);
  const written = firstOf((files.zones ?? []).flatMap((one) => readZone(one, reading) ?? []));
  const zones = withInterfaces(listed ? listed.zones : withStock(written), files.interfaces ?? {});
  const policies =
    files.allPolicies === undefined
      ? firstOf((files.policies ?? []).flatMap((one) => readPolicy(one, reading) ?? []))
      : readPolicyList(files.allPolicies, '--list-all-policies', reading);
  for (const zone of zones.filter(({ name }) => name.includes('/')))
    reading.note(zone.at, 'a zone of several files: each is read as a zone of its own', true);
  const defaultZone =
    files.defaultZone?.trim() ?? listed?.defaultZone ?? conf.get('DefaultZone')?.value ?? 'public';
  const standard = zones.find(({ name }) => name === defaultZone);
  const standardAt: Position = conf.get('DefaultZone')?.at ?? {
    text: `default zone ${defaultZone}`.slice(0, 100),
  };
  if (!standard) reading.note(standardAt, `the default zone ${defaultZone.slice(0, 40)} is not known`, true);
  if (!listed)
    for (const zone of new Set([...(standard ? [standard] : []), ...zones.filter(isBound)]))
      if (!written.some(({ name }) => name === zone.name))
        reading.note(zone.at, `no file for zone ${zone.name} was read: taken as firewalld ships it`);
  const version = /^\d{1,3}(?=\.)/.exec(files.version?.trim() ?? '')?.[0];
  const nftables = conf.get('FirewallBackend')?.value.toLowerCase() !== 'iptables';
  const service = servicesOf(files, reading);
  tellRefusals(
    zones.filter((zone) => zone === standard || isBound(zone)),
    policies,
    service,
    reading,
  );
  const tables = compile({
    zones,
    policies,
    standard,
    standardAt,
    known: { sets: setsOf(files, reading), service },
    nftables,
    rpfilter: rpfilterOf(conf.get('IPv6_rpfilter')?.value ?? 'yes'),
    rfc3964: !isNo(conf.get('RFC3964_IPv4')?.value),
    drifting: (version === undefined || Number(version) < 1) && isYes(conf.get('AllowZoneDrifting')?.value),
    version: version === undefined ? undefined : Number(version),
    panic: files.panic === true,
  });
  const direct = files.direct === undefined ? [] : readDirect(files.direct, reading);
  if (!nftables && direct.some(({ chains }) => chains.some(({ rules }) => rules.length > 0)))
    reading.note(
      { file: '/etc/firewalld/direct.xml', text: '' },
      'rules of direct.xml may let in what zones refuse: not followed with iptables',
      true,
    );
  return { backend: 'firewalld', tables: [...direct, ...tables], problems: reading.problems };
}

const isBound = ({ interfaces, sources }: Zone): boolean => interfaces.length + sources.length > 0;
const isNo = (text: string | undefined): boolean => /^(?:no|false)$/i.test(text ?? '');
const isYes = (text: string | undefined): boolean => /^(?:yes|true)$/i.test(text ?? '');

const modes = ['strict', 'loose', 'strict-forward', 'loose-forward'] as const;

/** `yes` is an older word for `strict`. */
function rpfilterOf(text: string): Firewall['rpfilter'] {
  const word = text.trim().toLowerCase();
  if (['no', 'false', '0', 'off'].includes(word)) return 'no';
  return modes.find((mode) => mode === word) ?? 'strict';
}

interface Setting {
  readonly value: string;
  readonly at: Position;
}

function confOf(text: string): ReadonlyMap<string, Setting> {
  const found = new Map<string, Setting>();
  for (const [index, raw] of text.split('\n', 10_000).entries()) {
    const line = raw.trim();
    const equals = line.indexOf('=');
    if (equals < 1 || /^[#;]/.test(line)) continue;
    const at = { file: confFile, line: index + 1, text: line.slice(0, 300) };
    found.set(line.slice(0, equals).trim(), { value: line.slice(equals + 1).trim(), at });
  }
  return found;
}

function firstOf<T extends Zone | Policy>(some: readonly T[]): readonly T[] {
  const found = new Map<string, T>();
  for (const one of some) if (!found.has(one.name)) found.set(one.name, one);
  return [...found.values()];
}

function withStock(zones: readonly Zone[]): readonly Zone[] {
  const names = new Set(zones.map(({ name }) => name));
  return [...zones, ...stockZoneNames.flatMap((name) => (names.has(name) ? [] : (stockZone(name) ?? [])))];
}

/** An interface is in one zone: the one that it is in now. */
function withInterfaces(zones: readonly Zone[], given: Readonly<Record<string, string>>): readonly Zone[] {
  const entries = Object.entries(given);
  if (entries.length === 0) return zones;
  return zones.map((zone) => ({
    ...zone,
    interfaces: [
      ...zone.interfaces.filter(({ name }) => !Object.hasOwn(given, name)),
      ...entries
        .filter(([, name]) => name === zone.name)
        .map(([name]) => ({ name, at: { text: `${name} is in zone ${zone.name}` } })),
    ],
  }));
}

function setsOf({ ipsets = [] }: FirewalldFiles, reading: Reading): ReadonlyMap<string, NamedSet> {
  const found = new Map<string, NamedSet>();
  for (const one of ipsets) {
    const set = found.has(one.name) ? undefined : readSet(one, reading);
    if (set) found.set(one.name, set);
  }
  return found;
}

function servicesOf(
  { services = [] }: FirewalldFiles,
  reading: Reading,
): (name: string) => Service | undefined {
  const found = new Map<string, Service>();
  for (const one of services) {
    const service = found.has(one.name) ? undefined : readService(one, reading);
    if (service) found.set(one.name, service);
  }
  return (name) => found.get(name) ?? stockService(name);
}
