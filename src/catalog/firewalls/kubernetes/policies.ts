/**
 * Which policies stand before a pod, and what they let in. Those of a namespace add up: what one of them allows is
 * allowed, and a pod that none selects is open. Those of the administrator come before and after them.
 */
import {
  type Chain,
  type Deed,
  isAll,
  isEmpty,
  type Match,
  type Position,
  type Rule,
} from '../../../lang/packets/index.ts';
import {
  field,
  fieldAt,
  fromPeers,
  guard,
  integerOf,
  isFields,
  isUnresolved,
  listOf,
  notKnown,
  oneNetwork,
  type Peer,
  position,
  saying,
  textOf,
  type Value,
} from '../cloud-shared/index.ts';
import { isNamespaceSelected, type KubernetesObject, type Pod } from './objects.ts';
import { anybody, peerOf, podsPeer, portsMatch, type Surroundings } from './peers.ts';
import { isSelected } from './selector.ts';

/** How the pod sees who asks: as it is, or with the address of a node that passed it on. */
export type Sight = 'as it is' | 'as a node';

const isNetworkPolicy = ({ kind, group }: KubernetesObject): boolean =>
  kind === 'NetworkPolicy' && (group === 'networking.k8s.io' || group === 'extensions' || group === '');
const isAdminPolicy = ({ kind }: KubernetesObject): boolean => kind === 'AdminNetworkPolicy';
const isBaseline = ({ kind }: KubernetesObject): boolean => kind === 'BaselineAdminNetworkPolicy';
/** Policies of network plugins, in words that we do not read. */
export const isForeign = (object: KubernetesObject): boolean =>
  /^(?:Clusterwide)?(?:Cilium|Global)?(?:Clusterwide)?NetworkPolicy$/.test(object.kind) &&
  !isNetworkPolicy(object);
export const isPolicy = (object: KubernetesObject): boolean =>
  isNetworkPolicy(object) || isAdminPolicy(object) || isBaseline(object) || isForeign(object);
export const isPlainPolicy = isNetworkPolicy;

/** Chains that stand before a pod. */
export function podChains(
  pod: Pod,
  objects: readonly KubernetesObject[],
  around: Surroundings,
  sight: Sight,
): readonly Chain[] {
  const policies = objects.filter((object) => isNetworkPolicy(object) && object.namespace === pod.namespace);
  const chosen = policies
    .map((policy) => ({
      policy,
      selected: isSelected(fieldAt(policy.value, 'spec', 'podSelector'), pod.labels),
    }))
    .filter(({ policy, selected }) => selected !== false && isolatesIngress(policy.value) !== false);
  const sure = chosen.some(
    ({ policy, selected }) => selected === true && isolatesIngress(policy.value) === true,
  );
  const admin = adminRules(pod, objects.filter(isAdminPolicy), around, sight);
  const baseline = adminRules(pod, objects.filter(isBaseline), around, sight);
  const allowed = chosen.flatMap(({ policy, selected }) =>
    policyRules(policy, pod, around, sight).map((rule) =>
      selected === true
        ? rule
        : { ...rule, when: [...rule.when, notKnown(`whether ${policy.name} selects the pod`)] },
    ),
  );
  const names = chosen.map(({ policy }) => policy.name).join(', ');
  const first = chosen[0]?.policy;
  const at: Position = first
    ? position(first.source, first.value, `no rule of ${names} lets it in`)
    : { ...pod.at, text: `${pod.at.text}: no policy selects it` };
  const foreign = objects.filter(
    (object) =>
      isForeign(object) &&
      (object.namespace === pod.namespace || !/^NetworkPolicy$|^CiliumNetworkPolicy$/.test(object.kind)),
  );
  const isolated = chosen.length > 0;
  const rules: readonly Rule[] = [
    ...nodeRules(pod, around),
    ...foreign.map(foreignRule),
    jump('admin', admin),
    ...allowed,
    // What selects it only perhaps closes it only perhaps.
    ...(isolated && !sure
      ? [{ when: [notKnown(`whether ${names} selects the pod`)], does: [{ deed: 'drop' } as const], at }]
      : []),
    ...(sure ? [] : [jump('baseline', baseline)]),
  ].filter(
    ({ does }) => !(does[0]?.deed === 'jump' && (does[0].chain === 'admin' ? admin : baseline).length === 0),
  );
  const chains: readonly Chain[] = [
    guard('input', 0, rules, at, sure ? 'drop' : 'accept'),
    ...(admin.length > 0 ? [{ name: 'admin', rules: admin, at }] : []),
    ...(baseline.length > 0 ? [{ name: 'baseline', rules: baseline, at }] : []),
  ];
  return pod.hostNetwork ? chains.map(loosened) : chains;
}

const jump = (chain: string, rules: readonly Rule[]): Rule => ({
  when: [],
  does: [{ deed: 'jump', chain }],
  at: rules[0]?.at ?? { text: chain },
});

/** Most network plugins have no say over pods in the network of their node. */
function loosened(chain: Chain): Chain {
  const open: Deed = {
    deed: 'opaque',
    on: 'other',
    text: 'policies may not apply in the network of the node',
  };
  const rules = chain.rules.map((rule): Rule =>
    rule.does[0]?.deed === 'drop' ? { ...rule, does: [open] } : rule,
  );
  if (chain.base?.policy !== 'drop') return { ...chain, rules };
  return {
    ...chain,
    base: { ...chain.base, policy: 'accept' },
    rules: [...rules, { when: [], does: [open], at: chain.at }],
  };
}

/** The node that a pod runs on always reaches it. */
function nodeRules(pod: Pod, { context }: Surroundings): readonly Rule[] {
  const own = pod.node === undefined ? undefined : oneNetwork(pod.node);
  const at = { text: 'the node that a pod runs on reaches it' };
  if (own) return [{ when: fromPeers('source', [{ addresses: own }]), does: [{ deed: 'accept' }], at }];
  const nodes = (context.nodes ?? []).flatMap((node) => oneNetwork(node) ?? []);
  if (nodes.length === 0) return [];
  return [
    {
      when: [
        ...fromPeers(
          'source',
          nodes.map((addresses) => ({ addresses })),
        ),
        notKnown('whether the pod runs on this node'),
      ],
      does: [{ deed: 'accept' }],
      at,
    },
  ];
}

const foreignRule = ({ kind, name, group, value, source }: KubernetesObject): Rule => ({
  when: [],
  does: [{ deed: 'opaque', on: 'other', text: `${kind} of ${group}` }],
  at: position(source, value, `${kind} ${name}: not read`),
});

/** Whether a policy is one for packets that come in. */
function isolatesIngress(policy: Value): boolean | undefined {
  const types = fieldAt(policy, 'spec', 'policyTypes');
  if (isUnresolved(types)) return undefined;
  return types === undefined || listOf(types).length === 0 || listOf(types).includes('Ingress');
}

/** Who asks is known only where the address of a node does not take its place. */
const hidden = (peer: Peer, sight: Sight): readonly Match[] => {
  const { ipv4, ipv6 } = peer.addresses;
  const whole = !peer.unknown && [ipv4, ipv6].every((set) => isAll(set) || isEmpty(set));
  return sight === 'as it is' || whole
    ? fromPeers('source', [peer])
    : [{ match: 'opaque', on: 'route', text: 'the policy sees the address of a node' }];
};

function policyRules(
  { name, namespace, value, source }: KubernetesObject,
  pod: Pod,
  around: Surroundings,
  sight: Sight,
): readonly Rule[] {
  const place = position(source, value, name);
  const spec = field(value, 'spec');
  if (!isFields(spec)) around.problems.add(place, `${name} has no spec`, true);
  return listOf(field(spec, 'ingress')).flatMap((rule) => {
    const at = position(source, rule, name);
    if (isUnresolved(rule)) return [{ when: [notKnown(rule.text)], does: [{ deed: 'accept' } as const], at }];
    const ports = portsMatch(listOf(field(rule, 'ports')), pod, around.problems, at);
    const from = listOf(field(rule, 'from'));
    const peers = from.length === 0 ? [undefined] : from;
    return peers.map((entry): Rule => {
      const peer = entry === undefined ? anybody : peerOf(entry, namespace, around, at);
      const text = `${name}: ${portText(field(rule, 'ports'))} from ${entry === undefined ? 'everybody' : saying(entry)}`;
      return {
        when: [...ports, ...hidden(peer, sight)],
        does: [{ deed: 'accept' }],
        at: position(source, entry ?? rule, text),
      };
    });
  });
}

const portText = (ports: Value | undefined): string =>
  listOf(ports).length === 0
    ? 'all ports'
    : listOf(ports)
        .map((port) => saying(field(port, 'port') ?? 'all ports'))
        .join(', ');

/** Rules of AdminNetworkPolicy or its baseline, of which the first that applies decides. */
function adminRules(
  pod: Pod,
  policies: readonly KubernetesObject[],
  around: Surroundings,
  sight: Sight,
): readonly Rule[] {
  return policies
    .map((object) => ({
      object,
      selected: isSubject(fieldAt(object.value, 'spec', 'subject'), pod, around),
      priority: integerOf(fieldAt(object.value, 'spec', 'priority')) ?? 0,
    }))
    .filter(({ selected }) => selected !== false)
    .toSorted((a, b) => a.priority - b.priority)
    .flatMap(({ object: { name, value, source }, selected }) =>
      listOf(fieldAt(value, 'spec', 'ingress')).flatMap((rule) => {
        const action = textOf(field(rule, 'action'));
        const at = position(source, rule, `${name}: ${action ?? '?'} ${saying(field(rule, 'name') ?? '')}`);
        const ports = portsMatch(listOf(field(rule, 'ports')).map(plainPort), pod, around.problems, at);
        return listOf(field(rule, 'from')).map((entry): Rule => ({
          when: [
            ...(selected ? [] : [notKnown(`whether ${name} is for the pod`)]),
            ...ports,
            ...hidden(adminPeer(entry, around, at), sight),
          ],
          does: [adminDeed(action)],
          at,
        }));
      }),
    );
}

function adminDeed(action: string | undefined): Deed {
  if (action === 'Allow') return { deed: 'accept' };
  if (action === 'Deny') return { deed: 'drop' };
  if (action === 'Pass') return { deed: 'return' };
  return { deed: 'opaque', on: 'other', text: `action ${action ?? 'missing'}` };
}

/** Ports there are written by kind: `portNumber`, `portRange`, `namedPort`. */
function plainPort(port: Value): Value {
  const number = field(port, 'portNumber');
  if (number !== undefined) return number;
  const range = field(port, 'portRange');
  if (range === undefined) return { port: field(port, 'namedPort') ?? null };
  return {
    port: field(range, 'start') ?? null,
    endPort: field(range, 'end') ?? null,
    protocol: field(range, 'protocol') ?? 'TCP',
  };
}

function adminPeer(entry: Value, around: Surroundings, at: Position): Peer {
  const pods = field(entry, 'pods');
  const namespaces = field(entry, 'namespaces');
  if (pods !== undefined)
    return podsPeer(
      field(pods, 'podSelector'),
      field(pods, 'namespaceSelector') ?? {},
      undefined,
      around,
      at,
    );
  if (namespaces !== undefined) return podsPeer(undefined, namespaces, undefined, around, at);
  return peerOf(entry, undefined, around, at);
}

function isSubject(subject: Value | undefined, pod: Pod, { cluster }: Surroundings): boolean | undefined {
  const pods = field(subject, 'pods');
  const namespaces = field(subject, 'namespaces');
  if (pods === undefined)
    return namespaces === undefined ? undefined : isNamespaceSelected(namespaces, pod.namespace, cluster);
  const here = isNamespaceSelected(field(pods, 'namespaceSelector') ?? {}, pod.namespace, cluster);
  const chosen = isSelected(field(pods, 'podSelector'), pod.labels);
  if (here === false || chosen === false) return false;
  return here && chosen;
}
