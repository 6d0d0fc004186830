/** The objects of manifests, and the pods that they make. */
import type { Position } from '../../../lang/packets/index.ts';
import {
  field,
  fieldAt,
  integerOf,
  isFields,
  isList,
  isUnresolved,
  listOf,
  position,
  type Problems,
  saying,
  type Source,
  textOf,
  type Value,
} from '../cloud-shared/index.ts';
import type { KnownPod, KubernetesContext, Labels } from './context.ts';
import { isSelected, labelsOf } from './selector.ts';

export interface KubernetesObject {
  readonly kind: string;
  readonly group: string;
  readonly namespace: string;
  readonly name: string;
  readonly value: Value;
  readonly source: Source;
}

/** A pod whose way in is asked about. */
export interface Pod {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** Named TCP ports; nothing: not known. */
  readonly ports: Readonly<Record<string, number>> | undefined;
  readonly hostNetwork: boolean;
  readonly hostPorts: readonly HostPort[];
  /** The node that it runs on. */
  readonly node: string | undefined;
  readonly at: Position;
}

export interface HostPort {
  readonly host: number;
  readonly target: number;
  readonly address: string | undefined;
  readonly at: Position;
}

const mostObjects = 100_000;

/** All objects, those of lists one by one. */
export function objectsOf(sources: readonly Source[], problems: Problems): readonly KubernetesObject[] {
  const found: KubernetesObject[] = [];
  for (const source of sources) {
    const todo: Value[] = [source.value];
    while (todo.length > 0 && found.length < mostObjects) {
      const value = todo.pop() as Value;
      if (value === null) continue;
      const kind = textOf(field(value, 'kind'));
      const items = field(value, 'items');
      if (isList(items)) {
        for (const item of items.toReversed())
          todo.push(isFields(item) && field(item, 'kind') === undefined ? named(item, kind) : item);
        continue;
      }
      if (kind === undefined || !isFields(value)) {
        problems.add(
          position(source, value, saying(value)),
          'this is no object of Kubernetes: it has no kind',
          true,
        );
        continue;
      }
      const apiVersion = textOf(field(value, 'apiVersion')) ?? '';
      found.push({
        kind,
        group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '',
        namespace: textOf(fieldAt(value, 'metadata', 'namespace')) ?? 'default',
        name: saying(fieldAt(value, 'metadata', 'name') ?? 'no name'),
        value,
        source,
      });
    }
  }
  return found;
}

/** Items of a NetworkPolicyList may go without a kind. */
const named = (item: Value, listKind: string | undefined): Value =>
  listKind?.endsWith('List') && isFields(item)
    ? Object.assign(Object.create(null) as { [name: string]: Value }, item, { kind: listKind.slice(0, -4) })
    : item;

const workloads = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
  'Pod',
]);

/** The pods that these objects are or make. */
export const podsOf = (objects: readonly KubernetesObject[]): readonly Pod[] =>
  objects
    .filter(({ kind }) => workloads.has(kind))
    .map(({ kind, namespace, name, value, source }): Pod => {
      const maker = kind === 'CronJob' ? fieldAt(value, 'spec', 'jobTemplate') : value;
      const pod = kind === 'Pod' ? value : fieldAt(maker, 'spec', 'template');
      const spec = field(pod, 'spec');
      const containers = [...listOf(field(spec, 'containers')), ...listOf(field(spec, 'initContainers'))];
      const ports = containers.flatMap((container) => listOf(field(container, 'ports')));
      const tcp = ports.filter((port) => (textOf(field(port, 'protocol')) ?? 'TCP') === 'TCP');
      return {
        kind: kind.toLowerCase(),
        namespace,
        name,
        labels: labelsOf(fieldAt(pod, 'metadata', 'labels')),
        ports: Object.fromEntries(
          tcp.flatMap((port) => {
            const [label, number] = [textOf(field(port, 'name')), integerOf(field(port, 'containerPort'))];
            return label === undefined || number === undefined ? [] : [[label, number]];
          }),
        ),
        hostNetwork: field(spec, 'hostNetwork') === true,
        hostPorts: tcp.flatMap((port): HostPort[] => {
          const [host, target] = [
            integerOf(field(port, 'hostPort')),
            integerOf(field(port, 'containerPort')),
          ];
          if (host === undefined || target === undefined || host === 0) return [];
          const address = textOf(field(port, 'hostIP'));
          return [
            {
              host,
              target,
              address: address === '' ? undefined : address,
              at: position(source, port, `${kind} ${name}: hostPort ${host}`),
            },
          ];
        }),
        node: kind === 'Pod' ? textOf(fieldAt(value, 'status', 'hostIP')) : undefined,
        at: position(source, value, `${kind} ${namespace}/${name}`),
      };
    });

/** Who is where, as far as it is known. */
export interface Cluster {
  /** Nothing: the addresses of pods are not known. */
  readonly pods: readonly KnownPod[] | undefined;
  readonly namespaceLabels: (namespace: string) => Labels | undefined;
}

export function clusterOf(objects: readonly KubernetesObject[], context: KubernetesContext): Cluster {
  const running = objects.flatMap(({ kind, namespace, value }): readonly KnownPod[] => {
    if (kind !== 'Pod' || fieldAt(value, 'spec', 'hostNetwork') === true) return [];
    const addresses = [
      fieldAt(value, 'status', 'podIP'),
      ...listOf(fieldAt(value, 'status', 'podIPs')).map((one) => field(one, 'ip')),
    ].flatMap((address) => textOf(address) ?? []);
    return addresses.length === 0
      ? []
      : [{ namespace, labels: labelsOf(fieldAt(value, 'metadata', 'labels')), addresses }];
  });
  const namespaces = new Map(
    objects
      .filter(({ kind }) => kind === 'Namespace')
      .map(({ name, value }) => [name, labelsOf(fieldAt(value, 'metadata', 'labels'))]),
  );
  return {
    pods: context.pods ?? (running.length > 0 ? running : undefined),
    namespaceLabels: (namespace) => {
      const given =
        context.namespaces && Object.hasOwn(context.namespaces, namespace)
          ? context.namespaces[namespace]
          : undefined;
      const labels = given ?? namespaces.get(namespace);
      return labels && { ...labels, 'kubernetes.io/metadata.name': namespace };
    },
  };
}

/** Whether a selector of namespaces selects this one; its name is a label that every namespace has. */
export function isNamespaceSelected(
  selector: Value,
  namespace: string,
  cluster: Cluster,
): boolean | undefined {
  const known = cluster.namespaceLabels(namespace);
  if (known) return isSelected(selector, known);
  if (isUnresolved(selector)) return undefined;
  const names = [
    ...Object.keys(labelsOf(field(selector, 'matchLabels'))),
    ...listOf(field(selector, 'matchExpressions')).map((one) => textOf(field(one, 'key'))),
  ];
  const onlyName = names.every((name) => name === 'kubernetes.io/metadata.name');
  return onlyName ? isSelected(selector, { 'kubernetes.io/metadata.name': namespace }) : undefined;
}
