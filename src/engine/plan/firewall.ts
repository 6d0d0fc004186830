import type { PlanInput, PlannedParts, PlanSubject } from './input.ts';
import { answerNames } from './firewall-room.ts';
import { planSteps } from './plan-steps.ts';

export interface FirewallChoice extends Partial<Pick<PlanInput, 'refuse' | 'policy'>> {
  /** Addresses and networks of both families, CIDR; the host itself always gets through. */
  readonly allow: readonly string[];
  /** Absent: all that the server listens on for others. */
  readonly ports?: readonly number[];
  /** Rules that are gone at the next start of the host will do. */
  readonly untilReboot?: boolean;
}

/**
 * Steps that let only these sources reach these servers, by the packet filter of their hosts, whether a finding asks
 * for it or not. Pure.
 *
 * @example planFirewall(subjects, { allow: ['10.0.0.0/8', 'fd00::/8'] }).held[0]?.release // '--refuse default@203.0.113.9'
 */
export function planFirewall(
  subjects: readonly PlanSubject[],
  { allow, ports, untilReboot = false, refuse = [], policy = 'recommended' }: FirewallChoice,
): PlannedParts {
  const parts = planSteps({
    nodes: subjects,
    policy,
    only: ['firewall'],
    answers: new Map([
      [answerNames.from, allow.length === 0 ? 'localhost' : allow.join(',')],
      ...(ports ? [[answerNames.ports, ports.join(',')] as const] : []),
      ...(untilReboot ? [[answerNames.until, 'reboot'] as const] : []),
    ]),
    refuse,
    allowRestart: false,
  });
  return { ...parts, unmet: parts.unmet.filter(({ goal }) => goal.kind === 'reachable-only') };
}
