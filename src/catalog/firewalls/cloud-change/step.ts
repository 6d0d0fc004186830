import type { PortRange } from '../../../lang/packets/index.ts';
import type { Addresses, Fields, SubjectRules } from '../cloud-shared/index.ts';

export type CloudName = 'aws' | 'azure' | 'gcp' | 'kubernetes';

/** What a step makes, changes or removes: one object that its cloud knows by itself. */
type CloudObject = 'group-rule' | 'acl-entry' | 'nsg-rule' | 'vpc-rule' | 'network-policy';

/**
 * One call to a cloud. Without `before` it makes something, without `after` it removes it; both are in the words of that
 * cloud's own API. Turned round it is its own way back.
 */
export interface CloudStep {
  readonly object: CloudObject;
  /** The group, ACL, network or namespace that it is part of. */
  readonly owner: string;
  readonly name: string;
  readonly before?: Fields;
  readonly after?: Fields;
  readonly why: string;
}

/** Who shall reach which ports. */
export interface CloudWish {
  /** `only`: these and nobody else. `allow`: these as well. `deny`: all but these. */
  readonly mode: 'only' | 'allow' | 'deny';
  /** Closed ranges of TCP ports. */
  readonly ports: readonly PortRange[];
  /**
   * CIDR, or how the cloud calls somebody: `sg-1`, `pl-1`; `VirtualNetwork`, `AzureLoadBalancer`, another service tag,
   * `asg:NAME`; `tag:NAME`, `serviceAccount:EMAIL`; `pods:app=web`, `namespaces:team=a`, `pods:app=web,namespaces:team=a`.
   */
  readonly sources: readonly string[];
  /** The group, ACL, network or namespace; not needed where the documents hold only one. */
  readonly owner?: string;
  /** GCP: tags of the instances. Kubernetes: labels of the pods, `app=redis`. */
  readonly target?: readonly string[];
}

/** A change that was proved, or why there is none. */
export type CloudChange =
  | {
      readonly cloud: CloudName;
      readonly owner: string;
      readonly wish: CloudWish;
      /** In order; nobody who is let in before and after is kept out in between. */
      readonly steps: readonly CloudStep[];
      /** What somebody should know before it is done: all that was proved to hold is not repeated here. */
      readonly notes: readonly string[];
      /** The objects that steps are parts of, as they were read. */
      readonly objects: readonly Fields[];
      /** The same with the steps done. */
      readonly wanted: readonly Fields[];
    }
  | { readonly refused: string; readonly hint: string };

/** The objects of a cloud as it prints them, one by one. */
export type State = readonly Fields[];

/** Stands for somebody whose addresses the documents do not hold, so that rules about it can be told apart. */
export interface View {
  /** Rule sets of all that is guarded; `target` says whose the wish is about. */
  readonly ruleSets: (state: State) => readonly (SubjectRules & { readonly target: boolean })[];
  /** Set where its reader looks at TCP alone: the other protocols are kept by how rules are written. */
  readonly onlyTcp?: true;
  /** The addresses of one source of the wish; nothing: no such word. */
  readonly addressesOf: (word: string) => Addresses | undefined;
}

export class NoChange extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
