/** Network security groups: rules by priority, 100 to 4096, and Azure's own three behind them. */
import { collectGroups } from '../azure/collect.ts';
import { azureRules } from '../azure/parse.ts';
import { flat } from '../azure/rules.ts';
import {
  addressesOf,
  type Addresses,
  everybody,
  field,
  type Fields,
  fieldsOf,
  integerOf,
  isFields,
  listOf,
  newProblems,
  notOnTheInternet,
  oneNetwork,
  readPorts,
  readProtocol,
  type Source,
  textOf,
  together,
  type Value,
  without,
} from '../cloud-shared/index.ts';
import type { RankedRule, Ranking } from './by-priority.ts';
import { cidrOf, covers, portText, touches } from './sources.ts';
import { membersOf, standIns } from './stand-ins.ts';
import { type CloudStep, type CloudWish, NoChange, type State, type View } from './step.ts';

export const ownerOfNsg = (group: Fields): string => textOf(field(group, 'name')) ?? '';

/** The groups, each with its rules flat and in a list of their own. */
export function nsgState(sources: readonly Source[]): State {
  if (sources.some(({ value }) => field(value, 'contentVersion') !== undefined))
    throw new NoChange(
      'this is a template, and not what is in force',
      'Give what az network nsg list prints, or change the template by hand.',
    );
  return collectGroups(sources).map(({ id, value, rules }) => {
    const inner = flat(value);
    return fieldsOf([
      ...['id', 'location', 'resourceGroup', 'etag'].map((name) => [name, field(inner, name)] as const),
      ['name', id],
      ['securityRules', rules.map((rule) => plain(flat(rule)))],
    ]);
  });
}

const plain = (rule: Value): Value =>
  isFields(rule) ? fieldsOf(Object.entries(rule).filter(([name]) => name !== 'properties')) : rule;

const both = (rule: Value, one: string, several: string): readonly string[] =>
  [...listOf(field(rule, one)), ...listOf(field(rule, several))].flatMap((value) => textOf(value) || []);

const asgNames = (rule: Value, name: string): readonly string[] =>
  listOf(field(rule, name)).map(
    (group) => `asg:${(textOf(field(group, 'id')) ?? textOf(group) ?? '').split('/').at(-1)}`,
  );

const wordsOf = (rule: Value): readonly string[] => [
  ...both(rule, 'sourceAddressPrefix', 'sourceAddressPrefixes').map((word) => cidrOf(word) ?? word),
  ...asgNames(rule, 'sourceApplicationSecurityGroups'),
];

const isTag = (word: string): boolean => cidrOf(word) === undefined;

export function nsgView(states: readonly State[], wish: CloudWish, owner: string): View {
  const written = states.flatMap((state) =>
    state.flatMap((group) => listOf(field(group, 'securityRules')).flatMap((rule) => wordsOf(rule))),
  );
  const known = ['*', 'any', 'internet', 'azureloadbalancer', 'virtualnetwork'];
  const named = [...written, ...wish.sources].filter(
    (word) => isTag(word) && !known.includes(word.toLowerCase()),
  );
  const all = standIns(['VirtualNetwork', ...named]);
  const network = addressesOf([all.get('VirtualNetwork') ?? '']);
  const members = Object.fromEntries(
    Object.entries(membersOf(all)).map(([name, one]) => [name.replace(/^asg:/, ''), one]),
  );
  return {
    ruleSets: (state) =>
      azureRules(
        state.map((value) => ({ value, lines: new WeakMap() })),
        { networks: [all.get('VirtualNetwork') ?? ''], members, applicationSecurityGroups: [] },
        newProblems(),
      ).map((ruleSet) => ({ ...ruleSet, target: ruleSet.subject.id === owner })),
    addressesOf: (word): Addresses | undefined => {
      switch (word.toLowerCase()) {
        case '*':
        case 'any':
          return everybody;
        case 'internet':
          return without(everybody, together(notOnTheInternet, network));
        case 'azureloadbalancer':
          return addressesOf(['168.63.129.16']);
        case 'virtualnetwork':
          return network;
        default: {
          const address = all.get(word);
          return oneNetwork(word) ?? (address === undefined ? undefined : addressesOf([address]));
        }
      }
    },
  };
}

/** Networks of one family, or one tag, or one application security group: what one rule can name. */
function bundles(words: readonly string[]): readonly (readonly string[])[] {
  const four = words.filter((word) => !isTag(word) && !word.includes(':'));
  const six = words.filter((word) => !isTag(word) && word.includes(':'));
  return [four, six, ...words.filter(isTag).map((word) => [word])].filter((list) => list.length > 0);
}

/** The source of a rule in the words of the API. */
function sourceFields(
  words: readonly string[],
  groupId: (name: string) => string,
): readonly (readonly [string, Value])[] {
  const [first = ''] = words;
  if (first.startsWith('asg:'))
    return [
      ['sourceApplicationSecurityGroups', words.map((word) => fieldsOf([['id', groupId(word.slice(4))]]))],
    ];
  return words.length === 1 ? [['sourceAddressPrefix', first]] : [['sourceAddressPrefixes', words]];
}

const sourceNames = [
  'sourceAddressPrefix',
  'sourceAddressPrefixes',
  'sourceApplicationSecurityGroups',
  'expandedSourceAddressPrefix',
];

export function nsgRanking(group: Fields, wish: CloudWish): Ranking {
  const owner = ownerOfNsg(group);
  const rules = listOf(field(group, 'securityRules'))
    .filter(isFields)
    .filter((rule) => textOf(field(rule, 'direction'))?.toLowerCase() === 'inbound');
  const names = new Set(rules.map((rule) => textOf(field(rule, 'name'))?.toLowerCase()));
  const asgId = (name: string): string => {
    const ids = rules
      .flatMap((rule) => listOf(field(rule, 'sourceApplicationSecurityGroups')))
      .map((one) => textOf(field(one, 'id')) ?? '');
    const base = (textOf(field(group, 'id')) ?? '').split('/networkSecurityGroups/')[0] ?? '';
    return ids.find((id) => id.endsWith(`/${name}`)) ?? `${base}/applicationSecurityGroups/${name}`;
  };
  const ports = wish.ports.map(portText);
  const defaults: readonly RankedRule[] = rules.some(
    (rule) => (integerOf(field(rule, 'priority')) ?? 0) >= 65_000,
  )
    ? []
    : [
        { priority: 65_000, relevant: true, allow: true, whole: true, words: ['VirtualNetwork'] },
        { priority: 65_001, relevant: true, allow: true, whole: true, words: ['AzureLoadBalancer'] },
        { priority: 65_500, relevant: true, allow: false, whole: true, words: ['*'] },
      ];
  return {
    first: 100,
    last: 4096,
    rules: [...rules.map((rule) => rankedRule(rule, wish, owner, asgId)), ...defaults],
    bundles: (words) => (words === 'everybody' ? [['*']] : bundles(words)),
    make: (allow, words, priorities) =>
      (words === 'everybody' ? [['*']] : bundles(words)).map((bundle, index): CloudStep => {
        const priority = priorities[index] ?? 0;
        const base = `keyward-${allow ? 'allow' : 'deny'}-${ports.join('-')}`.slice(0, 60);
        const name = names.has(base.toLowerCase()) || index > 0 ? `${base}-${priority}` : base;
        return {
          object: 'nsg-rule',
          owner,
          name,
          after: fieldsOf([
            ['name', name],
            ['priority', priority],
            ['direction', 'Inbound'],
            ['access', allow ? 'Allow' : 'Deny'],
            ['protocol', 'Tcp'],
            ['sourcePortRange', '*'],
            ...sourceFields(bundle, asgId),
            ['destinationAddressPrefix', '*'],
            ...(ports.length === 1
              ? [['destinationPortRange', ports[0] ?? ''] as const]
              : [['destinationPortRanges', ports] as const]),
          ]),
          why: allow
            ? `${bundle.join(', ')} shall reach it`
            : 'nobody else shall, whatever a later rule says',
        };
      }),
  };
}

function rankedRule(
  rule: Fields,
  wish: CloudWish,
  owner: string,
  asgId: (name: string) => string,
): RankedRule {
  const protocol = readProtocol(field(rule, 'protocol'));
  const ranges = both(rule, 'destinationPortRange', 'destinationPortRanges').map((text) => readPorts(text));
  const known = ranges.flatMap((range) => (range ? [range] : []));
  const priority = integerOf(field(rule, 'priority')) ?? 0;
  const allow = textOf(field(rule, 'access'))?.toLowerCase() === 'allow';
  const destinations = both(rule, 'destinationAddressPrefix', 'destinationAddressPrefixes');
  const whole =
    (protocol === 6 || protocol === 'all') &&
    wish.ports.every((wished) => known.some((range) => covers(range, wished))) &&
    both(rule, 'sourcePortRange', 'sourcePortRanges').join(',') === '*' &&
    destinations.every((word) => ['*', 'any', 'virtualnetwork'].includes(word.toLowerCase())) &&
    listOf(field(rule, 'destinationApplicationSecurityGroups')).length === 0;
  const plainOne =
    allow &&
    whole &&
    priority < 65_000 &&
    protocol === 6 &&
    known.length === ranges.length &&
    known.every((range) => wish.ports.some((wished) => covers(wished, range)));
  const name = textOf(field(rule, 'name')) ?? '';
  return {
    priority,
    relevant:
      (protocol === 6 || protocol === 'all' || protocol === 'unknown') &&
      (known.length < ranges.length || known.some((range) => touches(range, wish.ports))),
    allow,
    whole,
    words: wordsOf(rule),
    ...(plainOne
      ? {
          narrow: (words) => ({
            object: 'nsg-rule' as const,
            owner,
            name,
            before: rule,
            ...(words.length === 0
              ? { why: 'it lets in nobody who shall get in' }
              : {
                  after: fieldsOf([
                    ...Object.entries(rule).filter(([key]) => !sourceNames.includes(key)),
                    ...sourceFields(words, asgId),
                  ]),
                  why: 'it lets in more than that',
                }),
          }),
        }
      : {}),
  };
}

export const withNsgRule = (state: State, step: CloudStep): State =>
  state.map((group) => {
    if (ownerOfNsg(group) !== step.owner) return group;
    const left = listOf(field(group, 'securityRules')).filter((rule) => field(rule, 'name') !== step.name);
    return fieldsOf([
      ...Object.entries(group).filter(([name]) => name !== 'securityRules'),
      ['securityRules', step.after ? [...left, step.after] : left],
    ]);
  });

export function nsgNotes(steps: readonly CloudStep[], wish: CloudWish): readonly string[] {
  const closes = steps.some(
    ({ after, before }) =>
      !before && field(after, 'access') === 'Deny' && field(after, 'sourceAddressPrefix') === '*',
  );
  if (!closes || wish.sources.some((word) => word.toLowerCase() === 'azureloadbalancer')) return [];
  return [
    'health probes of a load balancer (168.63.129.16) are kept out too: name AzureLoadBalancer as a source to let them in',
  ];
}

export const refuseTwoOfOneName = (state: State): void => {
  const names = state.map(ownerOfNsg);
  if (new Set(names).size < names.length)
    throw new NoChange(
      'two network security groups have the same name',
      'Give the documents of one resource group at a time.',
    );
};
