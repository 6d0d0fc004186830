/** What is not seen of pods: refused where it decides, and said where it may matter. */
import { type KubernetesObject, podsOf } from '../kubernetes/objects.ts';
import { isPlainPolicy } from '../kubernetes/policies.ts';
import { isSelected, labelsOf } from '../kubernetes/selector.ts';
import { field, fieldAt, listOf, textOf } from '../cloud-shared/index.ts';
import { cidrOf } from './sources.ts';
import { type CloudStep, type CloudWish, NoChange, type State } from './step.ts';
import { objectsIn, type PodTarget, isMeant } from './pod-target.ts';

/**
 * Labels alone do not say which other ones the pods have, and so which policies select them: without a pod to look at,
 * only policies that say no to these labels are known to be for others.
 */
export function refuseUnseen(
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
