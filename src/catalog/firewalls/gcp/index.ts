import type { Ask } from '../cloud-shared/index.ts';

export type { GcpContext } from './context.ts';
export { gcpRules, parseGcp } from './parse.ts';

/** What to ask; each answer by itself is a document of `parseGcp`. */
export const gcpAsks: readonly Ask[] = [
  {
    argv: [
      'gcloud',
      'compute',
      'instances',
      'network-interfaces',
      'get-effective-firewalls',
      '{instance}',
      '--zone',
      '{zone}',
      '--format',
      'json',
    ],
    why: 'all that is in force at one instance: policies of organisation, folders and network, and its rules',
  },
  {
    argv: ['gcloud', 'compute', 'networks', 'get-effective-firewalls', '{network}', '--format', 'json'],
    why: 'the same for a network',
  },
  {
    argv: ['gcloud', 'compute', 'firewall-rules', 'list', '--format', 'json'],
    why: 'the rules of all networks, without policies',
    optional: true,
  },
];
