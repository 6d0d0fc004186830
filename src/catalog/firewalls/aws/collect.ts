/** Finds in the answers of `aws ec2 describe-…` what the readers of groups and ACLs need. */
import {
  type Fields,
  field,
  fieldAt,
  findAll,
  isFields,
  listOf,
  newFields,
  type Source,
  textOf,
  type Value,
} from '../cloud-shared/index.ts';
import type { AwsContext } from './context.ts';

export interface Found {
  readonly value: Value;
  readonly source: Source;
}

export interface AwsThings {
  readonly groups: readonly Found[];
  readonly acls: readonly Found[];
  readonly interfaces: readonly Found[];
  readonly context: AwsContext;
}

const has = (value: Value, ...names: readonly string[]): boolean =>
  isFields(value) && names.every((name) => Object.hasOwn(value, name));

const isGroup = (value: Value): boolean =>
  has(value, 'IpPermissions') ||
  has(value, 'GroupId', 'GroupName', 'OwnerId') ||
  has(value, 'GroupId', 'Description', 'VpcId');
const isAcl = (value: Value): boolean =>
  has(value, 'NetworkAclId') && (has(value, 'Entries') || has(value, 'Associations'));
const isInterface = (value: Value): boolean => has(value, 'NetworkInterfaceId', 'Groups', 'PrivateIpAddress');
const isGroupRule = (value: Value): boolean => has(value, 'SecurityGroupRuleId', 'GroupId');
const isVpc = (value: Value): boolean => has(value, 'VpcId', 'CidrBlock') && !has(value, 'SubnetId');
const isSubnet = (value: Value): boolean => has(value, 'SubnetId', 'CidrBlock');
const isPrefixList = (value: Value): boolean => has(value, 'PrefixListId', 'Cidrs');

export function collect(sources: readonly Source[], given: AwsContext): AwsThings {
  const find = (take: (value: Value) => boolean): readonly Found[] =>
    sources.flatMap((source) => findAll(source.value, take).map((value) => ({ value, source })));
  const interfaces = find(isInterface);
  const vpcs = find(isVpc).flatMap(({ value }) => cidrsOf(value));
  return {
    groups: [...find(isGroup), ...groupsOfRules(find(isGroupRule))],
    acls: find(isAcl),
    interfaces,
    context: {
      ...given,
      ...(given.networks || vpcs.length === 0 ? {} : { networks: vpcs }),
      members: { ...prefixLists(find(isPrefixList)), ...groupMembers(interfaces), ...given.members },
      subnets: {
        ...Object.fromEntries(
          find(isSubnet).map(({ value }) => [textOf(field(value, 'SubnetId')) ?? '', cidrsOf(value)]),
        ),
        ...given.subnets,
      },
    },
  };
}

const cidrsOf = (value: Value): readonly string[] =>
  [
    field(value, 'CidrBlock'),
    ...listOf(field(value, 'CidrBlockAssociationSet')).map((one) => field(one, 'CidrBlock')),
    ...listOf(field(value, 'Ipv6CidrBlockAssociationSet')).map((one) => field(one, 'Ipv6CidrBlock')),
  ].flatMap((cidr) => textOf(cidr) ?? []);

const prefixLists = (lists: readonly Found[]): Record<string, readonly string[]> =>
  Object.fromEntries(
    lists.map(({ value }) => [
      textOf(field(value, 'PrefixListId')) ?? '',
      listOf(field(value, 'Cidrs')).flatMap((cidr) => textOf(cidr) ?? []),
    ]),
  );

/** Who is in which group: the answer to describe-network-interfaces names all that are. */
function groupMembers(interfaces: readonly Found[]): Record<string, readonly string[]> {
  const members: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const { value } of interfaces) {
    const addresses = [
      field(value, 'PrivateIpAddress'),
      ...listOf(field(value, 'PrivateIpAddresses')).map((one) => field(one, 'PrivateIpAddress')),
      ...listOf(field(value, 'Ipv6Addresses')).map((one) => field(one, 'Ipv6Address')),
    ].flatMap((address) => textOf(address) ?? []);
    for (const group of listOf(field(value, 'Groups'))) {
      const id = textOf(field(group, 'GroupId'));
      if (id !== undefined) (members[id] ??= []).push(...addresses);
    }
  }
  return members;
}

/** The answer of describe-security-group-rules, in the form of describe-security-groups. */
function groupsOfRules(rules: readonly Found[]): readonly Found[] {
  const groups = new Map<string, { permissions: Value[]; source: Source }>();
  for (const { value, source } of rules) {
    const id = textOf(field(value, 'GroupId')) ?? '';
    let group = groups.get(id);
    if (!group) groups.set(id, (group = { permissions: [], source }));
    if (field(value, 'IsEgress') !== true) group.permissions.push(permissionOf(value, source));
  }
  return Array.from(groups, ([id, { permissions, source }]) => {
    const group = newFields();
    group['GroupId'] = id;
    group['IpPermissions'] = permissions;
    return { value: group, source };
  });
}

function permissionOf(rule: Value, source: Source): Fields {
  const out = newFields();
  const line = isFields(rule) ? source.lines.get(rule) : undefined;
  const put = (name: string, value: Value | undefined): void => {
    if (value !== undefined) out[name] = value;
  };
  for (const name of ['IpProtocol', 'FromPort', 'ToPort']) put(name, field(rule, name));
  put('IpRanges', field(rule, 'CidrIpv4'));
  put('Ipv6Ranges', field(rule, 'CidrIpv6'));
  put('PrefixListIds', field(rule, 'PrefixListId'));
  put('UserIdGroupPairs', fieldAt(rule, 'ReferencedGroupInfo'));
  if (line !== undefined) source.lines.set(out, line);
  return out;
}
