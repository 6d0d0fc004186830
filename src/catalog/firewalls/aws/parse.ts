/** Reader of what `aws ec2 describe-security-groups`, `describe-network-acls` and their like print. */
import type { Rule } from '../../../lang/packets/index.ts';
import {
  type CloudDocument,
  type CloudReading,
  field,
  guard,
  listOf,
  newProblems,
  position,
  type Problems,
  readJsonDocuments,
  type Source,
  type SubjectRules,
  subjectRules,
  textOf,
  withUnread,
} from '../cloud-shared/index.ts';
import { type AwsThings, collect, type Found } from './collect.ts';
import type { AwsContext } from './context.ts';
import { aclChains, aclIdOf, subnetsOf } from './network-acl.ts';
import { groupIdOf, ingressRules } from './security-group.ts';

/**
 * One rule set for each security group and each network ACL, and one for each network interface: its groups together,
 * behind the ACL of its subnet. Several groups add up, so never hand two of them to `reach`. Never throws.
 *
 * @example parseAws([{ text }], { networks: ['10.0.0.0/16'] }).ruleSets[0]?.subject // { kind: 'security-group', id: 'sg-1' }
 */
export function parseAws(documents: readonly CloudDocument[], context: AwsContext = {}): CloudReading {
  const problems = newProblems();
  const { sources, unread } = readJsonDocuments(documents, problems);
  const reading = awsRules(sources, context, problems);
  return {
    ruleSets: withUnread('aws', reading, unread, problems.all),
    problems: problems.all,
  };
}

/** The same from values, wherever they come from. */
export function awsRules(
  sources: readonly Source[],
  given: AwsContext,
  problems: Problems,
): readonly SubjectRules[] {
  const things = collect(sources, given);
  const { groups, acls, interfaces, context } = things;
  if (groups.length + acls.length + interfaces.length === 0)
    for (const source of sources)
      problems.add(
        position(source, source.value, 'the whole document'),
        'no security group and no network ACL of AWS stands here',
        true,
      );
  const rulesOf = new Map<Found, readonly Rule[]>(
    groups.map((found) => [found, ingressRules(found.value, found.source, context, problems)]),
  );
  const ofGroups = groups.map((found) => {
    const id = groupIdOf(found.value);
    const at = position(found.source, found.value, `security group ${id}: no rule lets it in`);
    return subjectRules(
      'aws',
      { kind: 'security-group', id },
      [guard('input', 0, rulesOf.get(found) ?? [], at)],
      problems.all,
    );
  });
  const ofAcls = acls.map(({ value, source }) =>
    subjectRules(
      'aws',
      { kind: 'network-acl', id: aclIdOf(value) },
      aclChains(value, source, context, problems, undefined),
      problems.all,
    ),
  );
  const hosts = [
    ...interfaces.map(({ value }) => ({
      kind: 'network-interface',
      id: textOf(field(value, 'NetworkInterfaceId')) ?? '',
      groups: listOf(field(value, 'Groups')).flatMap((group) => textOf(field(group, 'GroupId')) ?? []),
      subnet: textOf(field(value, 'SubnetId')),
    })),
    ...(context.host
      ? [{ kind: 'host', id: 'host', groups: context.host.groups, subnet: context.host.subnet }]
      : []),
  ];
  return [...ofGroups, ...ofAcls, ...hosts.map((host) => hostRules(host, things, rulesOf, problems))];
}

interface Host {
  readonly kind: string;
  readonly id: string;
  readonly groups: readonly string[];
  readonly subnet: string | undefined;
}

function hostRules(
  host: Host,
  { groups, acls, context }: AwsThings,
  rulesOf: ReadonlyMap<Found, readonly Rule[]>,
  problems: Problems,
): SubjectRules {
  const at = { text: `${host.kind} ${host.id}: none of ${host.groups.join(', ') || 'no groups'} lets it in` };
  const rules = host.groups.flatMap((id): readonly Rule[] => {
    const found = groups.find(
      ({ value }) => groupIdOf(value) === id || textOf(field(value, 'GroupName')) === id,
    );
    if (found) return rulesOf.get(found) ?? [];
    const missing = { text: `security group ${id}` };
    problems.add(missing, `security group ${id} is in no document`, true);
    return [{ when: [], does: [{ deed: 'opaque', on: 'other', text: `rules of ${id}` }], at: missing }];
  });
  const acl = acls.find(({ value }) => host.subnet !== undefined && subnetsOf(value).includes(host.subnet));
  // What is open comes last: what is sure to be let in should not pass it.
  const sorted = [
    ...rules.filter(({ does }) => does[0]?.deed === 'accept'),
    ...rules.filter(({ does }) => does[0]?.deed !== 'accept'),
  ];
  return subjectRules(
    'aws',
    { kind: host.kind, id: host.id },
    [
      ...(acl
        ? aclChains(acl.value, acl.source, context, problems, host.subnet).map((chain) => ({
            ...chain,
            name: `acl ${chain.name}`,
          }))
        : []),
      guard('input', 0, sorted, at),
    ],
    problems.all,
  );
}
