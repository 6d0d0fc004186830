import { confirmPlan, listJournals, provenAgain, renderProof, undoPlan, writeOut } from '../../index.ts';
import { Command } from '@commander-js/extra-typings';
import type { ExitCode } from './exit-code.ts';
import { sayOutcome } from './apply-command.ts';
import { hidePasswordsOfUrls, reaching, reachOf, secondsUpTo } from './reach-options.ts';
import { colorful, columnsOf, print, say } from './say.ts';

const again = (text: string, all: readonly string[] = []): readonly string[] => [...all, text];

export const confirmCommand = (done: (code: ExitCode) => void) =>
  reaching('confirm')
    .description('keep what was applied: every new login is tried over a new connection first')
    .argument('<plan>', 'the id of the plan, or its journal')
    .action(async (named, options) => {
      const confirmed = await confirmPlan(named, await reachOf(options));
      if (confirmed.kind === 'done') {
        say(`keyward: confirmed; it stays.\n  To take it back: keyward undo ${named}`);
        done(0);
        return;
      }
      say(
        `keyward: not confirmed: ${confirmed.why}${
          confirmed.trials.length > 0
            ? '\n  The clock runs on: mend this and confirm again, or let it come back.'
            : ''
        }`,
      );
      done(2);
    });

export const undoCommand = (done: (code: ExitCode) => void) =>
  reaching('undo')
    .description('put back exactly what was, also days later, unless it was changed since')
    .argument('<plan>', 'the id of the plan, or its journal')
    .optionsGroup('How it is undone')
    .option(
      '--patience <seconds>',
      'how long clients get to go back to their logins from before',
      secondsUpTo(604_800),
      10,
    )
    .action(async (named, options) => {
      const outcome = await undoPlan(named, { ...(await reachOf(options)), goBackWithin: options.patience });
      const code = sayOutcome({ outcome, journal: named }, named);
      // Here it is what was asked for.
      done(outcome.kind === 'undone' ? 0 : code);
    });

export const proveCommand = (done: (code: ExitCode) => void) =>
  reaching('prove')
    .description('try again from outside, harmlessly, everything that was closed')
    .argument('<what>', 'the id of an applied plan, its journal, or a target')
    .option('--from <ssh://user@host>', 'try from that host too (may be given again)', again)
    .option('--outside', 'this host is a stranger to the server: try what shows over the network')
    .option('--at <address>', 'where the server is for those hosts: 10.0.0.5:6379')
    .option('-o, --output <file>', 'write the proof (JSON) there, mode 0600')
    .option('--json', 'the proof as JSON on standard output')
    .option('-v, --verbose', 'long lists whole')
    .option('--ascii', 'no characters beyond ASCII')
    .action(async (what, options) => {
      hidePasswordsOfUrls('prove', [what]);
      const proof = await provenAgain(what, {
        ...(await reachOf(options)),
        from: options.from ?? [],
        outside: options.outside === true,
        ...(options.at ? { at: options.at } : {}),
      });
      const json = `${JSON.stringify(proof, undefined, 2)}\n`;
      if (options.output) await writeOut(options.output, json);
      await print(
        options.json
          ? json
          : renderProof(proof, {
              color: colorful(process.stdout),
              width: columnsOf(process.stdout),
              verbose: options.verbose === true,
              ascii: options.ascii === true,
            }),
      );
      if (options.output) say(`keyward: wrote ${options.output}`);
      done(proof.summary.broken > 0 ? 1 : 0);
    });

export const journalsCommand = (done: (code: ExitCode) => void) =>
  new Command('journals').description('what was applied on this host, and how it ended').action(async () => {
    const rows = (await listJournals()).map(
      ({ plan, at, standing, targets }) => `${at}  ${plan}  ${standing.padEnd(28)}${targets.join(', ')}`,
    );
    await print(rows.length === 0 ? 'nothing was applied from here\n' : `${rows.join('\n')}\n`);
    done(0);
  });
