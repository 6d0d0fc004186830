export { type FirewalldFiles, parseFirewalld } from './parse.ts';
export type { NamedXml } from './settings-xml.ts';

export { firewalldPaths } from './paths.ts';

/** What to ask where firewalld runs; what it holds may differ from its files. All of them only read. */
export const firewalldAsks = {
  allZones: { argv: ['firewall-cmd', '--list-all-zones'], why: 'the zones as they are now' },
  allPolicies: { argv: ['firewall-cmd', '--list-all-policies'], why: 'the policies as they are now' },
  defaultZone: { argv: ['firewall-cmd', '--get-default-zone'], why: 'the zone of all that no other has' },
  panic: { argv: ['firewall-cmd', '--query-panic'], why: 'whether all is shut' },
  version: { argv: ['firewall-cmd', '--version'], why: 'how policies find their zones' },
} as const;
