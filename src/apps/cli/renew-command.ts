import { applyPlan, makeRenewal, renderPlan, UsageError } from '../../index.ts';
import { sayOutcome } from './apply-command.ts';
import type { ExitCode } from './exit-code.ts';
import { positive, reaching, reachOf } from './reach-options.ts';
import { colorful, columnsOf, print, say } from './say.ts';

export const renewCommand = (done: (code: ExitCode) => void) =>
  reaching('renew')
    .description('a new certificate of the same authority, loaded without a restart, and seen to be served')
    .argument('[targets...]', 'rediss:// servers whose certificates Keyward made; none: this host')
    .optionsGroup('How it is done')
    .option('--days <n>', 'how long it is valid', positive, 397)
    .option('--new-key', 'a new private key as well')
    .option('--dry-run', 'show the steps only')
    .option('--ascii', 'no characters beyond ASCII')
    .action(async (targets, options) => {
      const reach = await reachOf(options);
      const { plan } = await makeRenewal(targets, {
        ...reach,
        days: Math.ceil(options.days),
        newKey: options.newKey === true,
        censusSeconds: 0,
      });
      await print(
        renderPlan(plan, {
          color: colorful(process.stdout),
          width: columnsOf(process.stdout),
          verbose: false,
          ascii: options.ascii === true,
        }),
      );
      if (options.dryRun) return done(plan.steps.length > 0 ? 1 : 0);
      const [unmet] = plan.unmet;
      if (unmet) throw new UsageError(`${unmet.node}: ${unmet.why}`, `${unmet.advice}.`);
      const result = await applyPlan(plan, { ...reach, confirmWithin: 0, say });
      return done(sayOutcome(result, plan.id));
    });
