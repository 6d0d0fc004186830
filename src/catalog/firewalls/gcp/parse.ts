/** Reader of GCP's firewall rules, effective firewalls and firewall policies. */
import type { Chain, Position, Rule } from '../../../lang/packets/index.ts';
import {
  type CloudDocument,
  type CloudReading,
  field,
  findAll,
  guard,
  inOrder,
  isFields,
  isList,
  listOf,
  newProblems,
  position,
  type Problems,
  readJsonDocuments,
  saying,
  type Source,
  type SubjectRules,
  subjectRules,
  textOf,
  withUnread,
  type Value,
} from '../cloud-shared/index.ts';
import type { GcpContext } from './context.ts';
import { policyChain, policyNameOf } from './policy.ts';
import { vpcRule } from './vpc-rule.ts';

/**
 * One rule set for each network, and one for each answer about effective firewalls: hierarchical policies from the
 * top, then the network's rules, then its policies, then the implied denial. Never throws.
 *
 * @example parseGcp([{ text }], { instance: { tags: ['redis'] } }).ruleSets[0]?.subject // { kind: 'network', id: 'default' }
 */
export function parseGcp(documents: readonly CloudDocument[], context: GcpContext = {}): CloudReading {
  const problems = newProblems();
  const { sources, unread } = readJsonDocuments(documents, problems);
  const ruleSets = gcpRules(sources, context, problems);
  return { ruleSets: withUnread('gcp', ruleSets, unread, problems.all), problems: problems.all };
}

interface Found {
  readonly value: Value;
  readonly source: Source;
}

const isRule = (value: Value): boolean =>
  isFields(value) &&
  (isList(field(value, 'allowed')) ||
    isList(field(value, 'denied')) ||
    textOf(field(value, 'kind')) === 'compute#firewall');
const isEffective = (value: Value): boolean =>
  field(value, 'firewalls', 'firewallPolicys', 'firewallPolicies', 'organizationFirewalls') !== undefined;
const isPolicy = (value: Value): boolean =>
  isList(field(value, 'rules')) &&
  listOf(field(value, 'rules')).every(
    (rule) => field(rule, 'match') !== undefined || field(rule, 'action') !== undefined,
  );

/** The same from values, wherever they come from. */
export function gcpRules(
  sources: readonly Source[],
  context: GcpContext,
  problems: Problems,
): readonly SubjectRules[] {
  const effective: Found[] = [];
  const rules: Found[] = [];
  const policies: Found[] = [];
  for (const source of sources) {
    const before = effective.length + rules.length + policies.length;
    for (const value of findAll(source.value, (one) => isEffective(one) || isRule(one) || isPolicy(one)))
      (isEffective(value) ? effective : isRule(value) ? rules : policies).push({ value, source });
    const empty = isList(source.value) && source.value.length === 0;
    if (before === effective.length + rules.length + policies.length && !empty)
      problems.add(
        position(source, source.value, 'the whole document'),
        'no firewall rule of GCP stands here',
        true,
      );
  }
  const byNetwork = Map.groupBy(
    rules,
    ({ value }) =>
      saying(field(value, 'network') ?? 'default')
        .split('/')
        .at(-1) ?? '',
  );
  return [
    ...effective.map((found, index) => ofEffective(found, index, context, problems)),
    ...Array.from(byNetwork, ([id, found]) => {
      const at: Position = { text: `network ${id}: implied denial` };
      return subjectRules(
        'gcp',
        { kind: 'network', id },
        [guard('input', 0, vpcRules(found, context, problems), at)],
        problems.all,
      );
    }),
    ...policies.map(({ value, source }) => {
      const id = policyNameOf(value);
      const chain = policyChain(value, 'policy', source, context, problems);
      return withChains({ kind: 'firewall-policy', id }, [chain], chain.at, problems);
    }),
  ];
}

const vpcRules = (rules: readonly Found[], context: GcpContext, problems: Problems): readonly Rule[] =>
  inOrder(rules.flatMap(({ value, source }) => vpcRule(value, source, context, problems)));

function withChains(
  subject: { kind: string; id: string },
  chains: readonly Chain[],
  at: Position,
  problems: Problems,
): SubjectRules {
  const jumps = chains.map(({ name, at: place }): Rule => ({
    when: [],
    does: [{ deed: 'jump', chain: name }],
    at: place,
  }));
  return subjectRules('gcp', subject, [guard('input', 0, jumps, at), ...chains], problems.all);
}

function ofEffective(
  { value, source }: Found,
  index: number,
  context: GcpContext,
  problems: Problems,
): SubjectRules {
  const at = position(source, value, 'implied denial of the network');
  const policies = listOf(field(value, 'firewallPolicys', 'firewallPolicies'));
  const older = listOf(field(value, 'organizationFirewalls'));
  const isOfNetwork = (policy: Value): boolean => /NETWORK/i.test(textOf(field(policy, 'type')) ?? '');
  const chainsOf = (some: readonly Value[], word: string): readonly Chain[] =>
    some.map((policy, place) => policyChain(policy, `${word} ${place + 1}`, source, context, problems));
  const own = listOf(field(value, 'firewalls'));
  const classic: Chain = {
    name: 'rules',
    rules: vpcRules(
      own.map((rule) => ({ value: rule, source })),
      context,
      problems,
    ),
    at: position(source, field(value, 'firewalls'), 'the rules of the network'),
  };
  const network = chainsOf(policies.filter(isOfNetwork), 'network policy');
  const chains = [
    ...chainsOf(older, 'organization'),
    ...chainsOf(
      policies.filter((policy) => !isOfNetwork(policy)),
      'policy',
    ),
    ...(context.policiesFirst ? [...network, classic] : [classic, ...network]),
  ];
  const named = field(own[0], 'network');
  const id = named === undefined ? `${index + 1}` : (saying(named).split('/').at(-1) ?? '');
  return withChains({ kind: 'effective', id }, chains, at, problems);
}
