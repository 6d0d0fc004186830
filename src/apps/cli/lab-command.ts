import { join } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { checks, renderPlan, renderProof, renderWholeWay, reports, runLab, runLabPart } from '../../index.ts';
import type { ExitCode } from './exit-code.ts';
import { colorful, columnsOf, print, say } from './say.ts';

export const labCommand = (done: (code: ExitCode) => void) =>
  new Command('lab')
    .description('the whole way on a weak real server with a live application; nothing is left behind')
    .option('-v, --verbose', 'both audits, the plan and the proof whole')
    .option('--ascii', 'no characters beyond ASCII')
    .addOption(new Option('--part <name>', 'started by the lab').choices(['inside', 'host']).hideHelp())
    .action(async ({ verbose, ascii, part }) => {
      if (part !== undefined) {
        await runLabPart(part);
        done(0);
        return;
      }
      // A checkout keeps what it unpacked here; the installed package has no such folder and takes what is installed.
      const cache = join(import.meta.dirname, '../../../.cache');
      const outcome = await runLab({
        directory: process.env.KEYWARD_SERVERS ?? join(cache, 'servers'),
        tools: process.env.KEYWARD_TOOLS ?? join(cache, 'tools'),
        say: (line) => say(`lab: ${line}`),
      });
      const look = {
        color: colorful(process.stdout),
        width: columnsOf(process.stdout),
        verbose: verbose === true,
        ascii: ascii === true,
      };
      if (verbose) {
        const { render } = await reports.terminal.load();
        await print([
          `${render(outcome.before, { ...look, checks })}\n`,
          `${renderPlan(outcome.plan, look)}\n`,
          `${renderProof(outcome.proof, look)}\n`,
          `${render(outcome.after, { ...look, checks })}\n`,
        ]);
      }
      await print(renderWholeWay(outcome, look));
      const { lost } = outcome.served;
      const broken = outcome.proof.summary.broken + (outcome.provedAround?.broken ?? 0);
      done(lost === 0 && outcome.outcome.kind === 'done' && broken === 0 ? 0 : 2);
    });
