/** The pods that a wish is about, and the objects of the documents around them. */
import { type KubernetesObject, objectsOf } from '../kubernetes/objects.ts';
import { type Labels } from '../kubernetes/context.ts';
import {
  field,
  type Fields,
  fieldsOf,
  isFields,
  newProblems,
  type Source,
  type Value,
} from '../cloud-shared/index.ts';
import { type CloudWish, NoChange, type State } from './step.ts';

export const withField = (value: Value, name: string, inner: Value): Fields => {
  const entries = isFields(value) ? Object.entries(value) : [];
  const there = entries.some(([key]) => key === name);
  return fieldsOf([
    ...entries.map(([key, one]) => [key, key === name ? inner : one] as const),
    ...(there ? [] : [[name, inner] as const]),
  ]);
};

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

export const sourceOf = (value: Value): Source => ({ value, lines: new WeakMap() });
export const objectsIn = (state: State): readonly KubernetesObject[] =>
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

export const isMeant = (
  pod: { readonly namespace: string; readonly labels: Labels },
  { namespace, labels }: PodTarget,
): boolean =>
  pod.namespace === namespace && Object.entries(labels).every(([name, value]) => pod.labels[name] === value);
