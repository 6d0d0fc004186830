/**
 * Network policies of pods. They only allow and add up, and the first one closes all that none allows: so where none
 * selects the pods, the new one lets in everybody to all other ports, as before.
 */
import type { PortRange } from '../../../lang/packets/index.ts';
import {
  clusterOf,
  isNamespaceSelected,
  type KubernetesObject,
  objectsOf,
  podsOf,
} from '../kubernetes/objects.ts';
import { kubernetesRules } from '../kubernetes/parse.ts';
import { isPlainPolicy } from '../kubernetes/policies.ts';
import { exampleLabels, isSelected, labelsOf } from '../kubernetes/selector.ts';
import type { KnownPod, KubernetesContext, Labels } from '../kubernetes/context.ts';
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
  newProblems,
  noAddresses,
  oneNetwork,
  type Source,
  textOf,
  together,
  type Value,
  without,
} from '../cloud-shared/index.ts';
import {
  allOfThem,
  cidrOf,
  cidrsOf,
  common,
  isNobody,
  isPartOf,
  meant,
  portsBeside,
  portText,
  touches,
} from './sources.ts';
import { standIns } from './stand-ins.ts';
import { type CloudStep, type CloudWish, NoChange, type State, type View } from './step.ts';

const apiVersion = 'networking.k8s.io/v1';

/** Pods without the address of their node: it reaches them whatever policies say, which a note says once for all. */
export const kubernetesState = (sources: readonly Source[]): State =>
  objectsOf(sources, newProblems()).flatMap(({ value }) =>
    isFields(value) ? [field(value, 'kind') === 'Pod' ? withoutNode(value) : value] : [],
  );

const withoutNode = (pod: Fields): Fields => {
  const status = field(pod, 'status');
  if (!isFields(status)) return pod;
  return withField(
    pod,
    'status',
    fieldsOf(Object.entries(status).filter(([name]) => name !== 'hostIP' && name !== 'hostIPs')),
  );
};

const sourceOf = (value: Value): Source => ({ value, lines: new WeakMap() });
const objectsIn = (state: State): readonly KubernetesObject[] =>
  objectsOf(state.map(sourceOf), newProblems());

/** The pods that the wish is about. */
export interface PodTarget {
  readonly namespace: string;
  readonly labels: Labels;
}

export function podTarget(state: State, { owner, target = [] }: CloudWish): PodTarget {
  if (target.length === 0)
    throw new NoChange('which pods are meant is not said', 'Name their labels: --target app=redis.');
  const labels = Object.fromEntries(target.map((text) => text.split('=', 2) as [string, string]));
  const namespaces = new Set(
    objectsIn(state)
      .filter(({ kind }) => kind !== 'Namespace')
      .map(({ namespace }) => namespace),
  );
  const [only = 'default'] = namespaces;
  if (owner === undefined && namespaces.size > 1)
    throw new NoChange('the documents have several namespaces', 'Name one: --owner NAMESPACE.');
  return { namespace: owner ?? only, labels };
}

/** Entry of `from` for one source. */
function entryOf(word: string): Fields {
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

const isMeant = (
  pod: { readonly namespace: string; readonly labels: Labels },
  { namespace, labels }: PodTarget,
): boolean =>
  pod.namespace === namespace && Object.entries(labels).every(([name, value]) => pod.labels[name] === value);

const namespacesOf = (objects: readonly KubernetesObject[]): readonly (readonly [string, Labels])[] =>
  objects
    .filter(({ kind }) => kind === 'Namespace')
    .map(({ name, value }) => [name, labelsOf(fieldAt(value, 'metadata', 'labels'))]);

function portNames(
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

const tcp = ([from, to]: PortRange): Fields =>
  fieldsOf([
    ['protocol', 'TCP'],
    ['port', from],
    ['endPort', to === from ? undefined : to],
  ]);

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

/**
 * Labels alone do not say which other ones the pods have, and so which policies select them: without a pod to look at,
 * only policies that say no to these labels are known to be for others.
 */
function refuseUnseen(
  objects: readonly KubernetesObject[],
  target: PodTarget,
  selecting: readonly KubernetesObject[],
): void {
  if (podsOf(objects).some((pod) => isMeant(pod, target))) return;
  const hint =
    'Give the pods or what makes them as well: kubectl get pods,deployments,statefulsets -A -o json.';
  const labels = Object.entries(target.labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  if (selecting.length === 0)
    throw new NoChange(
      `no pod of namespace ${target.namespace} in the documents has ${labels}, so which policies select it is not known`,
      hint,
    );
  const unsure = objects.find(
    (policy) =>
      isPlainPolicy(policy) &&
      policy.namespace === target.namespace &&
      !selecting.includes(policy) &&
      !Object.entries(labelsOf(fieldAt(policy.value, 'spec', 'podSelector', 'matchLabels'))).some(
        ([name, value]) => name in target.labels && target.labels[name] !== value,
      ),
  );
  if (unsure)
    throw new NoChange(
      `policy ${unsure.name} may select pods with ${labels} too, by their other labels`,
      hint,
    );
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

const withField = (value: Value, name: string, inner: Value): Fields => {
  const entries = isFields(value) ? Object.entries(value) : [];
  const there = entries.some(([key]) => key === name);
  return fieldsOf([
    ...entries.map(([key, one]) => [key, key === name ? inner : one] as const),
    ...(there ? [] : [[name, inner] as const]),
  ]);
};

/** A policy of our own; `alone`: it is the first that selects the pods, and lets in everybody to all other ports. */
function created(
  target: PodTarget,
  wish: CloudWish,
  from: readonly Fields[],
  alone: boolean,
  taken: ReadonlySet<string>,
): CloudStep {
  const ports = wish.ports.map(portText).join('-');
  const base = `keyward-${wish.mode}-${Object.values(target.labels)[0] ?? 'pods'}-${ports}`
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 56)
    .replace(/-+$/, '');
  let name = base;
  for (let more = 2; taken.has(name); more++) name = `${base}-${more}`;
  const others = [
    ...portsBeside([1, 65_535], wish.ports).map(tcp),
    ...['UDP', 'SCTP'].map((protocol) => fieldsOf([['protocol', protocol]])),
  ];
  return {
    object: 'network-policy',
    owner: target.namespace,
    name,
    after: fieldsOf([
      ['apiVersion', apiVersion],
      ['kind', 'NetworkPolicy'],
      [
        'metadata',
        fieldsOf([
          ['name', name],
          ['namespace', target.namespace],
        ]),
      ],
      [
        'spec',
        fieldsOf([
          ['podSelector', fieldsOf([['matchLabels', fieldsOf(Object.entries(target.labels))]])],
          ['policyTypes', ['Ingress']],
          [
            'ingress',
            [
              ...(from.length === 0
                ? []
                : [
                    fieldsOf([
                      ['from', from],
                      ['ports', wish.ports.map(tcp)],
                    ]),
                  ]),
              ...(alone ? [fieldsOf([['ports', others]])] : []),
            ],
          ],
        ]),
      ],
    ]),
    why: alone
      ? 'no policy selects these pods: this one lets in whom you named to these ports, and everybody to all others, as before'
      : 'who shall get in and is in no other policy',
  };
}

export function podNotes(
  steps: readonly CloudStep[],
  state: State,
  wish: CloudWish,
  target: PodTarget,
): readonly string[] {
  const isFirst = steps.some(
    ({ before, after }) =>
      !before && listOf(fieldAt(after, 'spec', 'ingress')).some((rule) => field(rule, 'from') === undefined),
  );
  const objects = objectsIn(state);
  const labels = [
    target.labels,
    ...podsOf(objects)
      .filter((pod) => isMeant(pod, target))
      .map((pod) => pod.labels),
  ];
  const hiding = objects.filter(({ kind, namespace, value }) => {
    const spec = field(value, 'spec');
    const isOpen =
      ['NodePort', 'LoadBalancer'].includes(textOf(field(spec, 'type')) ?? '') ||
      listOf(field(spec, 'externalIPs')).length > 0;
    const selector = Object.entries(labelsOf(field(spec, 'selector')));
    return (
      kind === 'Service' &&
      namespace === target.namespace &&
      isOpen &&
      textOf(field(spec, 'externalTrafficPolicy')) !== 'Local' &&
      selector.length > 0 &&
      labels.some((own) => selector.every(([name, value]) => own[name] === value))
    );
  });
  const byLabels = objects.filter(
    (policy) =>
      wish.mode === 'deny' &&
      isPlainPolicy(policy) &&
      policy.namespace === target.namespace &&
      isSelected(fieldAt(policy.value, 'spec', 'podSelector'), target.labels) !== false &&
      listOf(fieldAt(policy.value, 'spec', 'ingress')).some((rule) =>
        listOf(field(rule, 'from')).some((entry) => field(entry, 'ipBlock') === undefined),
      ),
  );
  return [
    ...(byLabels.length > 0
      ? [
          `pods that ${byLabels.map(({ name }) => name).join(', ')} lets in by their labels still get in, whatever addresses they have`,
        ]
      : []),
    ...(isFirst
      ? [
          'these pods had no policy: what their network plugin does to protocols that are not TCP, UDP or SCTP may change',
        ]
      : []),
    ...(hiding.length > 0 && wish.sources.some((word) => cidrOf(word) !== undefined)
      ? [
          `service ${hiding.map(({ name }) => name).join(', ')} hides who asks behind the address of a node (externalTrafficPolicy is not Local): the pods do not see the networks you named when these come by it`,
        ]
      : []),
  ];
}

export function withPolicy(state: State, step: CloudStep): State {
  const isIt = (value: Fields): boolean =>
    textOf(field(value, 'kind')) === 'NetworkPolicy' &&
    textOf(fieldAt(value, 'metadata', 'name')) === step.name &&
    (textOf(fieldAt(value, 'metadata', 'namespace')) ?? 'default') === step.owner;
  if (!state.some(isIt)) return step.after ? [...state, step.after] : state;
  return state.flatMap((value) => (isIt(value) ? (step.after ? [step.after] : []) : [value]));
}
