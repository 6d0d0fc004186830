import type { Ask } from '../cloud-shared/index.ts';

export type { KnownPod, KubernetesContext, Labels } from './context.ts';
export { type KubernetesReading, kubernetesRules, parseKubernetes } from './parse.ts';
export type { Publication } from './services.ts';

/** What to ask; all answers together are the documents of `parseKubernetes`. */
export const kubernetesAsks: readonly Ask[] = [
  {
    argv: ['kubectl', 'get', 'networkpolicies', '--all-namespaces', '--output', 'json'],
    why: 'the policies',
  },
  {
    argv: ['kubectl', 'get', 'services', '--all-namespaces', '--output', 'json'],
    why: 'ports that are open outside',
  },
  {
    argv: ['kubectl', 'get', 'pods', '--all-namespaces', '--output', 'json'],
    why: 'which pods have which labels and addresses',
    optional: true,
  },
  {
    argv: ['kubectl', 'get', 'namespaces', '--output', 'json'],
    why: 'the labels of namespaces',
    optional: true,
  },
  {
    argv: ['kubectl', 'get', 'adminnetworkpolicies,baselineadminnetworkpolicies', '--output', 'json'],
    why: 'policies of the administrator',
    optional: true,
  },
];
