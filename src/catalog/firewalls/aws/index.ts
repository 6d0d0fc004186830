import type { Ask } from '../cloud-shared/index.ts';

export type { AwsContext } from './context.ts';
export { awsRules, parseAws } from './parse.ts';

/** What to ask; all answers together are the documents of `parseAws`. */
export const awsAsks: readonly Ask[] = [
  { argv: ['aws', 'ec2', 'describe-security-groups', '--output', 'json'], why: 'the groups and their rules' },
  { argv: ['aws', 'ec2', 'describe-network-acls', '--output', 'json'], why: 'the ACLs around subnets' },
  {
    argv: ['aws', 'ec2', 'describe-network-interfaces', '--output', 'json'],
    why: 'who is a member of which group, and which groups guard a host',
    optional: true,
  },
  {
    argv: ['aws', 'ec2', 'describe-vpcs', '--output', 'json'],
    why: 'the addresses of the networks',
    optional: true,
  },
  {
    argv: ['aws', 'ec2', 'describe-subnets', '--output', 'json'],
    why: 'who is in one subnet',
    optional: true,
  },
  {
    argv: ['aws', 'ec2', 'describe-prefix-lists', '--output', 'json'],
    why: 'the addresses of AWS’s own services',
    optional: true,
  },
];
