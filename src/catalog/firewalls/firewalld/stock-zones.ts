/** Zones as firewalld ships them, for hosts whose own copies were not read. Distributions open some services more. */
import type { Target, Zone } from './model.ts';

const zones: ReadonlyMap<string, readonly [target: Target, services: readonly string[], masquerade?: true]> =
  new Map([
    ['block', ['reject', []]],
    ['dmz', ['default', ['ssh']]],
    ['drop', ['drop', []]],
    ['external', ['default', ['ssh'], true]],
    ['home', ['default', ['ssh', 'mdns', 'samba-client', 'dhcpv6-client']]],
    ['internal', ['default', ['ssh', 'mdns', 'samba-client', 'dhcpv6-client']]],
    ['public', ['default', ['ssh', 'dhcpv6-client']]],
    ['trusted', ['accept', []]],
    ['work', ['default', ['ssh', 'dhcpv6-client']]],
  ]);

export const stockZoneNames: readonly string[] = [...zones.keys()];

export function stockZone(name: string): Zone | undefined {
  const found = zones.get(name);
  if (!found) return undefined;
  const [target, services, masquerade] = found;
  const at = { file: `/usr/lib/firewalld/zones/${name}.xml`, text: `zone ${name} as firewalld ships it` };
  return {
    name,
    at,
    target,
    services: services.map((service) => ({ name: service, at: { ...at, text: `service ${service}` } })),
    ports: [],
    protocols: [],
    sourcePorts: [],
    forwardPorts: [],
    masquerade: masquerade ? at : undefined,
    rules: [],
    interfaces: [],
    sources: [],
    forward: true,
    priority: 0,
  };
}
