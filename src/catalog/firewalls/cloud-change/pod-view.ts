/** Pods as selectors tell them apart: stand-ins for those that only rules and wishes name, beside those that run. */
import { clusterOf, isNamespaceSelected, type KubernetesObject, podsOf } from '../kubernetes/objects.ts';
import { kubernetesRules } from '../kubernetes/parse.ts';
import { isPlainPolicy } from '../kubernetes/policies.ts';
import { exampleLabels, isSelected, labelsOf } from '../kubernetes/selector.ts';
import { type KnownPod, type KubernetesContext, type Labels } from '../kubernetes/context.ts';
import {
  type Addresses,
  addressesOf,
  field,
  fieldAt,
  type Fields,
  fieldsOf,
  listOf,
  newProblems,
  noAddresses,
  oneNetwork,
  together,
  type Value,
} from '../cloud-shared/index.ts';
import { cidrOf } from './sources.ts';
import { standIns } from './stand-ins.ts';
import { type CloudWish, NoChange, type State, type View } from './step.ts';
import { sourceOf, objectsIn, type PodTarget, isMeant } from './pod-target.ts';

/** Entry of `from` for one source. */
export function entryOf(word: string): Fields {
  const cidr = cidrOf(word);
  if (cidr !== undefined) return fieldsOf([['ipBlock', fieldsOf([['cidr', cidr]])]]);
  const selectors: Record<string, [string, string][]> = {};
  let kind = '';
  for (const part of word.split(',')) {
    const colon = part.indexOf(':');
    if (colon > 0) kind = part.slice(0, colon);
    const [name = '', value = ''] = part.slice(colon + 1).split('=', 2);
    if (kind !== 'pods' && kind !== 'namespaces')
      throw new NoChange(
        `${word} is no source that this cloud knows`,
        'Write 10.0.0.0/8, pods:app=web or namespaces:team=a.',
      );
    (selectors[kind] ??= []).push(...(name === '' ? [] : [[name, value] as [string, string]]));
  }
  return fieldsOf(
    ['namespaces', 'pods'].map((name) => {
      const labels = selectors[name];
      return [
        name === 'pods' ? 'podSelector' : 'namespaceSelector',
        labels && fieldsOf(labels.length === 0 ? [] : [['matchLabels', fieldsOf(labels)]]),
      ];
    }),
  );
}

/** Pods by which selectors are told apart, one for each entry, in a namespace that it selects. */
export function podView(states: readonly State[], wish: CloudWish, target: PodTarget): View {
  const words = wish.sources.filter((word) => cidrOf(word) === undefined);
  if (wish.mode === 'deny' && words.length > 0)
    throw new NoChange(
      `a policy cannot keep out ${words.join(', ')}: it only lets in`,
      'Name networks, or say who shall get in: only.',
    );
  const state = states[0] ?? [];
  const objects = objectsIn(state);
  const entries = [
    ...objects
      .filter(isPlainPolicy)
      .flatMap(({ value, namespace }) =>
        listOf(fieldAt(value, 'spec', 'ingress')).flatMap((rule) =>
          listOf(field(rule, 'from')).map((entry) => ({ entry, namespace })),
        ),
      ),
    ...words.map((word) => ({ entry: entryOf(word) as Value, namespace: target.namespace })),
  ].filter(({ entry }) => field(entry, 'podSelector', 'namespaceSelector') !== undefined);
  const addresses = standIns(entries.map(({ entry, namespace }) => `${namespace} ${JSON.stringify(entry)}`));
  const namespaces: Record<string, Labels> = {};
  const pods = entries.map(({ entry, namespace }, index): KnownPod => {
    const selector = field(entry, 'namespaceSelector');
    const labels = exampleLabels(selector);
    const own = selector === undefined ? namespace : (labels['kubernetes.io/metadata.name'] ?? `kw-${index}`);
    if (selector !== undefined) namespaces[own] = { ...namespaces[own], ...labels };
    return {
      namespace: own,
      labels: exampleLabels(field(entry, 'podSelector')),
      addresses: [addresses.get(`${namespace} ${JSON.stringify(entry)}`) ?? ''],
    };
  });
  const running = clusterOf(objects, {});
  const context: KubernetesContext = {
    pod: { namespace: target.namespace, labels: target.labels, ports: portNames(objects, target) },
    pods: [...pods, ...(running.pods ?? [])],
    namespaces: { ...Object.fromEntries(namespacesOf(objects)), ...namespaces },
  };
  const cluster = clusterOf(objects, context);
  const isTarget = (id: string): boolean =>
    id === `${target.namespace}/asked` ||
    podsOf(objects).some((pod) => `${pod.namespace}/${pod.name}` === id && isMeant(pod, target));
  return {
    onlyTcp: true,
    ruleSets: (now) =>
      kubernetesRules(now.map(sourceOf), context, newProblems())
        // A stand-in for pods that only a policy knows comes and goes with it; ports of services are those of pods.
        .ruleSets.filter(
          ({ subject: { kind } }) => kind !== 'service' && kind !== 'host-port' && kind !== 'pods',
        )
        .map((ruleSet) => ({ ...ruleSet, target: isTarget(ruleSet.subject.id) })),
    addressesOf: (word) => {
      if (cidrOf(word) !== undefined) return oneNetwork(word);
      const entry = entryOf(word);
      const found = (context.pods ?? []).filter((pod) => {
        const selector = field(entry, 'namespaceSelector');
        const here =
          selector === undefined
            ? pod.namespace === target.namespace
            : isNamespaceSelected(selector, pod.namespace, cluster);
        return here === true && isSelected(field(entry, 'podSelector'), pod.labels) === true;
      });
      return found.reduce<Addresses>((sum, pod) => together(sum, addressesOf(pod.addresses)), noAddresses);
    },
  };
}

const namespacesOf = (objects: readonly KubernetesObject[]): readonly (readonly [string, Labels])[] =>
  objects
    .filter(({ kind }) => kind === 'Namespace')
    .map(({ name, value }) => [name, labelsOf(fieldAt(value, 'metadata', 'labels'))]);

export function portNames(
  objects: readonly KubernetesObject[],
  target: PodTarget,
): Readonly<Record<string, number>> {
  return Object.assign(
    {},
    ...podsOf(objects)
      .filter((pod) => isMeant(pod, target))
      .map(({ ports }) => ports ?? {}),
  ) as Readonly<Record<string, number>>;
}
