/** A change as Terraform: objects that exist are imported, so that nothing is made twice. */
import { printable } from '../../../../lang/text/index.ts';
import {
  field,
  fieldAt,
  type Fields,
  integerOf,
  isFields,
  listOf,
  textOf,
  type Value,
} from '../../cloud-shared/index.ts';
import { rulesOf } from '../aws-groups.ts';
import type { CloudStep } from '../step.ts';
import { projectOf } from './commands.ts';
import { HclName, hclName, type HclWritten, writeHcl } from './hcl.ts';

const texts = (value: Value | undefined, ...names: readonly string[]): readonly string[] | undefined => {
  const all = names.flatMap((name) => listOf(field(value, name)).flatMap((one) => textOf(one) ?? []));
  return all.length === 0 ? undefined : all;
};
const oneText = (value: Value | undefined, name: string): string | undefined => textOf(field(value, name));

const imported = (type: string, name: string, id: string): HclWritten => ({
  type: 'import',
  attributes: [
    ['to', new HclName(`${type}.${name}`)],
    ['id', id],
  ],
});

const resource = (
  type: string,
  name: string,
  attributes: HclWritten['attributes'],
  blocks: readonly HclWritten[] = [],
): HclWritten => ({ type: 'resource', labels: [type, name], attributes, blocks });

/** `problem`: what the documents would have to hold for it. */
export type Terraform = { readonly text: string } | { readonly problem: string };

/** `objects`: those that steps are parts of, as they shall be. */
export function terraformOf(steps: readonly CloudStep[], objects: readonly Fields[]): Terraform {
  const made: HclWritten[] = [];
  const words: string[] = [];
  const [first] = steps;
  if (first?.object === 'group-rule') {
    const group = objects.find((one) => oneText(one, 'GroupId') === first.owner);
    if (!group || oneText(group, 'GroupName') === undefined || oneText(group, 'Description') === undefined)
      return {
        problem:
          'Terraform needs the name and the description of the group: give what aws ec2 describe-security-groups prints',
      };
    words.push(
      '# All rules for what comes in, those that stay with them: Terraform removes what is not listed.',
      '# It revokes before it authorizes: for a moment sources in both are not let in to new connections.',
    );
    made.push(...securityGroup(group));
  } else
    for (const step of steps) {
      if (!step.after) {
        words.push(
          `# ${printable(step.name)} goes: remove its block, or, where Terraform does not know it, remove it by the command line.`,
        );
        continue;
      }
      const blocks = blocksOf(step, step.after, objects);
      if (typeof blocks === 'string') return { problem: blocks };
      made.push(...blocks);
    }
  return { text: `${[...words, ...inOrder(made).map((block) => writeHcl(block))].join('\n\n')}\n` };
}

/** Terraform makes what does not depend on anything at the same time: a denial waits for whoever is allowed. */
function inOrder(made: readonly HclWritten[]): readonly HclWritten[] {
  const isDenial = ({ attributes, blocks = [] }: HclWritten): boolean =>
    blocks.some(({ type }) => type === 'deny') ||
    attributes.some(
      ([name, value]) =>
        (name === 'access' || name === 'rule_action') &&
        typeof value === 'string' &&
        value.toLowerCase() === 'deny',
    );
  const resources = made.filter(({ type }) => type === 'resource');
  const allowing = resources
    .filter((one) => !isDenial(one))
    .map(({ labels = [] }) => new HclName(labels.join('.')));
  return made.map((one) =>
    one.type === 'resource' && isDenial(one) && allowing.length > 0
      ? { ...one, attributes: [...one.attributes, ['depends_on', allowing] as const] }
      : one,
  );
}

function securityGroup(group: Fields): readonly HclWritten[] {
  const id = oneText(group, 'GroupId') ?? '';
  const name = hclName(oneText(group, 'GroupName') ?? id);
  const tags = listOf(field(group, 'Tags')).flatMap((tag) => {
    const key = oneText(tag, 'Key') ?? '';
    return key.startsWith('aws:') || key === '' ? [] : [[key, oneText(tag, 'Value') ?? ''] as const];
  });
  const ingress = rulesOf(group).map(({ permission }): HclWritten => {
    const pair = listOf(field(permission, 'UserIdGroupPairs'))[0];
    const other = oneText(pair, 'GroupId') ?? oneText(pair, 'GroupName');
    const account = oneText(pair, 'UserId');
    const owner = oneText(group, 'OwnerId');
    const away = account !== undefined && owner !== undefined && account !== owner;
    const peer = ['IpRanges', 'Ipv6Ranges', 'PrefixListIds', 'UserIdGroupPairs'].flatMap((list) =>
      listOf(field(permission, list)),
    )[0];
    const inside = (list: string, key: string): readonly string[] | undefined =>
      texts(listOf(field(permission, list))[0], key);
    return {
      type: 'ingress',
      attributes: [
        ['description', oneText(peer, 'Description')],
        ['protocol', oneText(permission, 'IpProtocol') ?? '-1'],
        ['from_port', integerOf(field(permission, 'FromPort')) ?? 0],
        ['to_port', integerOf(field(permission, 'ToPort')) ?? 0],
        ['cidr_blocks', inside('IpRanges', 'CidrIp')],
        ['ipv6_cidr_blocks', inside('Ipv6Ranges', 'CidrIpv6')],
        ['prefix_list_ids', inside('PrefixListIds', 'PrefixListId')],
        [
          'security_groups',
          other === undefined || other === id ? undefined : [away ? `${account}/${other}` : other],
        ],
        ['self', other === id ? true : undefined],
      ],
    };
  });
  return [
    imported('aws_security_group', name, id),
    resource(
      'aws_security_group',
      name,
      [
        ['name', oneText(group, 'GroupName')],
        ['description', oneText(group, 'Description')],
        ['vpc_id', oneText(group, 'VpcId')],
        ['tags', tags.length === 0 ? undefined : (Object.fromEntries(tags) as Fields)],
      ],
      ingress,
    ),
  ];
}

function blocksOf(
  step: CloudStep,
  after: Fields,
  objects: readonly Fields[],
): readonly HclWritten[] | string {
  switch (step.object) {
    case 'acl-entry':
      return [aclRule(step, after)];
    case 'nsg-rule':
      return nsgRule(step, after, objects);
    case 'vpc-rule':
      return vpcRule(step, after);
    case 'network-policy':
      return policy(step, after);
    case 'group-rule':
      return [];
  }
}

function aclRule({ owner }: CloudStep, entry: Fields): HclWritten {
  const number = integerOf(field(entry, 'RuleNumber')) ?? 0;
  return resource('aws_network_acl_rule', hclName(`keyward_${owner}_${number}`), [
    ['network_acl_id', owner],
    ['rule_number', number],
    ['egress', false],
    ['protocol', oneText(entry, 'Protocol')],
    ['rule_action', oneText(entry, 'RuleAction')],
    ['cidr_block', oneText(entry, 'CidrBlock')],
    ['ipv6_cidr_block', oneText(entry, 'Ipv6CidrBlock')],
    ['from_port', fieldAt(entry, 'PortRange', 'From')],
    ['to_port', fieldAt(entry, 'PortRange', 'To')],
  ]);
}

/** Of Azure's id of a group, or from the field that its command line prints beside it. */
export const resourceGroupOf = (group: Fields | undefined): string | undefined =>
  oneText(group, 'resourceGroup') ?? /\/resourceGroups\/([^/]+)\//i.exec(oneText(group, 'id') ?? '')?.[1];

function nsgRule(
  { owner, name, before }: CloudStep,
  rule: Fields,
  objects: readonly Fields[],
): readonly HclWritten[] | string {
  const group = objects.find((one) => oneText(one, 'name') === owner);
  const place = resourceGroupOf(group);
  if (place === undefined) return 'Terraform needs the resource group: give what az network nsg list prints';
  const type = 'azurerm_network_security_rule';
  const label = hclName(name);
  const lists = (one: string, several: string): readonly string[] | undefined => texts(rule, one, several);
  const [from, to] = [
    lists('sourceAddressPrefix', 'sourceAddressPrefixes'),
    lists('destinationAddressPrefix', 'destinationAddressPrefixes'),
  ];
  const [fromPorts, toPorts] = [
    lists('sourcePortRange', 'sourcePortRanges'),
    lists('destinationPortRange', 'destinationPortRanges'),
  ];
  const ids = (key: string): readonly string[] | undefined => {
    const all = listOf(field(rule, key)).flatMap((one) => oneText(one, 'id') ?? []);
    return all.length === 0 ? undefined : all;
  };
  const single = (all: readonly string[] | undefined): string | undefined =>
    all?.length === 1 ? all[0] : undefined;
  const plural = (all: readonly string[] | undefined): readonly string[] | undefined =>
    all && all.length > 1 ? all : undefined;
  return [
    ...(before ? [imported(type, label, `${oneText(group, 'id') ?? ''}/securityRules/${name}`)] : []),
    resource(type, label, [
      ['name', name],
      ['resource_group_name', place],
      ['network_security_group_name', owner],
      ['description', oneText(rule, 'description') || undefined],
      ['priority', integerOf(field(rule, 'priority'))],
      ['direction', oneText(rule, 'direction')],
      ['access', oneText(rule, 'access')],
      ['protocol', oneText(rule, 'protocol')],
      ['source_port_range', single(fromPorts)],
      ['source_port_ranges', plural(fromPorts)],
      ['source_address_prefix', single(from)],
      ['source_address_prefixes', plural(from)],
      ['source_application_security_group_ids', ids('sourceApplicationSecurityGroups')],
      ['destination_address_prefix', single(to)],
      ['destination_address_prefixes', plural(to)],
      ['destination_application_security_group_ids', ids('destinationApplicationSecurityGroups')],
      ['destination_port_range', single(toPorts)],
      ['destination_port_ranges', plural(toPorts)],
    ]),
  ];
}

function vpcRule({ name, owner, before }: CloudStep, rule: Fields): readonly HclWritten[] {
  const type = 'google_compute_firewall';
  const label = hclName(name);
  const project = projectOf(rule);
  const id = project === undefined ? name : `projects/${project}/global/firewalls/${name}`;
  const configs = (list: string, word: string): readonly HclWritten[] =>
    listOf(field(rule, list)).map((config) => ({
      type: word,
      attributes: [
        ['protocol', oneText(config, 'IPProtocol')],
        ['ports', texts(config, 'ports')],
      ],
    }));
  return [
    ...(before ? [imported(type, label, id)] : []),
    resource(
      type,
      label,
      [
        ['name', name],
        ['project', project],
        ['network', oneText(rule, 'network') ?? owner],
        ['description', oneText(rule, 'description') || undefined],
        ['direction', oneText(rule, 'direction') ?? 'INGRESS'],
        ['priority', integerOf(field(rule, 'priority')) ?? 1000],
        ['disabled', field(rule, 'disabled') === true ? true : undefined],
        ['source_ranges', texts(rule, 'sourceRanges')],
        ['source_tags', texts(rule, 'sourceTags')],
        ['source_service_accounts', texts(rule, 'sourceServiceAccounts')],
        ['destination_ranges', texts(rule, 'destinationRanges')],
        ['target_tags', texts(rule, 'targetTags')],
        ['target_service_accounts', texts(rule, 'targetServiceAccounts')],
      ],
      [
        ...configs('allowed', 'allow'),
        ...configs('denied', 'deny'),
        ...(fieldAt(rule, 'logConfig', 'enable') === true
          ? [
              {
                type: 'log_config',
                attributes: [
                  ['metadata', oneText(field(rule, 'logConfig'), 'metadata') ?? 'INCLUDE_ALL_METADATA'],
                ] as const,
              },
            ]
          : []),
      ],
    ),
  ];
}

function policy({ owner, name, before }: CloudStep, object: Fields): readonly HclWritten[] {
  const type = 'kubernetes_network_policy_v1';
  const label = hclName(name);
  const spec = field(object, 'spec');
  const metadata = field(object, 'metadata');
  const types = texts(spec, 'policyTypes');
  return [
    ...(before ? [imported(type, label, `${owner}/${name}`)] : []),
    resource(
      type,
      label,
      [],
      [
        {
          type: 'metadata',
          attributes: [
            ['name', name],
            ['namespace', owner],
            ['labels', field(metadata, 'labels')],
            ['annotations', field(metadata, 'annotations')],
          ],
        },
        {
          type: 'spec',
          attributes: [
            [
              'policy_types',
              types ?? ['Ingress', ...(field(spec, 'egress') === undefined ? [] : ['Egress'])],
            ],
          ],
          blocks: [
            selector('pod_selector', field(spec, 'podSelector') ?? null),
            ...listOf(field(spec, 'ingress')).map((rule) => ruleBlock('ingress', 'from', rule)),
            ...listOf(field(spec, 'egress')).map((rule) => ruleBlock('egress', 'to', rule)),
          ],
        },
      ],
    ),
  ];
}

const selector = (type: string, value: Value): HclWritten => ({
  type,
  attributes: [['match_labels', field(value, 'matchLabels')]],
  blocks: listOf(field(value, 'matchExpressions')).map((one) => ({
    type: 'match_expressions',
    attributes: [
      ['key', oneText(one, 'key')],
      ['operator', oneText(one, 'operator')],
      ['values', texts(one, 'values')],
    ],
  })),
});

const ruleBlock = (type: string, peers: string, rule: Value): HclWritten => ({
  type,
  attributes: [],
  blocks: [
    ...listOf(field(rule, peers)).map((peer): HclWritten => {
      const block = field(peer, 'ipBlock');
      const parts = [
        ['pod_selector', field(peer, 'podSelector')],
        ['namespace_selector', field(peer, 'namespaceSelector')],
      ] as const;
      return {
        type: peers,
        attributes: [],
        blocks: [
          ...(isFields(block)
            ? [
                {
                  type: 'ip_block',
                  attributes: [
                    ['cidr', oneText(block, 'cidr')],
                    ['except', texts(block, 'except')],
                  ] as const,
                },
              ]
            : []),
          ...parts.flatMap(([name, one]) => (one === undefined ? [] : [selector(name, one)])),
        ],
      };
    }),
    ...listOf(field(rule, 'ports')).map((port): HclWritten => ({
      type: 'ports',
      attributes: [
        ['protocol', oneText(port, 'protocol') ?? 'TCP'],
        ['port', oneText(port, 'port')],
        ['end_port', field(port, 'endPort')],
      ],
    })),
  ],
});
