import type { CloudContext } from '../cloud-shared/index.ts';

export type Labels = Readonly<Record<string, string>>;

export interface KnownPod {
  readonly namespace: string;
  readonly labels: Labels;
  readonly addresses: readonly string[];
}

/** `networks`: where pods have their addresses. */
export interface KubernetesContext extends CloudContext {
  /** The pod that is asked about: one more rule set stands for it. */
  readonly pod?: {
    readonly namespace?: string;
    readonly labels: Labels;
    /** Its named TCP ports. Absent: not known. */
    readonly ports?: Readonly<Record<string, number>>;
    readonly hostNetwork?: boolean;
  };
  /** All pods there are. Absent: those of the documents that have addresses, else not known. */
  readonly pods?: readonly KnownPod[];
  /** Labels of namespaces. */
  readonly namespaces?: Readonly<Record<string, Labels>>;
  /** Addresses of the nodes, which always reach the pods that run on them. */
  readonly nodes?: readonly string[];
}
