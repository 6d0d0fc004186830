import { applyPlan, makeRotation, renderPlan, UsageError } from '../../index.ts';
import { sayOutcome } from './apply-command.ts';
import type { ExitCode } from './exit-code.ts';
import { reaching, reachOf, secondsUpTo } from './reach-options.ts';
import { colorful, columnsOf, print, say } from './say.ts';

const examples = `
Examples:
  keyward rotate app redis://10.0.0.5 redis://10.0.0.6 --secrets app.json
        both passwords are valid while the clients move to the one in app.json;
        the old one goes when every connection is newer than the new password,
        and comes back when somebody is refused with it

Exit codes: 0 rotated, 1 everything is as it was, 2 could not do the job.`;

export const rotateCommand = (done: (code: ExitCode) => void) =>
  reaching('rotate')
    .description('replace a password without a refused login: two are valid while clients move')
    .argument('<user>', 'the user whose password it is')
    .argument('[targets...]', 'every server that has it; none: this host')
    .optionsGroup('How it is done')
    .option('--secrets <file>', 'where the new password goes (mode 0600), in the place of the old one')
    .option('--patience <seconds>', 'how long the clients get to move', secondsUpTo(604_800), 3600)
    .option(
      '--watch <seconds>',
      'once the old password is gone: a refused login of the user puts it back',
      secondsUpTo(3600),
      3,
    )
    .option('--dry-run', 'show the steps only')
    .option('--ascii', 'no characters beyond ASCII')
    .addHelpText('after', examples)
    .action(async (user, targets, options) => {
      const reach = await reachOf(options);
      const { plan } = await makeRotation(targets, {
        ...reach,
        rotated: user,
        watchSeconds: options.watch,
        censusSeconds: 0,
      });
      const look = {
        color: colorful(process.stdout),
        width: columnsOf(process.stdout),
        verbose: false,
        ascii: options.ascii === true,
      };
      await print(renderPlan(plan, look));
      if (options.dryRun) return done(plan.steps.length > 0 ? 1 : 0);
      const [unmet] = plan.unmet;
      if (unmet) throw new UsageError(`${unmet.node}: ${unmet.why}`, `${unmet.advice}.`);
      const result = await applyPlan(plan, {
        ...reach,
        ...(options.secrets ? { secretsFile: options.secrets } : {}),
        patience: options.patience,
        confirmWithin: 0,
        say,
      });
      return done(sayOutcome(result, plan.id));
    });
