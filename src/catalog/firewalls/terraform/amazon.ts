/** Groups and ACLs of AWS, in the form in which the EC2 API prints them. */
import {
  field,
  fieldsOf,
  isFields,
  isUnresolved,
  listOf,
  saying,
  textOf,
  unresolved,
  type Value,
} from '../cloud-shared/index.ts';
import { blocksOf, doubted, given, inPlaceOf, renamed } from './rename.ts';
import { referred, type Resource } from './resource.ts';

const isGroup = ({ type }: Resource): boolean => /^aws_(?:default_)?security_group$/.test(type);
const isGroupRule = ({ type }: Resource): boolean =>
  type === 'aws_security_group_rule' || type === 'aws_vpc_security_group_ingress_rule';
const isAcl = ({ type }: Resource): boolean => /^aws_(?:default_)?network_acl$/.test(type);

/** All names by which others may refer to it. */
function namesOf(resource: Resource): readonly string[] {
  const id = textOf(field(resource.values, 'id'));
  return [resource.address, ...(id === undefined ? [] : [id])];
}

/** Name of what a field refers to. A place in a list that is not known refers to any of the list. */
const nameOf = (value: Value | undefined): string => referred(saying(value ?? 'no name'));
const base = (name: string): string => name.replace(/\[[^\]]*\]$/, '');

function findOwner(owners: readonly Resource[], rule: Value | undefined): readonly Resource[] {
  const name = nameOf(rule);
  const exact = owners.filter((owner) => namesOf(owner).includes(name));
  return exact.length > 0 || /\[(?:\d+|"[^"]*")\]$/.test(name)
    ? exact
    : owners.filter((owner) => base(owner.address) === base(name));
}

export interface Amazon {
  readonly value: Value;
  readonly resource: Resource;
}

export function amazonOf(
  resources: readonly Resource[],
  notHere: (resource: Resource, name: string) => void,
): readonly Amazon[] {
  return [...groupsOf(resources, notHere), ...aclsOf(resources, notHere)];
}

function groupsOf(
  resources: readonly Resource[],
  notHere: (resource: Resource, name: string) => void,
): readonly Amazon[] {
  const groups = resources.filter(isGroup);
  const rules = resources
    .filter(isGroupRule)
    .filter((rule) => rule.type !== 'aws_security_group_rule' || field(rule.values, 'type') !== 'egress');
  const placed = rules.map((rule) => ({
    rule,
    owners: findOwner(groups, field(rule.values, 'security_group_id')),
  }));
  const idOf = (group: Resource): string => textOf(field(group.values, 'id')) ?? group.address;
  const made = groups.map((group): Amazon => {
    const id = idOf(group);
    const permissions = [
      ...blocksOf(group.values, 'ingress').map((entry) => permission(entry, id, group)),
      ...placed
        .filter(({ owners }) => owners.includes(group))
        .map(({ rule, owners }) =>
          doubted(
            permission(rule.values, id, rule),
            owners.length > 1 ? 'which of the groups is meant' : rule.onlyIf,
            rule.lines,
          ),
        ),
    ];
    return {
      resource: group,
      value: groupValue(
        id,
        group,
        permissions.map((one) => doubted(one, group.onlyIf, group.lines)),
      ),
    };
  });
  const orphans = Map.groupBy(
    placed.filter(({ owners }) => owners.length === 0).map(({ rule }) => rule),
    (rule) => nameOf(field(rule.values, 'security_group_id')),
  );
  const others = Array.from(orphans, ([id, some]): Amazon => {
    const [first] = some as [Resource, ...Resource[]];
    notHere(first, id);
    return {
      resource: first,
      value: groupValue(
        id,
        first,
        some.map((rule) => doubted(permission(rule.values, id, rule), rule.onlyIf, rule.lines)),
      ),
    };
  });
  return [...made, ...others];
}

const groupValue = (id: string, resource: Resource, permissions: readonly Value[]): Value =>
  inPlaceOf(
    fieldsOf([
      ['GroupId', id],
      ['IpPermissions', permissions],
    ]),
    resource.values,
    resource.lines,
  );

/** Inline rules, `aws_security_group_rule` and `aws_vpc_security_group_ingress_rule` differ in a few names only. */
function permission(entry: Value, groupId: string, resource: Resource): Value {
  if (!isFields(entry)) return entry;
  const member = (one: Value): Value =>
    fieldsOf([['GroupId', isUnresolved(one) || typeof one === 'string' ? nameOf(one) : saying(one)]]);
  const self = field(entry, 'self');
  const groups = [
    ...listOf(field(entry, 'security_groups')),
    ...listOf(given(field(entry, 'source_security_group_id'))),
    ...listOf(given(field(entry, 'referenced_security_group_id'))),
  ].map(member);
  if (self === true || self === 'true') groups.push(member(groupId));
  if (isUnresolved(self)) groups.push(member(self));
  const made = fieldsOf([
    ['IpProtocol', field(entry, 'protocol', 'ip_protocol') ?? unresolved('no protocol')],
    ['FromPort', field(entry, 'from_port')],
    ['ToPort', field(entry, 'to_port')],
    ['IpRanges', [...listOf(field(entry, 'cidr_blocks')), ...listOf(given(field(entry, 'cidr_ipv4')))]],
    [
      'Ipv6Ranges',
      [...listOf(field(entry, 'ipv6_cidr_blocks')), ...listOf(given(field(entry, 'cidr_ipv6')))],
    ],
    [
      'PrefixListIds',
      [...listOf(field(entry, 'prefix_list_ids')), ...listOf(given(field(entry, 'prefix_list_id')))],
    ],
    ['UserIdGroupPairs', groups],
    [
      '(only if)',
      field(entry, '(only if)') ?? (isUnresolved(field(entry, 'type')) ? field(entry, 'type') : undefined),
    ],
  ]);
  return inPlaceOf(made, entry, resource.lines);
}

function aclsOf(
  resources: readonly Resource[],
  notHere: (resource: Resource, name: string) => void,
): readonly Amazon[] {
  const acls = resources.filter(isAcl);
  const rules = resources
    .filter(({ type }) => type === 'aws_network_acl_rule')
    .map((rule) => ({ rule, owner: findOwner(acls, field(rule.values, 'network_acl_id'))[0] }));
  const made = acls.map((acl): Amazon => {
    const id = textOf(field(acl.values, 'id')) ?? acl.address;
    const entries = [
      ...blocksOf(acl.values, 'ingress').map((one) => entryOf(one, false, acl)),
      ...blocksOf(acl.values, 'egress').map((one) => entryOf(one, true, acl)),
      ...rules
        .filter(({ owner }) => owner === acl)
        .map(({ rule }) =>
          doubted(entryOf(rule.values, field(rule.values, 'egress') ?? false, rule), rule.onlyIf, rule.lines),
        ),
    ];
    return { resource: acl, value: aclValue(id, acl, entries, listOf(field(acl.values, 'subnet_ids'))) };
  });
  const orphans = Map.groupBy(
    rules.flatMap(({ rule, owner }) => (owner ? [] : [rule])),
    (rule) => nameOf(field(rule.values, 'network_acl_id')),
  );
  const others = Array.from(orphans, ([id, some]): Amazon => {
    const [first] = some as [Resource, ...Resource[]];
    notHere(first, id);
    const entries = some.map((rule) =>
      doubted(entryOf(rule.values, field(rule.values, 'egress') ?? false, rule), rule.onlyIf, rule.lines),
    );
    return { resource: first, value: aclValue(id, first, entries, []) };
  });
  return [...made, ...others];
}

const aclValue = (
  id: string,
  resource: Resource,
  entries: readonly Value[],
  subnets: readonly Value[],
): Value =>
  inPlaceOf(
    fieldsOf([
      ['NetworkAclId', id],
      ['Entries', entries],
      ['Associations', subnets.map((subnet) => fieldsOf([['SubnetId', nameOf(subnet)]]))],
    ]),
    resource.values,
    resource.lines,
  );

function entryOf(entry: Value, egress: Value, resource: Resource): Value {
  const made = renamed(
    entry,
    { protocol: 'Protocol', cidr_block: 'CidrBlock', ipv6_cidr_block: 'Ipv6CidrBlock' },
    resource,
  );
  if (!isFields(made)) return made;
  const ports =
    field(entry, 'from_port') === undefined
      ? undefined
      : fieldsOf([
          ['From', field(entry, 'from_port')],
          ['To', field(entry, 'to_port')],
        ]);
  const more = fieldsOf([
    ['RuleNumber', field(entry, 'rule_no', 'rule_number')],
    ['RuleAction', field(entry, 'action', 'rule_action')],
    ['Egress', egress],
    ['PortRange', ports],
  ]);
  return inPlaceOf(
    Object.assign(Object.create(null) as { [name: string]: Value }, made, more),
    entry,
    resource.lines,
  );
}

/** Addresses of the networks that are made here. */
export const networksOf = (resources: readonly Resource[]): readonly string[] =>
  resources
    .filter(({ type }) => type === 'aws_vpc')
    .flatMap(({ values }) => [textOf(field(values, 'cidr_block')), textOf(field(values, 'ipv6_cidr_block'))])
    .flatMap((cidr) => (cidr?.includes('/') ? [cidr] : []));
