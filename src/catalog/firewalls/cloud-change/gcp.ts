/** Firewall rules of a VPC network: by priority, and of one priority those that deny come first. */
import { gcpRules } from '../gcp/parse.ts';
import {
  addressesOf,
  field,
  type Fields,
  fieldsOf,
  findAll,
  integerOf,
  isFields,
  isList,
  listOf,
  newProblems,
  oneNetwork,
  readPorts,
  readProtocol,
  type Source,
  textOf,
  type Value,
} from '../cloud-shared/index.ts';
import type { RankedRule, Ranking } from './by-priority.ts';
import { cidrOf, covers, portText, touches } from './sources.ts';
import { membersOf, standIns } from './stand-ins.ts';
import { type CloudStep, type CloudWish, NoChange, type State, type View } from './step.ts';

const isRule = (value: Value): boolean => isList(field(value, 'allowed')) || isList(field(value, 'denied'));

export const networkOfRule = (rule: Value): string =>
  (textOf(field(rule, 'network')) ?? 'default').split('/').at(-1) ?? '';

export function vpcState(sources: readonly Source[]): State {
  const policies = sources.some(
    ({ value }) =>
      findAll(value, (one) => listOf(field(one, 'firewallPolicys', 'firewallPolicies')).length > 0).length >
      0,
  );
  if (policies)
    throw new NoChange(
      'these are effective firewalls, with policies around the rules, which are not changed here',
      'Give what gcloud compute firewall-rules list --format json prints.',
    );
  return sources.flatMap(({ value }) => findAll(value, isRule)).filter(isFields);
}

const texts = (rule: Value | undefined, name: string): readonly string[] =>
  listOf(field(rule, name)).flatMap((one) => textOf(one) ?? []);

function wordsOf(rule: Value): readonly string[] {
  const all = [
    ...texts(rule, 'sourceRanges').map((word) => cidrOf(word) ?? word),
    ...texts(rule, 'sourceTags').map((tag) => `tag:${tag}`),
    ...texts(rule, 'sourceServiceAccounts').map((account) => `serviceAccount:${account}`),
  ];
  return all.length > 0 ? all : ['0.0.0.0/0'];
}

/** More would make a proof of many minutes. */
const mostInstances = 200;

export function vpcView(states: readonly State[], wish: CloudWish, network: string): View {
  const rules = states.flat();
  const named = [...rules.flatMap(wordsOf), ...wish.sources].filter((word) =>
    /^(?:tag|serviceAccount):./.test(word),
  );
  const all = standIns(named);
  const own = wish.target ?? [];
  const tags = [...new Set([...own, ...rules.flatMap((rule) => texts(rule, 'targetTags'))])];
  const accounts = [...new Set(rules.flatMap((rule) => texts(rule, 'targetServiceAccounts')))];
  if (tags.length + accounts.length > mostInstances)
    throw new NoChange(
      `the rules tell instances apart by ${tags.length + accounts.length} tags and service accounts, more than ${mostInstances}`,
      'Give the rules of one network at a time.',
    );
  const bare = { tags: [] as readonly string[], serviceAccounts: [] as readonly string[] };
  const instances = [
    { ...bare, id: 'an instance without tags' },
    ...(own.length > 0 ? [{ ...bare, id: `an instance with ${own.join(', ')}`, tags: own }] : []),
    ...tags.map((tag) => ({ ...bare, id: `an instance with tag ${tag}`, tags: [tag] })),
    ...accounts.flatMap((account) => [
      { ...bare, id: `an instance of ${account}`, serviceAccounts: [account] },
      // Instances that are meant may run as anybody.
      ...(own.length > 0
        ? [{ id: `an instance of ${account} with ${own.join(', ')}`, tags: own, serviceAccounts: [account] }]
        : []),
    ]),
  ];
  return {
    ruleSets: (state) =>
      instances.flatMap((instance) =>
        [...new Set([network, ...rules.map(networkOfRule)])].flatMap((net) => {
          const inside = state.filter((rule) => networkOfRule(rule) === net);
          // A network without rules is guarded as well: by the denial that GCP implies.
          const value =
            inside.length > 0
              ? inside
              : [
                  fieldsOf([
                    ['network', net],
                    ['disabled', true],
                    ['denied', []],
                  ]),
                ];
          const context = { members: membersOf(all), instance };
          return gcpRules([{ value, lines: new WeakMap() }], context, newProblems()).map((ruleSet) => ({
            ...ruleSet,
            subject: { kind: `network ${ruleSet.subject.id},`, id: instance.id },
            target: net === network && own.every((tag) => instance.tags.includes(tag)),
          }));
        }),
      ),
    addressesOf: (word) => {
      const address = all.get(word);
      return address === undefined ? oneNetwork(word) : addressesOf([address]);
    },
  };
}

/** A rule names networks of one family, or tags, or service accounts. */
function bundles(words: readonly string[]): readonly (readonly string[])[] {
  const kind = (word: string): number =>
    word.startsWith('tag:') ? 2 : word.startsWith('serviceAccount:') ? 3 : word.includes(':') ? 1 : 0;
  return [0, 1, 2, 3]
    .map((one) => words.filter((word) => kind(word) === one))
    .filter((list) => list.length > 0);
}

const bare = (word: string): string => word.replace(/^(?:tag|serviceAccount):/, '');

function sourceField(words: readonly string[]): readonly [string, Value] {
  const [first = ''] = words;
  if (first.startsWith('tag:')) return ['sourceTags', words.map(bare)];
  return first.startsWith('serviceAccount:')
    ? ['sourceServiceAccounts', words.map(bare)]
    : ['sourceRanges', words];
}

const everybody = [['0.0.0.0/0'], ['::/0']] as const;

export function vpcRanking(state: State, wish: CloudWish, network: string): Ranking {
  const rules = state.filter((rule) => networkOfRule(rule) === network);
  const url = texts(rules[0], 'network')[0] ?? `global/networks/${network}`;
  const names = new Set(state.map((rule) => textOf(field(rule, 'name'))));
  const ports = wish.ports.map(portText);
  const target = wish.target ?? [];
  return {
    first: 0,
    last: 65_534,
    rules: rules.flatMap((rule) => rankedRule(rule, wish)),
    bundles: (words) => (words === 'everybody' ? everybody : bundles(words)),
    make: (allow, words, priorities) =>
      (words === 'everybody' ? everybody : bundles(words)).map((bundle, index): CloudStep => {
        const priority = priorities[index] ?? 0;
        const base = `keyward-${allow ? 'allow' : 'deny'}-${ports.join('-')}`.slice(0, 50);
        const name = names.has(base) || index > 0 ? `${base}-${priority}` : base;
        return {
          object: 'vpc-rule',
          owner: network,
          name,
          after: fieldsOf([
            ['name', name],
            ['network', url],
            ['direction', 'INGRESS'],
            ['priority', priority],
            sourceField(bundle),
            [
              allow ? 'allowed' : 'denied',
              [
                fieldsOf([
                  ['IPProtocol', 'tcp'],
                  ['ports', ports],
                ]),
              ],
            ],
            ['targetTags', target.length > 0 ? target : undefined],
          ]),
          why: allow
            ? `${bundle.join(', ')} shall reach it`
            : 'nobody else shall, whatever a later rule says',
        };
      }),
  };
}

function rankedRule(rule: Fields, wish: CloudWish): readonly RankedRule[] {
  const off =
    field(rule, 'disabled') === true || textOf(field(rule, 'direction'))?.toUpperCase() === 'EGRESS';
  const tags = texts(rule, 'targetTags');
  const accounts = texts(rule, 'targetServiceAccounts');
  const target = wish.target ?? [];
  if (off || (target.length > 0 && tags.length > 0 && !tags.some((tag) => target.includes(tag)))) return [];
  const priority = integerOf(field(rule, 'priority')) ?? 1000;
  const name = textOf(field(rule, 'name')) ?? '';
  return (['denied', 'allowed'] as const).flatMap((list): readonly RankedRule[] => {
    const configs = listOf(field(rule, list));
    if (configs.length === 0) return [];
    const allow = list === 'allowed';
    const parts = configs.map((config) => ({
      protocol: readProtocol(field(config, 'IPProtocol')),
      ranges: texts(config, 'ports').map((text) => readPorts(text) ?? ([0, 65_535] as const)),
    }));
    const [only] = parts;
    const everywhere = accounts.length === 0 && texts(rule, 'destinationRanges').length === 0;
    const plainOne =
      allow &&
      parts.length === 1 &&
      only?.protocol === 6 &&
      only.ranges.length > 0 &&
      only.ranges.every((range) => wish.ports.some((wished) => covers(wished, range))) &&
      wish.ports.every((wished) => only.ranges.some((range) => covers(range, wished))) &&
      everywhere &&
      tags.toSorted().join() === target.toSorted().join();
    return [
      {
        priority,
        relevant: parts.some(
          ({ protocol, ranges }) =>
            (protocol === 6 || protocol === 'all' || protocol === 'unknown') &&
            (ranges.length === 0 || ranges.some((range) => touches(range, wish.ports))),
        ),
        allow,
        whole:
          everywhere &&
          tags.every((tag) => target.includes(tag)) &&
          wish.ports.every((wished) =>
            parts.some(
              ({ protocol, ranges }) =>
                (protocol === 6 || protocol === 'all') &&
                (ranges.length === 0 || ranges.some((range) => covers(range, wished))),
            ),
          ),
        words: wordsOf(rule),
        ...(plainOne
          ? {
              narrow: (words: readonly string[]) => ({
                object: 'vpc-rule' as const,
                owner: networkOfRule(rule),
                name,
                before: rule,
                ...(words.length === 0
                  ? { why: 'it lets in nobody who shall get in' }
                  : {
                      after: fieldsOf([
                        ...Object.entries(rule).filter(
                          ([key]) => !/^source(?:Ranges|Tags|ServiceAccounts)$/.test(key),
                        ),
                        sourceField(words),
                      ]),
                      why: 'it lets in more than that',
                    }),
              }),
            }
          : {}),
      },
    ];
  });
}

export function withVpcRule(state: State, step: CloudStep): State {
  const left = state.filter((rule) => textOf(field(rule, 'name')) !== step.name);
  if (left.length === state.length) return step.after ? [...state, step.after] : state;
  return state.flatMap((rule) =>
    textOf(field(rule, 'name')) === step.name ? (step.after ? [step.after] : []) : [rule],
  );
}
