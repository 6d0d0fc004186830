/** Reader of Kubernetes manifests, and of what `kubectl get` prints as YAML or JSON. */
import {
  type CloudDocument,
  type CloudReading,
  field,
  fieldAt,
  newProblems,
  type Problems,
  readYamlDocuments,
  type Source,
  type SubjectRules,
  subjectRules,
  withUnread,
} from '../cloud-shared/index.ts';
import type { KubernetesContext } from './context.ts';
import { clusterOf, type KubernetesObject, objectsOf, type Pod, podsOf } from './objects.ts';
import type { Surroundings } from './peers.ts';
import { isForeign, isPlainPolicy, isPolicy, podChains } from './policies.ts';
import { exampleLabels, isSelected, labelsOf } from './selector.ts';
import { doorChains, hostPublications, type Publication, publicationsOf } from './services.ts';

export interface KubernetesReading extends CloudReading {
  /** Ports that are seen from outside of the pods' network. */
  readonly publications: readonly Publication[];
}

/**
 * One rule set for each pod and each kind of pod that the manifests make, for what a policy selects where no pod of the
 * documents does, and for each service that opens a port outside. Never throws.
 *
 * @example parseKubernetes([{ text }], { pod: { labels: { app: 'redis' } } }).ruleSets
 */
export function parseKubernetes(
  documents: readonly CloudDocument[],
  context: KubernetesContext = {},
): KubernetesReading {
  const problems = newProblems();
  const { sources, unread } = readYamlDocuments(documents, problems);
  const { ruleSets, publications } = kubernetesRules(sources, context, problems);
  return {
    ruleSets: withUnread('kubernetes', ruleSets, unread, problems.all),
    publications,
    problems: problems.all,
  };
}

/** The same from values, wherever they come from. */
export function kubernetesRules(
  sources: readonly Source[],
  context: KubernetesContext,
  problems: Problems,
): { readonly ruleSets: readonly SubjectRules[]; readonly publications: readonly Publication[] } {
  const objects = objectsOf(sources, problems);
  const policies = objects.filter(isPolicy);
  const around: Surroundings = {
    cluster: clusterOf(objects, context),
    context,
    problems,
    known: new WeakMap(),
  };
  for (const object of policies)
    if (isForeign(object))
      problems.once(
        { text: object.name },
        `${object.kind} of ${object.group} is not read: whatever it decides is open`,
      );
  const made = podsOf(objects);
  const asked = askedPod(context);
  const pods = [...(asked ? [asked] : []), ...made];
  const others = policies.filter(isPlainPolicy).flatMap((policy) => standIn(policy, pods));
  const ofPods = [...pods, ...others].map((pod) =>
    subjectRules(
      'kubernetes',
      { kind: pod.kind, id: `${pod.namespace}/${pod.name}` },
      podChains(pod, policies, around, 'as it is'),
      problems.all,
    ),
  );
  const services = objects
    .filter(({ kind }) => kind === 'Service')
    .map((service) => {
      const pod = served(service, made);
      return { service, pod, publications: publicationsOf(service, pod, problems) };
    });
  const atHosts = made
    .map((pod) => ({ pod, publications: hostPublications(pod) }))
    .filter(({ publications }) => publications.length > 0);
  const doors = [
    ...services.map(({ service, pod, publications }) => ({
      kind: 'service',
      id: `${service.namespace}/${service.name}`,
      pod,
      publications,
    })),
    ...atHosts
      .filter(({ pod }) => !pod.hostNetwork)
      .map(({ pod, publications }) => ({
        kind: 'host-port',
        id: `${pod.namespace}/${pod.name}`,
        pod,
        publications,
      })),
  ];
  return {
    ruleSets: [
      ...ofPods,
      ...doors.flatMap(({ kind, id, pod, publications }) => {
        const outside = publications.filter(({ type }) => type !== 'ClusterIP');
        if (outside.length === 0) return [];
        const sight = outside.every(({ keepsSource }) => keepsSource) ? 'as it is' : 'as a node';
        return [
          subjectRules(
            'kubernetes',
            { kind, id },
            [...doorChains(outside), ...podChains(pod, policies, around, sight)],
            problems.all,
          ),
        ];
      }),
    ],
    publications: [...services, ...atHosts].flatMap(({ publications }) => publications),
  };
}

const plainPod = { hostNetwork: false, hostPorts: [], node: undefined, ports: undefined } as const;

function askedPod({ pod }: KubernetesContext): Pod | undefined {
  return (
    pod && {
      ...plainPod,
      kind: 'pod',
      namespace: pod.namespace ?? 'default',
      name: 'asked',
      labels: pod.labels,
      ports: pod.ports,
      hostNetwork: pod.hostNetwork === true,
      at: { text: 'the pod that is asked about' },
    }
  );
}

/** A pod that a policy selects, where none is known. */
function standIn(policy: KubernetesObject, pods: readonly Pod[]): readonly Pod[] {
  const selector = fieldAt(policy.value, 'spec', 'podSelector');
  if (pods.some((pod) => pod.namespace === policy.namespace && isSelected(selector, pod.labels) === true))
    return [];
  return [
    {
      ...plainPod,
      kind: 'pods',
      namespace: policy.namespace,
      name: policy.name,
      labels: exampleLabels(selector),
      at: { text: `pods that ${policy.name} selects` },
    },
  ];
}

function served(service: KubernetesObject, pods: readonly Pod[]): Pod {
  const selector = fieldAt(service.value, 'spec', 'selector');
  const labels = labelsOf(selector);
  const found = pods.find(
    (pod) =>
      pod.namespace === service.namespace &&
      field(service.value, 'spec') !== undefined &&
      Object.keys(labels).length > 0 &&
      Object.entries(labels).every(([name, value]) => pod.labels[name] === value),
  );
  return (
    found ?? {
      ...plainPod,
      kind: 'pods',
      namespace: service.namespace,
      name: service.name,
      labels,
      at: { text: `pods of service ${service.name}` },
    }
  );
}
