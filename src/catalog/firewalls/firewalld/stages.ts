/** The places in the kernel where firewalld sorts packets by zone, with the names that its chains have there. */
import type { BaseChain } from '../../../lang/packets/index.ts';
import type { Policy } from './model.ts';

export type Stage = 'input' | 'forward' | 'redirect' | 'masquerade' | 'mark';

export interface StageFacts {
  readonly chain: string;
  /** Before the name of a zone or a policy. */
  readonly prefix: string;
  readonly hook: BaseChain['hook'];
  readonly type: BaseChain['type'];
  readonly priority: number;
}

export const stages: Readonly<Record<Stage, StageFacts>> = {
  input: { chain: 'filter_INPUT', prefix: 'filter_IN_', hook: 'input', type: 'filter', priority: 0 },
  forward: { chain: 'filter_FORWARD', prefix: 'filter_FWD_', hook: 'forward', type: 'filter', priority: 0 },
  redirect: { chain: 'nat_PREROUTING', prefix: 'nat_PRE_', hook: 'prerouting', type: 'nat', priority: -100 },
  masquerade: {
    chain: 'nat_POSTROUTING',
    prefix: 'nat_POST_',
    hook: 'postrouting',
    type: 'nat',
    priority: 100,
  },
  mark: {
    chain: 'mangle_PREROUTING',
    prefix: 'mangle_PRE_',
    hook: 'prerouting',
    type: 'filter',
    priority: -150,
  },
};

export const stageNames: readonly Stage[] = ['mark', 'redirect', 'input', 'forward', 'masquerade'];

/**
 * Where a policy is asked. What the host itself sends is left out: answers are let through before any policy, and so is
 * what it sends to itself. `doubtful`: by some versions only.
 */
export function stagesOf({ ingress, egress }: Policy): ReadonlyMap<Stage, 'sure' | 'doubtful'> {
  const sure = (...some: readonly Stage[]) => some.map((stage) => [stage, 'sure'] as const);
  if (ingress.length === 0 || egress.length === 0 || ingress.includes('HOST')) return new Map();
  if (egress.includes('HOST')) {
    if (ingress.includes('ANY')) return new Map(sure('input', 'redirect', 'mark'));
    return new Map([...sure('input'), ['redirect', 'doubtful'], ['mark', 'doubtful']]);
  }
  if (egress.includes('ANY')) return new Map(sure('forward', 'redirect', 'mark', 'masquerade'));
  // By where packets go nothing is sorted before the kernel has looked for their way, but by their address.
  return new Map([...sure('forward', 'masquerade'), ['redirect', 'doubtful'], ['mark', 'doubtful']]);
}
