/** Objects as their API takes them: without what only an answer has. */
import {
  field,
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  textOf,
  type Value,
} from '../../cloud-shared/index.ts';

const only = (value: Value | undefined, names: readonly string[]): Fields =>
  fieldsOf(names.map((name) => [name, field(value, name)] as const));

/** A permission of a security group; a rule is revoked without its description, which is not what it is known by. */
export function permissionFor(permission: Fields, described: boolean): Fields {
  const words = described ? ['Description'] : [];
  const peers = (list: string, names: readonly string[]): readonly (readonly [string, Value])[] => {
    const all = listOf(field(permission, list));
    return all.length === 0 ? [] : [[list, all.map((peer) => only(peer, [...names, ...words]))]];
  };
  return fieldsOf([
    ...['IpProtocol', 'FromPort', 'ToPort'].map((name) => [name, field(permission, name)] as const),
    ...peers('IpRanges', ['CidrIp']),
    ...peers('Ipv6Ranges', ['CidrIpv6']),
    ...peers('PrefixListIds', ['PrefixListId']),
    ...peers('UserIdGroupPairs', ['GroupId', 'UserId', 'VpcPeeringConnectionId']),
  ]);
}

const nsgNames = [
  'description',
  'protocol',
  'sourcePortRange',
  'sourcePortRanges',
  'destinationPortRange',
  'destinationPortRanges',
  'sourceAddressPrefix',
  'sourceAddressPrefixes',
  'sourceApplicationSecurityGroups',
  'destinationAddressPrefix',
  'destinationAddressPrefixes',
  'destinationApplicationSecurityGroups',
  'access',
  'priority',
  'direction',
];

/** `properties` of a rule of a network security group. */
export const nsgRuleFor = (rule: Fields): Fields =>
  fieldsOf(
    Object.entries(only(rule, nsgNames)).filter(
      ([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  );

const vpcNames = [
  'name',
  'description',
  'network',
  'priority',
  'direction',
  'sourceRanges',
  'destinationRanges',
  'sourceTags',
  'sourceServiceAccounts',
  'targetTags',
  'targetServiceAccounts',
  'allowed',
  'denied',
  'logConfig',
  'disabled',
];

export const vpcRuleFor = (rule: Fields): Fields => only(rule, vpcNames);

const ofServer = ['managedFields', 'uid', 'creationTimestamp', 'generation', 'selfLink', 'resourceVersion'];

/** A policy; `conditional`: only in place of the very version that was read. */
export function policyFor(policy: Fields, conditional: boolean): Fields {
  const metadata = field(policy, 'metadata');
  const kept = isFields(metadata)
    ? Object.entries(metadata).filter(
        ([name]) => !ofServer.includes(name) || (conditional && name === 'resourceVersion'),
      )
    : [];
  return fieldsOf([
    ['apiVersion', textOf(field(policy, 'apiVersion')) ?? 'networking.k8s.io/v1'],
    ['kind', 'NetworkPolicy'],
    ['metadata', fieldsOf(kept)],
    ['spec', field(policy, 'spec')],
  ]);
}
