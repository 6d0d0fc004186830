import {
  renderings,
  renderPlan,
  signPlan,
  UsageError,
  writeOut,
  type MadePlan,
  type RenderingName,
} from '../../index.ts';
import { colorful, columnsOf, print, say } from './say.ts';

export interface PlanFlags {
  readonly output?: string | undefined;
  readonly sign?: string | undefined;
  readonly as?: RenderingName | undefined;
  readonly json?: true | undefined;
  readonly verbose?: true | undefined;
  readonly ascii?: true | undefined;
}

/** @throws UsageError before anything is looked at */
export function assertSignsFile({ sign, output }: PlanFlags): void {
  if (sign !== undefined && output === undefined)
    throw new UsageError('--sign needs --output', 'A signature belongs to a file: name it with -o.');
}

/** The plan as it was asked for: as a file, in another form, as JSON, or in words. */
export async function tellPlan(
  plan: MadePlan['plan'],
  { output, sign, as, json, verbose, ascii }: PlanFlags,
  answers: ReadonlyMap<string, string>,
): Promise<void> {
  const text = `${JSON.stringify(plan, undefined, 2)}\n`;
  if (output !== undefined) {
    await writeOut(output, text);
    if (sign !== undefined) await signPlan(output, sign);
  }
  if (as) await print((await renderings[as].load()).render(plan, answers));
  else if (json) await print(text);
  else
    await print(
      renderPlan(plan, {
        color: colorful(process.stdout),
        width: columnsOf(process.stdout),
        verbose: verbose === true,
        ascii: ascii === true,
      }),
    );
  if (output !== undefined)
    say(`keyward: wrote ${output}; nothing is changed yet.\n  Apply it with: keyward apply ${output}`);
}
