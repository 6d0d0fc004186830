import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { checks, reports, runLab, severities, type LabOutcome } from '../../index.ts';
import type { ExitCode } from './exit-code.ts';
import { colorful, columnsOf, print, say } from './say.ts';

function sideBySide({ weak, wellKept }: LabOutcome): string {
  const [left] = weak.servers;
  const [right] = wellKept.servers;
  if (!left || !right) return '';
  const row = (name: string, a: string | number, b: string | number): string =>
    `  ${name.padEnd(24)}${String(a).padEnd(16)}${b}`;
  const cells = (of: typeof left): number | string =>
    of.exposure.known ? of.exposure.value.cells.filter(({ as }) => as.startsWith('nobody')).length : '?';
  return [
    '',
    row('', 'weak server', 'well-kept server'),
    row('verdict', left.health, right.health),
    row('open to nobody-at-all', `${cells(left)} cells`, `${cells(right)} cells`),
    ...severities
      .toReversed()
      .map((severity) => row(severity, left.counts[severity], right.counts[severity])),
    '',
  ].join('\n');
}

export const labCommand = (done: (code: ExitCode) => void) =>
  new Command('lab')
    .description('a weak and a well-kept real server, both audited; nothing is left behind')
    .option('-v, --verbose', 'long lists whole')
    .option('--ascii', 'no characters beyond ASCII')
    .action(async ({ verbose, ascii }) => {
      const outcome = await runLab({
        // A checkout keeps unpacked servers here; the installed package has no such folder and takes those on the PATH.
        directory: process.env.KEYWARD_SERVERS ?? join(import.meta.dirname, '../../../.cache/servers'),
        say: (line) => say(`lab: ${line}`),
      });
      const { render } = await reports.terminal.load();
      const options = {
        color: colorful(process.stdout),
        width: columnsOf(process.stdout),
        verbose: verbose === true,
        ascii: ascii === true,
        checks,
      };
      await print(
        `${render(outcome.weak, options)}\n${render(outcome.wellKept, options)}\n${sideBySide(outcome)}\n`,
      );
      done(outcome.weak.servers.length === 1 && outcome.wellKept.servers.length === 1 ? 0 : 2);
    });
