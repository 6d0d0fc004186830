/** Who stands in a rule of a policy, and with which ports. */
import type { Match, Position } from '../../../lang/packets/index.ts';
import {
  addressesOf,
  everybody,
  field,
  integerOf,
  isUnresolved,
  listOf,
  networkOf,
  notKnown,
  oneNetwork,
  type Peer,
  type Problems,
  saying,
  somebody,
  textOf,
  type Value,
  without,
} from '../cloud-shared/index.ts';
import type { KubernetesContext } from './context.ts';
import { type Cluster, isNamespaceSelected, type Pod } from './objects.ts';
import { isSelected } from './selector.ts';

export interface Surroundings {
  readonly cluster: Cluster;
  readonly context: KubernetesContext;
  readonly problems: Problems;
  /** Peers that were worked out before: they are the same for every pod that a policy selects. */
  readonly known: WeakMap<object, Map<string | undefined, Peer>>;
}

/** One entry of `from`. A pod selector alone means pods of the policy's own namespace. */
export function peerOf(
  entry: Value,
  namespace: string | undefined,
  around: Surroundings,
  at: Position,
): Peer {
  if (isUnresolved(entry)) return somebody(entry.text);
  if (typeof entry !== 'object' || entry === null) return newPeer(entry, namespace, around, at);
  // One entry may stand in policies of several namespaces, by an alias.
  let known = around.known.get(entry);
  if (!known) around.known.set(entry, (known = new Map<string | undefined, Peer>()));
  const peer = known.get(namespace) ?? newPeer(entry, namespace, around, at);
  known.set(namespace, peer);
  return peer;
}

function newPeer(entry: Value, namespace: string | undefined, around: Surroundings, at: Position): Peer {
  const block = field(entry, 'ipBlock');
  if (block !== undefined) return blockPeer(block, around, at);
  const pods = field(entry, 'podSelector');
  const namespaces = field(entry, 'namespaceSelector');
  if (pods === undefined && namespaces === undefined) {
    around.problems.add(at, `this names nobody: ${saying(entry)}`, true);
    return somebody(saying(entry));
  }
  return podsPeer(pods, namespaces, namespace, around, at);
}

export function podsPeer(
  pods: Value | undefined,
  namespaces: Value | undefined,
  namespace: string | undefined,
  around: Surroundings,
  at: Position,
): Peer {
  const { cluster, context, problems } = around;
  const text = `pods ${pods === undefined ? 'of all kinds' : saying(pods)}${namespaces === undefined ? '' : ` in namespaces ${saying(namespaces)}`}`;
  if (!cluster.pods) return somebody(text, networkOf(context, problems, at));
  const sure: string[] = [];
  const open: string[] = [];
  for (const pod of cluster.pods) {
    const here =
      namespaces === undefined
        ? namespace === undefined || pod.namespace === namespace
        : isNamespaceSelected(namespaces, pod.namespace, cluster);
    const chosen = isSelected(pods, pod.labels);
    if (here === false || chosen === false) continue;
    (here && chosen ? sure : open).push(...pod.addresses);
  }
  if (open.length === 0) return { addresses: addressesOf(sure) };
  return somebody(text, addressesOf([...sure, ...open]));
}

function blockPeer(block: Value, { problems }: Surroundings, at: Position): Peer {
  const written = field(block, 'cidr');
  const base = typeof written === 'string' ? oneNetwork(written.trim()) : undefined;
  if (!base) {
    if (!isUnresolved(written)) problems.add(at, `no network: ${saying(written)}`, true);
    return somebody(saying(written));
  }
  const except = listOf(field(block, 'except'));
  const left = addressesOf(except.flatMap((one) => textOf(one) ?? []));
  const odd = [...except.filter((one) => isUnresolved(one)), ...left.bad];
  const addresses = without(base, left);
  if (odd.length === 0) return { addresses };
  for (const one of left.bad) problems.add(at, `no network: ${saying(one)}`, true);
  return somebody(`except ${odd.map(saying).join(', ')}`, addresses);
}

export const anybody: Peer = { addresses: everybody };

/** Which traffic a rule is for. */
export function portsMatch(
  ports: readonly Value[],
  pod: Pod,
  problems: Problems,
  at: Position,
): readonly Match[] {
  if (ports.length === 0) return [];
  const of = ports.map((port) => onePort(port, pod, problems, at));
  const [only] = of;
  return only && of.length === 1 ? only : [{ match: 'any', of }];
}

function onePort(port: Value, pod: Pod, problems: Problems, at: Position): readonly Match[] {
  if (isUnresolved(port)) return [notKnown(port.text, 'port')];
  const written = field(port, 'protocol') ?? 'TCP';
  const protocol = textOf(written)?.toUpperCase();
  if (protocol === 'UDP' || protocol === 'SCTP') return [{ match: 'never', why: `protocol ${protocol}` }];
  if (protocol !== 'TCP') {
    if (!isUnresolved(written)) problems.add(at, `no protocol: ${saying(written)}`, true);
    return [notKnown(`protocol ${saying(written)}`)];
  }
  const tcp: Match = { match: 'protocol', protocols: [6] };
  const value = field(port, 'port');
  if (value === undefined) return [tcp];
  const number = integerOf(value);
  if (number !== undefined) {
    const last = field(port, 'endPort');
    const end = last === undefined ? number : integerOf(last);
    if (end !== undefined && number >= 1 && end >= number && end <= 65_535)
      return [tcp, { match: 'destination-port', ports: [[number, end]] }];
    if (!isUnresolved(last)) problems.add(at, `no ports: ${saying(value)} to ${saying(last)}`, true);
    return [tcp, notKnown(`port ${number} to ${saying(last)}`, 'port')];
  }
  const name = textOf(value);
  if (name === undefined || !pod.ports) return [tcp, notKnown(`the port named ${saying(value)}`, 'port')];
  const own = Object.hasOwn(pod.ports, name) ? pod.ports[name] : undefined;
  return own === undefined
    ? [{ match: 'never', why: `the pod has no port named ${name}` }]
    : [tcp, { match: 'destination-port', ports: [[own, own]] }];
}
