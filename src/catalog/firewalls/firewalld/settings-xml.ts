/** Zones and policies from their XML files. */
import { refusalOf } from './check-rich.ts';
import type {
  ForwardPort,
  Named,
  Peer,
  Policy,
  PortEntry,
  RichRule,
  Settings,
  Target,
  Zone,
} from './model.ts';
import { isNoPort, portOf } from './ports.ts';
import { attribute, positionOf, type Reading } from './reading.ts';
import { peerOf, richRuleOf } from './rich-xml.ts';
import { readXml, type XmlElement } from './xml.ts';
import type { Position } from '../../../lang/packets/index.ts';

/** One file of firewalld, by the name that its file has without `.xml`. */
export interface NamedXml {
  readonly name: string;
  readonly xml: string;
  /** Named in positions; absent: where such a file stands in /etc/firewalld. */
  readonly file?: string;
}

const mostRules = 200_000;

/** The root of a file; nothing, and a problem, where it is none. */
export function rootOf(
  given: NamedXml,
  folder: string,
  name: string,
  reading: Reading,
): XmlElement | undefined {
  const file = fileOf(given, folder);
  const { root, problem } = readXml(given.xml);
  if (problem) {
    reading.note(
      { file, line: problem.line, text: '' },
      `not XML that firewalld reads: ${problem.reason}`,
      true,
    );
    return undefined;
  }
  if (root.name === name) return root;
  reading.note(positionOf(root, file), `<${name}> was expected`, true);
  return undefined;
}

export const fileOf = ({ name, file }: NamedXml, folder: string): string =>
  file ?? `/etc/firewalld/${folder}/${name}.xml`;

const zoneTargets: ReadonlyMap<string, Target> = new Map([
  ['', 'default'],
  ['default', 'default'],
  ['{chain}_{zone}', 'default'],
  ['ACCEPT', 'accept'],
  ['DROP', 'drop'],
  ['REJECT', 'reject'],
  ['%%REJECT%%', 'reject'],
]);

export const targetOf = (text: string): Target | undefined =>
  text === 'CONTINUE' ? 'continue' : zoneTargets.get(text);

export function readZone(given: NamedXml, reading: Reading): Zone | undefined {
  const file = fileOf(given, 'zones');
  const root = rootOf(given, 'zones', 'zone', reading);
  if (!root) return undefined;
  const interfaces: Named[] = [];
  const sources: (Peer & { readonly at: Position })[] = [];
  let forward = false;
  const settings = readSettings(given, root, file, reading, (child) => {
    const at = positionOf(child, file);
    if (child.name === 'interface') interfaces.push({ name: attribute(child, 'name'), at });
    else if (child.name === 'source') {
      const peer = peerOf(child);
      if (peer.not) reading.note(at, 'firewalld ignores a source of a zone that is turned round');
      else sources.push({ ...peer, at });
    } else if (child.name === 'forward') forward = true;
    else if (child.name !== 'icmp-block-inversion')
      reading.note(at, `<${child.name}> is not known here: firewalld ignores what it does not know`);
  });
  const priority = attribute(root, 'ingress-priority');
  return { ...settings, interfaces, sources, forward, priority: numberOf(priority, 0) };
}

export function readPolicy(given: NamedXml, reading: Reading): Policy | undefined {
  const file = fileOf(given, 'policies');
  const root = rootOf(given, 'policies', 'policy', reading);
  if (!root) return undefined;
  const ingress: string[] = [];
  const egress: string[] = [];
  const settings = readSettings(given, root, file, reading, (child) => {
    if (child.name === 'ingress-zone') ingress.push(attribute(child, 'name'));
    else if (child.name === 'egress-zone') egress.push(attribute(child, 'name'));
    else
      reading.note(
        positionOf(child, file),
        `<${child.name}> is not known here: firewalld ignores what it does not know`,
      );
  });
  return { ...settings, ingress, egress, priority: numberOf(attribute(root, 'priority'), -1) };
}

export const numberOf = (text: string, otherwise: number): number =>
  /^[+-]?\d{1,5}$/.test(text) ? Number(text) : otherwise;

/** What zones and policies have in common; all else goes to `other`. */
function readSettings(
  { name }: NamedXml,
  root: XmlElement,
  file: string,
  reading: Reading,
  other: (child: XmlElement) => void,
): Settings {
  const services: Named[] = [];
  const ports: PortEntry[] = [];
  const protocols: Named[] = [];
  const sourcePorts: PortEntry[] = [];
  const forwardPorts: (ForwardPort & { readonly at: Position })[] = [];
  const rules: RichRule[] = [];
  let masquerade: Position | undefined;
  const rootAt = positionOf(root, file);
  const portEntry = (child: XmlElement): PortEntry => {
    const at = positionOf(child, file);
    const port = portOf(attribute(child, 'port'), attribute(child, 'protocol'));
    if (isNoPort(port)) reading.note(at, 'this is no port: firewalld does not take the file', true);
    return { ...port, at };
  };
  for (const child of root.children) {
    const at = positionOf(child, file);
    switch (child.name) {
      case 'short':
      case 'description':
      case 'icmp-block':
        break;
      case 'service':
        services.push({ name: attribute(child, 'name'), at });
        break;
      case 'port':
        ports.push(portEntry(child));
        break;
      case 'source-port':
        sourcePorts.push(portEntry(child));
        break;
      case 'protocol':
        protocols.push({ name: attribute(child, 'value'), at });
        break;
      case 'masquerade':
        if (!/^(?:no|false)$/i.test(attribute(child, 'enabled'))) masquerade = at;
        break;
      case 'forward-port': {
        const toPort = attribute(child, 'to-port');
        forwardPorts.push({ port: portEntry(child), toPort, toAddress: attribute(child, 'to-addr'), at });
        break;
      }
      case 'rule':
        takeRule(richRuleOf(child, file), at, rules, reading);
        break;
      default:
        other(child);
    }
  }
  const target = targetOf(attribute(root, 'target'));
  if (target === undefined) reading.note(rootAt, 'firewalld knows no such target', true);
  return {
    name,
    at: rootAt,
    target: target ?? 'default',
    services,
    ports,
    protocols,
    sourcePorts,
    forwardPorts,
    masquerade,
    rules,
  };
}

/** Keeps a rule that firewalld takes, and tells why it leaves out another. */
export function takeRule(rule: RichRule | string, at: Position, rules: RichRule[], reading: Reading): void {
  const refusal = typeof rule === 'string' ? rule : refusalOf(rule);
  if (refusal !== undefined) reading.note(at, `firewalld leaves this rule out: ${refusal}`);
  else if (rules.length >= mostRules)
    reading.note(at, `more than ${mostRules} rules: this one is not read`, true);
  else if (typeof rule !== 'string') rules.push(rule);
}
