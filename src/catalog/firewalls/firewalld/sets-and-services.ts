/** The ipsets and the services that zones name, from their XML files. */
import { type Family, fromTexts } from '../../../lang/packets/index.ts';
import type { NamedSet, Port, Service } from './model.ts';
import { portOf } from './ports.ts';
import { attribute, positionOf, type Reading } from './reading.ts';
import { fileOf, type NamedXml, rootOf } from './settings-xml.ts';

export function readSet(given: NamedXml, reading: Reading): NamedSet | undefined {
  const root = rootOf(given, 'ipsets', 'ipset', reading);
  if (!root) return undefined;
  const options = root.children.filter(({ name }) => name === 'option');
  const option = (name: string): string | undefined =>
    options.find((one) => attribute(one, 'name') === name)?.attributes.get('value');
  const family: Family = option('family') === 'inet6' ? 'ipv6' : 'ipv4';
  const type = attribute(root, 'type');
  const entries = root.children.filter(({ name }) => name === 'entry').map(({ text }) => text.trim());
  // What expires was put in by somebody at some time.
  const expires = option('timeout') !== undefined && option('timeout') !== '0';
  if (type !== 'hash:ip' && type !== 'hash:net') return { family, type, entries, open: expires };
  const { addresses, bad } = fromTexts(family, entries);
  if (bad.length > 0)
    reading.note(
      positionOf(root, fileOf(given, 'ipsets')),
      `${bad.length} of its entries are no addresses of its family`,
      true,
    );
  return { family, type, addresses, entries, open: expires || bad.length > 0 };
}

export function readService(given: NamedXml, reading: Reading): Service | undefined {
  const root = rootOf(given, 'services', 'service', reading);
  if (!root) return undefined;
  const ports: Port[] = [];
  const sourcePorts: Port[] = [];
  const protocols: string[] = [];
  const includes: string[] = [];
  const destinations = new Map<Family, string>();
  for (const child of root.children) {
    const port = (): Port => portOf(attribute(child, 'port'), attribute(child, 'protocol'));
    // Older files write a protocol as a port without a number.
    if (child.name === 'port' && attribute(child, 'port') === '')
      protocols.push(attribute(child, 'protocol'));
    else if (child.name === 'port') ports.push(port());
    else if (child.name === 'source-port') sourcePorts.push(port());
    else if (child.name === 'protocol') protocols.push(attribute(child, 'value'));
    else if (child.name === 'include') includes.push(attribute(child, 'service'));
    else if (child.name === 'destination')
      for (const family of ['ipv4', 'ipv6'] as const) {
        const address = attribute(child, family);
        if (address !== '') destinations.set(family, address);
      }
  }
  return { ports, sourcePorts, protocols, includes, destinations };
}
