/**
 * Network policies of pods. They only allow and add up, and the first one closes all that none allows: so where none
 * selects the pods, the new one lets in everybody to all other ports, as before.
 */
import { type PortRange } from '../../../lang/packets/index.ts';
import { isPlainPolicy } from '../kubernetes/policies.ts';
import { isSelected, labelsOf } from '../kubernetes/selector.ts';
import {
  type Addresses,
  addressesOf,
  field,
  fieldAt,
  type Fields,
  fieldsOf,
  integerOf,
  isFields,
  listOf,
  noAddresses,
  oneNetwork,
  textOf,
  together,
  type Value,
  without,
} from '../cloud-shared/index.ts';
import { allOfThem, cidrsOf, common, isNobody, isPartOf, meant, portsBeside, touches } from './sources.ts';
import { type CloudStep, type CloudWish, NoChange, type State, type View } from './step.ts';
import { withField, objectsIn, type PodTarget } from './pod-target.ts';
import { entryOf, portNames } from './pod-view.ts';
import { refuseUnseen } from './pod-notes.ts';
import { tcp, created } from './own-policy.ts';

/** What one entry of `ports` is for: TCP ports, or another protocol whole. */
function portsOfEntry(port: Value, names: Readonly<Record<string, number>>): PortRange | undefined {
  const protocol = textOf(field(port, 'protocol')) ?? 'TCP';
  if (protocol !== 'TCP') return undefined;
  const written = field(port, 'port');
  if (written === undefined) return [1, 65_535];
  const number = integerOf(written) ?? names[textOf(written) ?? ''];
  if (number === undefined)
    throw new NoChange(
      `which port ${textOf(written) ?? '?'} is, the documents do not say`,
      'Give the pods or what makes them as well: kubectl get deployments,statefulsets,pods -o json.',
    );
  return [number, integerOf(field(port, 'endPort')) ?? number];
}

export function policySteps(
  state: State,
  wish: CloudWish,
  view: View,
  target: PodTarget,
): readonly CloudStep[] {
  const objects = objectsIn(state);
  const names = portNames(objects, target);
  const taken = new Set(
    objects
      .filter(({ kind, namespace }) => kind === 'NetworkPolicy' && namespace === target.namespace)
      .map(({ name }) => name),
  );
  const named = allOfThem(wish.sources, view);
  const selecting = objects
    .filter(isPlainPolicy)
    .filter(
      ({ namespace, value }) =>
        namespace === target.namespace &&
        isSelected(fieldAt(value, 'spec', 'podSelector'), target.labels) !== false,
    )
    .filter(({ value }) => {
      const types = listOf(fieldAt(value, 'spec', 'policyTypes'));
      return types.length === 0 || types.includes('Ingress');
    });
  const changes: CloudStep[] = [];
  let kept = noAddresses;
  for (const { name, value } of selecting) {
    if (!isFields(value)) continue;
    let changed = false;
    const rules = listOf(fieldAt(value, 'spec', 'ingress')).flatMap((rule): readonly Value[] => {
      const ports = listOf(field(rule, 'ports'));
      const found = ports.map((port) => portsOfEntry(port, names));
      const ranges: readonly PortRange[] =
        ports.length === 0 ? [[1, 65_535]] : found.filter((range) => range !== undefined);
      const touched = ranges.some((range) => touches(range, wish.ports));
      if (!touched) return [rule];
      const from = listOf(field(rule, 'from'));
      const entries = from.length === 0 ? [undefined] : from;
      const judged = entries.map((entry) => {
        const who = entry === undefined ? oneNetworkOfAll : entryAddresses(entry, view);
        const excess = wish.mode === 'only' ? without(who, named) : common(who, named);
        return { entry, who, stays: wish.mode === 'allow' || isNobody(excess) };
      });
      // Whom a selector means is changed by nobody's address; and stand-ins are no addresses to write down.
      const inside = judged.find(
        ({ entry, stays }) =>
          wish.mode === 'deny' && !stays && entry !== undefined && field(entry, 'ipBlock') === undefined,
      );
      if (inside)
        throw new NoChange(
          `policy ${name} lets in pods by their labels, and some of them have addresses that shall be kept out`,
          'Say who shall get in: only, or change this policy by hand.',
        );
      const whole = wish.ports.every((wished) => portsBeside(wished, ranges).length === 0);
      if (whole) for (const { who, stays } of judged) if (stays) kept = together(kept, who);
      if (judged.every(({ stays }) => stays)) return [rule];
      changed = true;
      const beside = [
        ...ranges.flatMap((range) => portsBeside(range, wish.ports)).map(tcp),
        ...(ports.length === 0
          ? ['UDP', 'SCTP'].map((protocol) => fieldsOf([['protocol', protocol]]))
          : ports.filter((port) => portsOfEntry(port, names) === undefined)),
      ];
      const left =
        wish.mode === 'deny'
          ? judged.flatMap(({ entry, who, stays }) => (stays ? (entry ?? []) : blocks(without(who, named))))
          : judged.flatMap(({ entry, stays }) => (stays ? (entry ?? []) : []));
      const here = ranges.flatMap((range) =>
        wish.ports.flatMap(([low, high]): readonly PortRange[] => {
          const [a, b] = [Math.max(low, range[0]), Math.min(high, range[1])];
          return a <= b ? [[a, b]] : [];
        }),
      );
      return [
        ...(beside.length === 0 ? [] : [withField(rule, 'ports', beside)]),
        ...(left.length === 0
          ? []
          : [
              fieldsOf([
                ['from', left],
                ['ports', here.map(tcp)],
              ]),
            ]),
      ];
    });
    if (!changed) continue;
    if (!isSelected(fieldAt(value, 'spec', 'podSelector'), target.labels) || guardsOthers(value, target))
      throw new NoChange(
        `policy ${name} lets others in, and it may guard other pods as well`,
        'Name exactly the labels that it selects (--target), or change it by hand.',
      );
    changes.push({
      object: 'network-policy',
      owner: target.namespace,
      name,
      before: value,
      after: withField(value, 'spec', withField(field(value, 'spec') ?? fieldsOf([]), 'ingress', rules)),
      why: 'it lets in more than that',
    });
  }
  refuseUnseen(objects, target, selecting);
  if (selecting.length === 0) {
    if (wish.mode === 'allow') return [];
    const from = wish.mode === 'only' ? wish.sources.map(entryOf) : blocks(without(oneNetworkOfAll, named));
    return [created(target, wish, from, true, taken)];
  }
  if (wish.mode === 'deny') return changes;
  const missing = wish.sources.filter((word) => !isPartOf(meant(word, view), kept));
  return [
    ...(missing.length === 0 ? [] : [created(target, wish, missing.map(entryOf), false, taken)]),
    ...changes,
  ];
}

/** Whether a policy selects by anything but just the labels of the target. */
function guardsOthers(policy: Value, { labels }: PodTarget): boolean {
  const selector = fieldAt(policy, 'spec', 'podSelector');
  const own = labelsOf(field(selector, 'matchLabels'));
  const isSame =
    Object.keys(own).length === Object.keys(labels).length &&
    Object.entries(labels).every(([name, value]) => own[name] === value);
  return !isSame || listOf(field(selector, 'matchExpressions')).length > 0;
}

const oneNetworkOfAll: Addresses = addressesOf(['0.0.0.0/0', '::/0']);

const blocks = (addresses: Addresses): readonly Fields[] =>
  isNobody(addresses)
    ? []
    : cidrsOf(addresses).map((cidr) => fieldsOf([['ipBlock', fieldsOf([['cidr', cidr]])]]));

/** The addresses of one entry, by a rule set that lets in nobody else. */
function entryAddresses(entry: Value, view: View): Addresses {
  const block = field(entry, 'ipBlock');
  if (block !== undefined) {
    const base = oneNetwork(textOf(field(block, 'cidr')) ?? '') ?? noAddresses;
    return without(base, addressesOf(listOf(field(block, 'except')).flatMap((one) => textOf(one) ?? [])));
  }
  const labels = (name: string, kind: string): readonly string[] => {
    const selector = field(entry, name);
    if (selector === undefined) return [];
    if (listOf(field(selector, 'matchExpressions')).length > 0)
      throw new NoChange(
        'a rule selects by an expression, which is not narrowed here',
        'Change this policy by hand, or name its pods by plain labels.',
      );
    const all = Object.entries(labelsOf(field(selector, 'matchLabels')));
    return all.length === 0 ? [`${kind}:`] : all.map(([key, value]) => `${kind}:${key}=${value}`);
  };
  return (
    view.addressesOf(
      [...labels('namespaceSelector', 'namespaces'), ...labels('podSelector', 'pods')].join(','),
    ) ?? noAddresses
  );
}

export function withPolicy(state: State, step: CloudStep): State {
  const isIt = (value: Fields): boolean =>
    textOf(field(value, 'kind')) === 'NetworkPolicy' &&
    textOf(fieldAt(value, 'metadata', 'name')) === step.name &&
    (textOf(fieldAt(value, 'metadata', 'namespace')) ?? 'default') === step.owner;
  if (!state.some(isIt)) return step.after ? [...state, step.after] : state;
  return state.flatMap((value) => (isIt(value) ? (step.after ? [step.after] : []) : [value]));
}
