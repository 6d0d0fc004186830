import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { checks, renderPlan, renderProof, renderWholeWay, reports, runLab } from '../../index.ts';
import type { ExitCode } from './exit-code.ts';
import { colorful, columnsOf, print, say } from './say.ts';

export const labCommand = (done: (code: ExitCode) => void) =>
  new Command('lab')
    .description('the whole way on a weak real server with a live application; nothing is left behind')
    .option('-v, --verbose', 'both audits, the plan and the proof whole')
    .option('--ascii', 'no characters beyond ASCII')
    .action(async ({ verbose, ascii }) => {
      const outcome = await runLab({
        // A checkout keeps unpacked servers here; the installed package has no such folder and takes those on the PATH.
        directory: process.env.KEYWARD_SERVERS ?? join(import.meta.dirname, '../../../.cache/servers'),
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
      done(lost === 0 && outcome.outcome.kind === 'done' && outcome.proof.summary.broken === 0 ? 0 : 2);
    });
