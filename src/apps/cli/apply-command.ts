import { readFile } from 'node:fs/promises';
import {
  applyPlan,
  loadPlan,
  planFrom,
  UsageError,
  verifyPlan,
  type ApplyResult,
  type Resource,
} from '../../index.ts';
import type { ExitCode } from './exit-code.ts';
import { reaching, reachOf, secondsUpTo } from './reach-options.ts';
import { print, say } from './say.ts';

const naming = (resource: Resource): string => {
  switch (resource.kind) {
    case 'setting':
      return `setting ${resource.name} of ${resource.node}`;
    case 'user':
      return `user ${resource.user} of ${resource.node}`;
    case 'file':
      return resource.path;
    case 'access':
      return `owner and mode of ${resource.path}`;
    case 'process':
      return `process of ${resource.node}`;
    case 'saved':
      return `what ${resource.node} saved of itself`;
    case 'sentinel':
      return `${resource.option} of ${resource.master} at ${resource.node}`;
    case 'kept-firewall':
      return `our rules for port ${resource.port} in ${resource.path}`;
    case 'firewall':
      return `our rules for port ${resource.port} of ${resource.node} (${resource.backend})`;
  }
};

/** What is said at the end, and the exit code. */
export function sayOutcome({ outcome, journal, secrets }: ApplyResult, plan: string): ExitCode {
  switch (outcome.kind) {
    case 'applied':
      say(
        [
          'keyward: applied, and everything was proved.',
          `  Without your confirmation it comes back by itself at ${outcome.deadline}.`,
          ...(secrets ? [`  The new logins are in ${secrets} (mode 0600).`] : []),
          `  To keep it: keyward confirm ${plan}`,
        ].join('\n'),
      );
      return 0;
    case 'done':
      say(
        [
          'keyward: done, proved and confirmed.',
          ...(secrets ? [`  The new logins are in ${secrets} (mode 0600).`] : []),
          `  To take it back: keyward undo ${plan}`,
        ].join('\n'),
      );
      return 0;
    case 'undone':
      say(
        `keyward: undone, everything is as it was: ${outcome.why}${journal ? `\n  What was done is in ${journal}` : ''}`,
      );
      return 1;
    case 'refused':
      say(`keyward: refused, nothing was changed: ${outcome.why}`);
      return 2;
    case 'stuck':
      say(
        [
          `keyward: STUCK, some of it could not be put back: ${outcome.why}`,
          ...outcome.left.map(({ resource, why }) => `  ${naming(resource)}: ${why}`),
          `  Mend what stands in the way, then: keyward undo ${journal ?? plan}`,
        ].join('\n'),
      );
      return 2;
  }
}

const secretsOnce = async (path: string): Promise<string> => {
  const { secrets } = JSON.parse(await readFile(path, 'utf8')) as { readonly secrets: unknown };
  return `${JSON.stringify(secrets, undefined, 2)}\n`;
};

/** The plan; where a signature is asked for, from the very bytes that carry it. */
async function reviewed(
  path: string,
  {
    allowedSigners,
    signer,
  }: { readonly allowedSigners?: string | undefined; readonly signer?: string | undefined },
): ReturnType<typeof loadPlan> {
  if (allowedSigners === undefined) {
    if (signer !== undefined)
      throw new UsageError('--signer needs --allowed-signers', 'Name the file that has the keys of signers.');
    return loadPlan(path);
  }
  if (signer === undefined)
    throw new UsageError('--allowed-signers needs --signer', 'Name the identity, as it stands in that file.');
  return planFrom(await verifyPlan(path, allowedSigners, signer), path);
}

export const applyCommand = (done: (code: ExitCode) => void) =>
  reaching('apply')
    .description('do a reviewed plan: all of it, proved, or nothing')
    .argument('<plan>', 'a file that `keyward plan -o` wrote')
    .optionsGroup('How it is applied')
    .option(
      '--secrets <file>',
      'where the generated passwords go (mode 0600); those that it has are used; - prints them, once',
    )
    .option('--patience <seconds>', 'how long clients get to move to new logins', secondsUpTo(604_800), 60)
    .option(
      '--confirm-within <seconds>',
      'it comes back by itself without `keyward confirm`; 0: confirm at once, when every login works over a new connection',
      secondsUpTo(604_800),
      300,
    )
    .option(
      '--allowed-signers <file>',
      'apply only what one of these signed (ssh-keygen format; PLAN.sig beside the plan)',
    )
    .option('--signer <identity>', 'who must have signed')
    .action(async (path, options) => {
      const loaded = await reviewed(path, options);
      if ('problem' in loaded) throw new UsageError(loaded.problem, 'Make a new one with keyward plan -o.');
      const result = await applyPlan(loaded.plan, {
        ...(await reachOf(options)),
        ...(options.secrets && options.secrets !== '-' ? { secretsFile: options.secrets } : {}),
        patience: options.patience,
        confirmWithin: options.confirmWithin,
        say,
      });
      // What confirm, prove and undo log in with stays beside the journal; this is for whoever reads it now.
      if (options.secrets === '-' && result.secrets) await print(await secretsOnce(result.secrets));
      done(sayOutcome(result, loaded.plan.id));
    });
