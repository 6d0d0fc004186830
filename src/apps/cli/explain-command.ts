import { Command } from '@commander-js/extra-typings';
import { checks, explain, listChecks, UsageError } from '../../index.ts';
import type { ExitCode } from './exit-code.ts';
import { print } from './say.ts';

export const explainCommand = (done: (code: ExitCode) => void) =>
  new Command('explain')
    .description('a check in full: why, what to do, good and bad examples; without an id, all of them')
    .argument('[id]', 'as it stands beside a finding: default-user-open')
    .action(async (id) => {
      if (id === undefined) {
        await print(listChecks(checks));
        done(0);
        return;
      }
      const check = checks.find((known) => known.id === id);
      if (!check) {
        const near = checks
          .filter((known) => known.id.includes(id.split('-')[0] ?? id))
          .slice(0, 5)
          .map((known) => known.id);
        throw new UsageError(
          `there is no check "${id}"`,
          near.length > 0 ? `Near it: ${near.join(', ')}.` : 'keyward explain lists them.',
        );
      }
      await print(explain(check));
      done(0);
    });
