import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import {
  checks,
  renderPlan,
  renderProof,
  reports,
  runLab,
  severities,
  type LabOutcome,
  type ServerAudit,
} from '../../index.ts';
import type { ExitCode } from './exit-code.ts';
import { colorful, columnsOf, print, say } from './say.ts';

const cellsOf = ({ exposure }: ServerAudit): string =>
  exposure.known
    ? `${exposure.value.cells.filter(({ as }) => as.startsWith('nobody')).length} cells`
    : 'not known';

function sideBySide({ before, after, served, proof }: LabOutcome): string {
  const [left] = before.servers;
  const [right] = after.servers;
  if (!left || !right) return '';
  const row = (name: string, a: string | number, b: string | number): string =>
    `  ${name.padEnd(24)}${String(a).padEnd(16)}${b}`;
  return [
    '',
    row('', 'before', 'after'),
    row('verdict', left.health, right.health),
    row('open to nobody-at-all', cellsOf(left), cellsOf(right)),
    ...severities
      .toReversed()
      .map((severity) => row(severity, left.counts[severity], right.counts[severity])),
    '',
    `  proved from outside: ${proof.summary.held} claims held, ${proof.summary.broken} did not`,
    `  the application: ${served.requests} requests meanwhile, ${served.lost} lost`,
    '',
  ].join('\n');
}

export const labCommand = (done: (code: ExitCode) => void) =>
  new Command('lab')
    .description('the whole way on a weak real server with a live application; nothing is left behind')
    .option('-v, --verbose', 'long lists whole')
    .option('--ascii', 'no characters beyond ASCII')
    .action(async ({ verbose, ascii }) => {
      const outcome = await runLab({
        // A checkout keeps unpacked servers here; the installed package has no such folder and takes those on the PATH.
        directory: process.env.KEYWARD_SERVERS ?? join(import.meta.dirname, '../../../.cache/servers'),
        say: (line) => say(`lab: ${line}`),
      });
      const { render } = await reports.terminal.load();
      const look = {
        color: colorful(process.stdout),
        width: columnsOf(process.stdout),
        verbose: verbose === true,
        ascii: ascii === true,
      };
      await print(
        [
          render(outcome.before, { ...look, checks }),
          renderPlan(outcome.plan, look),
          renderProof(outcome.proof, look),
          render(outcome.after, { ...look, checks }),
          `${sideBySide(outcome)}\n`,
        ].join('\n'),
      );
      const { lost } = outcome.served;
      done(lost === 0 && outcome.outcome.kind === 'done' && outcome.proof.summary.broken === 0 ? 0 : 2);
    });
