import { fromCidr } from '../../../lang/packets/index.ts';
import { printable } from '../../../lang/text/index.ts';
import { answerNames, isSoAlready } from '../../../engine/plan/index.ts';
import { makePlan, type MadePlan } from '../change/make-plan.ts';
import type { PlanOptions } from '../change/options.ts';
import { UsageError } from '../usage-error.ts';

export interface FirewallChangeOptions extends Omit<
  PlanOptions,
  'policy' | 'only' | 'except' | 'level' | 'answers' | 'deleteUsers' | 'allowRestart'
> {
  /** Absent: all that the server listens on for others. */
  readonly ports?: readonly number[];
  /** Rules that are gone at the next start of the host will do. */
  readonly untilReboot?: boolean;
}

export interface FirewallChange extends MadePlan {
  /** On every host the rules are there: nothing is to be done, and nothing stands in the way. */
  readonly already: boolean;
}

/** The plan of `allowSources` and `denySources`. */
export async function planChange(
  what: 'allow' | 'deny',
  sources: readonly string[],
  targets: readonly string[],
  { ports, untilReboot = false, ...options }: FirewallChangeOptions = {},
): Promise<FirewallChange> {
  const wrong = sources.find((text) => fromCidr(text) === undefined);
  if (sources.length === 0 || wrong !== undefined)
    throw new UsageError(
      `${wrong === undefined ? 'No source' : printable(wrong, 60)} is neither an address nor a network`,
      'Write it as 203.0.113.9 or 203.0.113.0/24.',
    );
  const { plan, before } = await makePlan(targets, {
    ...options,
    only: ['firewall'],
    answers: new Map([
      [answerNames.from, `${what === 'allow' ? '+' : '-'}${sources.join(',')}`],
      ...(ports ? [[answerNames.ports, ports.join(',')] as const] : []),
      ...(untilReboot ? [[answerNames.until, 'reboot'] as const] : []),
    ]),
  });
  const unmet = plan.unmet.filter(({ goal }) => goal.kind === 'reachable-only');
  // Said as this verb takes it.
  const held = plan.held.map((step) => ({
    ...step,
    release: step.release.replace(`--set ${answerNames.until}=reboot`, '--until-reboot'),
  }));
  const already = unmet.length > 0 && unmet.every(isSoAlready) && plan.steps.length + held.length === 0;
  return { plan: { ...plan, unmet, held }, before, already };
}
