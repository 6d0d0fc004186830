/** Rules of Azure, GCP and Kubernetes, in the form in which their own APIs print them. */
import {
  field,
  fieldsOf,
  isUnresolved,
  listOf,
  newFields,
  saying,
  textOf,
  type Value,
} from '../cloud-shared/index.ts';
import { blocksOf, doubted, given, inPlaceOf, renamed } from './rename.ts';
import { referred, type Resource } from './resource.ts';

const azureNames: Readonly<Record<string, string>> = {
  name: 'name',
  priority: 'priority',
  direction: 'direction',
  access: 'access',
  protocol: 'protocol',
  source_port_range: 'sourcePortRange',
  source_port_ranges: 'sourcePortRanges',
  destination_port_range: 'destinationPortRange',
  destination_port_ranges: 'destinationPortRanges',
  source_address_prefix: 'sourceAddressPrefix',
  source_address_prefixes: 'sourceAddressPrefixes',
  destination_address_prefix: 'destinationAddressPrefix',
  destination_address_prefixes: 'destinationAddressPrefixes',
  source_application_security_group_ids: 'sourceApplicationSecurityGroups',
  destination_application_security_group_ids: 'destinationApplicationSecurityGroups',
};

const marked = (value: Value, { onlyIf, lines }: Resource): Value => doubted(value, onlyIf, lines);

/** A group with the rules that stand in it and those that stand alone and name it. */
export function azureOf(
  resources: readonly Resource[],
  notHere: (resource: Resource, name: string) => void,
): readonly { readonly value: Value; readonly resource: Resource }[] {
  const groups = resources.filter(({ type }) => type === 'azurerm_network_security_group');
  const rules = resources
    .filter(({ type }) => type === 'azurerm_network_security_rule')
    .map((rule) => {
      const name = referred(saying(field(rule.values, 'network_security_group_name') ?? 'no name'));
      const owner = groups.find(
        (group) => group.address === name || textOf(field(group.values, 'name')) === name,
      );
      return { name, owner, resource: rule, value: marked(renamed(rule.values, azureNames, rule), rule) };
    });
  const made = groups.map((resource) => {
    const own = [
      ...blocksOf(resource.values, 'security_rule').map((rule) => renamed(rule, azureNames, resource)),
      ...rules.filter(({ owner }) => owner === resource).map(({ value }) => value),
    ];
    return { resource, value: groupValue(resource.address, own, resource) };
  });
  const orphans = Map.groupBy(
    rules.filter(({ owner }) => owner === undefined),
    ({ name }) => name,
  );
  const others = Array.from(orphans, ([name, some]) => {
    const [{ resource }] = some as unknown as readonly [{ readonly resource: Resource }];
    notHere(resource, name);
    return {
      resource,
      value: groupValue(
        name,
        some.map(({ value }) => value),
        resource,
      ),
    };
  });
  return [...made, ...others];
}

const groupValue = (name: string, rules: readonly Value[], resource: Resource): Value =>
  marked(
    inPlaceOf(
      fieldsOf([
        ['name', name],
        ['securityRules', rules],
      ]),
      resource.values,
      resource.lines,
    ),
    resource,
  );

const gcpNames: Readonly<Record<string, string>> = {
  name: 'name',
  priority: 'priority',
  direction: 'direction',
  disabled: 'disabled',
  source_ranges: 'sourceRanges',
  destination_ranges: 'destinationRanges',
  source_tags: 'sourceTags',
  source_service_accounts: 'sourceServiceAccounts',
  target_tags: 'targetTags',
  target_service_accounts: 'targetServiceAccounts',
};

export function gcpOf(
  resources: readonly Resource[],
): readonly { readonly value: Value; readonly resource: Resource }[] {
  const rules = resources
    .filter(({ type }) => type === 'google_compute_firewall')
    .map((resource) => {
      const { values } = resource;
      const traffic = (name: string): readonly Value[] =>
        blocksOf(values, name).map((one) =>
          renamed(one, { protocol: 'IPProtocol', ports: 'ports' }, resource),
        );
      const made = Object.assign(newFields(), renamed(values, gcpNames, resource), {
        kind: 'compute#firewall',
        network: referred(saying(field(values, 'network') ?? 'default')),
        allowed: traffic('allow'),
        denied: traffic('deny'),
      });
      return { resource, value: marked(inPlaceOf(made, values, resource.lines), resource) };
    });
  const policyRules = resources.filter(({ type }) => /^google_compute_.*firewall_policy_rule$/.test(type));
  const byPolicy = Map.groupBy(policyRules, ({ values }) =>
    referred(saying(field(values, 'firewall_policy') ?? 'a policy')),
  );
  const policies = Array.from(byPolicy, ([name, some]) => {
    const [resource] = some as [Resource, ...Resource[]];
    return {
      resource,
      value: fieldsOf([
        ['name', name],
        ['rules', some.map(policyRule)],
      ]),
    };
  });
  return [...rules, ...policies];
}

function policyRule(resource: Resource): Value {
  const { values } = resource;
  const match = blocksOf(values, 'match')[0] ?? newFields();
  const made = Object.assign(
    newFields(),
    renamed(
      values,
      {
        priority: 'priority',
        action: 'action',
        direction: 'direction',
        disabled: 'disabled',
        target_service_accounts: 'targetServiceAccounts',
        target_resources: 'targetResources',
        target_secure_tags: 'targetSecureTags',
      },
      resource,
    ),
    {
      match: Object.assign(
        newFields(),
        renamed(
          match,
          {
            src_ip_ranges: 'srcIpRanges',
            dest_ip_ranges: 'destIpRanges',
            src_secure_tags: 'srcSecureTags',
            src_address_groups: 'srcAddressGroups',
            src_fqdns: 'srcFqdns',
            src_region_codes: 'srcRegionCodes',
            src_threat_intelligences: 'srcThreatIntelligences',
          },
          resource,
        ),
        {
          layer4Configs: blocksOf(match, 'layer4_configs').map((one) =>
            renamed(one, { ip_protocol: 'ipProtocol', ports: 'ports' }, resource),
          ),
        },
      ),
    },
  );
  return marked(inPlaceOf(made, values, resource.lines), resource);
}

/** A NetworkPolicy, as a manifest would have it. */
export const kubernetesOf = (
  resources: readonly Resource[],
): readonly { readonly value: Value; readonly resource: Resource }[] =>
  resources
    .filter(({ type }) => /^kubernetes_network_policy(?:_v1)?$/.test(type))
    .map((resource) => {
      const metadata = blocksOf(resource.values, 'metadata')[0] ?? newFields();
      const spec = blocksOf(resource.values, 'spec')[0] ?? newFields();
      const value = fieldsOf([
        ['apiVersion', 'networking.k8s.io/v1'],
        ['kind', 'NetworkPolicy'],
        [
          'metadata',
          fieldsOf([
            ['name', textOf(field(metadata, 'name')) ?? resource.address],
            ['namespace', textOf(field(metadata, 'namespace')) ?? 'default'],
          ]),
        ],
        [
          'spec',
          fieldsOf([
            ['podSelector', selector(blocksOf(spec, 'pod_selector')[0])],
            ['policyTypes', given(field(spec, 'policy_types'))],
            ['ingress', blocksOf(spec, 'ingress').map((rule) => ingress(rule, resource))],
          ]),
        ],
      ]);
      return { resource, value: inPlaceOf(value, resource.values, resource.lines) };
    });

function ingress(rule: Value, resource: Resource): Value {
  if (isUnresolved(rule)) return rule;
  const made = fieldsOf([
    [
      'ports',
      blocksOf(rule, 'ports').map((port) =>
        renamed(port, { port: 'port', protocol: 'protocol', end_port: 'endPort' }, resource),
      ),
    ],
    [
      'from',
      blocksOf(rule, 'from').map((peer) =>
        isUnresolved(peer)
          ? peer
          : inPlaceOf(
              fieldsOf([
                ['ipBlock', blocksOf(peer, 'ip_block')[0]],
                ['podSelector', blocksOf(peer, 'pod_selector').map(selector)[0]],
                ['namespaceSelector', blocksOf(peer, 'namespace_selector').map(selector)[0]],
              ]),
              peer,
              resource.lines,
            ),
      ),
    ],
  ]);
  return inPlaceOf(made, rule, resource.lines);
}

function selector(value: Value | undefined): Value {
  if (value === undefined || isUnresolved(value)) return value ?? newFields();
  return fieldsOf([
    ['matchLabels', given(field(value, 'match_labels'))],
    ['matchExpressions', listOf(given(field(value, 'match_expressions')))],
  ]);
}
