export { type FirewalldFiles, parseFirewalld } from './parse.ts';
export type { NamedXml } from './settings-xml.ts';

/** Folders and files to read, those of /etc first; each `*.xml` by its name without the ending. */
export const firewalldPaths = {
  zones: ['/etc/firewalld/zones', '/usr/lib/firewalld/zones'],
  policies: ['/etc/firewalld/policies', '/usr/lib/firewalld/policies'],
  ipsets: ['/etc/firewalld/ipsets', '/usr/lib/firewalld/ipsets'],
  services: ['/etc/firewalld/services', '/usr/lib/firewalld/services'],
  conf: '/etc/firewalld/firewalld.conf',
  direct: '/etc/firewalld/direct.xml',
} as const;

/** What to ask where firewalld runs; what it holds may differ from its files. All of them only read. */
export const firewalldAsks = {
  allZones: { argv: ['firewall-cmd', '--list-all-zones'], why: 'the zones as they are now' },
  allPolicies: { argv: ['firewall-cmd', '--list-all-policies'], why: 'the policies as they are now' },
  defaultZone: { argv: ['firewall-cmd', '--get-default-zone'], why: 'the zone of all that no other has' },
  panic: { argv: ['firewall-cmd', '--query-panic'], why: 'whether all is shut' },
  version: { argv: ['firewall-cmd', '--version'], why: 'how policies find their zones' },
} as const;
