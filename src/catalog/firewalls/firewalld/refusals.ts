/** Mistakes of one rule for which firewalld gives up on all of its configuration, and falls back to the one it ships. */
import type { Policy, RichRule, Service, Zone } from './model.ts';
import type { Reading } from './reading.ts';
import { stagesOf } from './stages.ts';

/** Services that firewalld ships with a destination of their own; none of them is for TCP. */
const bound = [
  'bittorrent-lsd',
  'dds-multicast',
  'dhcpv6-client',
  'llmnr-udp',
  'mdns',
  'ssdp',
  'ws-discovery-udp',
];

export function tellRefusals(
  zones: readonly Zone[],
  policies: readonly Policy[],
  service: (name: string) => Service | undefined,
  reading: Reading,
): void {
  const tell = ({ at }: Pick<RichRule, 'at'>, reason: string): void =>
    reading.note(
      at,
      `${reason}: firewalld loads nothing of its configuration, and falls back to the one it ships`,
      true,
    );
  for (const { rules } of [...zones, ...policies])
    for (const rule of rules) {
      const { element, destination } = rule;
      if (!destination || element?.kind !== 'service') continue;
      if (bound.includes(element.name) || (service(element.name)?.destinations.size ?? 0) > 0)
        tell(rule, 'the service has a destination of its own, and the rule names another');
    }
  const active = zones.filter(({ interfaces, sources }) => interfaces.length + sources.length > 0);
  const names = new Set(['ANY', 'HOST', ...active.map(({ name }) => name)]);
  for (const policy of policies) {
    // A policy whose zones nobody is in is not loaded.
    if (![policy.ingress, policy.egress].every((some) => some.some((name) => names.has(name)))) continue;
    const asked = stagesOf(policy);
    for (const rule of policy.rules) {
      if (rule.action?.kind === 'mark' && asked.get('mark') === 'doubtful')
        tell(rule, 'a policy of these zones cannot mark (1.3)');
      if (rule.element?.kind === 'forward-port' && asked.get('redirect') === 'doubtful')
        tell(rule, 'a policy of these zones cannot forward a port (1.3)');
    }
    for (const forward of policy.forwardPorts)
      if (asked.get('redirect') === 'doubtful')
        tell(forward, 'a policy of these zones cannot forward a port (1.3)');
  }
}
