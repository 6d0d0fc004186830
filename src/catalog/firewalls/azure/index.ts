import type { Ask } from '../cloud-shared/index.ts';

export type { AzureContext } from './context.ts';
export { azureRules, parseAzure } from './parse.ts';

/** What to ask; all answers together are the documents of `parseAzure`. */
export const azureAsks: readonly Ask[] = [
  { argv: ['az', 'network', 'nsg', 'list', '--output', 'json'], why: 'all groups and their rules' },
  {
    argv: [
      'az',
      'network',
      'nic',
      'list-effective-nsg',
      '--resource-group',
      '{group}',
      '--name',
      '{interface}',
      '--output',
      'json',
    ],
    why: 'the rules in force at one running machine, with the addresses behind tags',
    optional: true,
  },
  {
    argv: ['az', 'network', 'list-service-tags', '--location', '{location}', '--output', 'json'],
    why: 'the addresses behind service tags',
    optional: true,
  },
];
