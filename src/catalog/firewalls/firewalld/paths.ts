/** Folders and files to read, those of /etc first; each `*.xml` by its name without the ending. */
export const firewalldPaths = {
  zones: ['/etc/firewalld/zones', '/usr/lib/firewalld/zones'],
  policies: ['/etc/firewalld/policies', '/usr/lib/firewalld/policies'],
  ipsets: ['/etc/firewalld/ipsets', '/usr/lib/firewalld/ipsets'],
  services: ['/etc/firewalld/services', '/usr/lib/firewalld/services'],
  conf: '/etc/firewalld/firewalld.conf',
  direct: '/etc/firewalld/direct.xml',
} as const;
