import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { makePlan, policyNames, renderingNames, severities } from '../../index.ts';
import type { ExitCode } from './exit-code.ts';
import { hidePasswordsOfUrls, reaching, reachOf, secondsUpTo } from './reach-options.ts';
import { assertSignsFile, tellPlan } from './tell-plan.ts';

const several = (text: string, all: readonly string[] = []): readonly string[] => [
  ...all,
  ...text.split(',').map((part) => part.trim()),
];

const answer = (text: string, all: readonly (readonly [string, string])[] = []) => {
  const [name = '', ...rest] = text.split('=');
  if (!/^[a-z0-9._-]+$/i.test(name) || rest.length === 0)
    throw new InvalidArgumentError('Write name=value, as in maxmemory=2gb.');
  return [...all, [name, rest.join('=')] as const];
};

const examples = `
Examples:
  keyward plan                                    every server on this host, policy recommended
  keyward plan redis://10.0.0.5 -o plan.json      a file to review, sign, and apply
  keyward plan --policy essential --only authentication
  keyward plan --set maxmemory=2gb --restart      answers, and leave to restart the server
  keyward plan --as shell > harden.sh             for people who apply by other means

Nothing is changed. Then: keyward apply plan.json

Exit codes: 0 nothing to do, 1 the plan has steps, 2 could not do the job.`;

export const planCommand = (done: (code: ExitCode) => void) =>
  reaching('plan')
    .description('what would close it: ordered steps, each with what it changes and risks')
    .argument('[targets...]', 'redis://, rediss://, unix://, host:port; none: this host')
    .optionsGroup('What is planned')
    .addOption(
      new Option('--policy <name>', 'how far it goes').choices(policyNames).default('recommended' as const),
    )
    .option(
      '--only <names>',
      'checks, themes or kinds of step, with commas: these and what they rest on',
      several,
    )
    .option('--except <names>', 'not these', several)
    .addOption(new Option('--level <severity>', 'findings from this severity on').choices(severities))
    .option('--set <name=value>', 'what only you know: maxmemory=2gb (may be given again)', answer)
    .option(
      '--refuse <who>',
      'these may be refused afterwards: default@10.0.0.5 (may be given again)',
      several,
    )
    .option('--delete-user <names>', 'users that are to go, once nobody uses them', several)
    .option('--restart', 'the servers may be restarted')
    .option('--census <seconds>', 'how long to look who uses them', secondsUpTo(86_400), 2)
    .option('--files-at <ssh://user@host>', 'where the files of the servers are, when that is not this host')
    .optionsGroup('What comes out')
    .option('-o, --output <file>', 'write the plan (JSON) there, mode 0600')
    .option('--json', 'the plan as JSON on standard output')
    .addOption(
      new Option('--as <form>', 'the same for people who apply by other means').choices(renderingNames),
    )
    .option('--sign <key>', 'sign the file with this SSH key (writes FILE.sig)')
    .option('-v, --verbose', 'long lists whole')
    .option('--ascii', 'no characters beyond ASCII')
    .addHelpText('after', examples)
    .action(async (targets, options) => {
      hidePasswordsOfUrls('plan', targets);
      assertSignsFile(options);
      const answers = new Map(options.set ?? []);
      const { plan } = await makePlan(targets, {
        ...(await reachOf(options)),
        policy: options.policy,
        ...(options.only ? { only: options.only } : {}),
        ...(options.except ? { except: options.except } : {}),
        ...(options.level ? { level: options.level } : {}),
        answers,
        refuse: options.refuse ?? [],
        ...(options.deleteUser ? { deleteUsers: options.deleteUser } : {}),
        allowRestart: options.restart === true,
        censusSeconds: options.census,
        ...(options.filesAt ? { filesAt: options.filesAt } : {}),
      });
      await tellPlan(plan, options, answers);
      done(plan.steps.length > 0 ? 1 : 0);
    });
