import { Argument, Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import {
  applyCloudChange,
  type CloudOutcome,
  connectCloud,
  planCloudChange,
  planCloudChangeLive,
  UsageError,
} from '../../index.ts';
import type { ExitCode } from './exit-code.ts';
import { print, say } from './say.ts';

type PortRange = readonly [from: number, to: number];

const ports = (text: string, all: readonly PortRange[] = []): readonly PortRange[] => {
  const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const [from, to] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1])];
  if (!found || from < 1 || to > 65_535 || from > to)
    throw new InvalidArgumentError('It must be a port, 1 to 65535, or a range: 6379-6381.');
  return [...all, [from, to]];
};

const several = (text: string, all: readonly string[] = []): readonly string[] => [...all, text];

/** `keyward firewall cloud …`: the rules of a cloud, changed on paper. */
export const cloudCommand = (done: (code: ExitCode) => void) =>
  new Command('cloud')
    .description('the smallest change to rules of AWS, Azure, GCP or Kubernetes, proved and printed')
    .addArgument(
      new Argument(
        '<who>',
        'only: these sources and nobody else; allow: these as well; deny: all but these',
      ).choices(['only', 'allow', 'deny'] as const),
    )
    .argument('<sources...>', '10.0.0.0/8, sg-…, pl-…, VirtualNetwork, tag:app, pods:app=web, …')
    .option(
      '--file <document>',
      'what the command line of the cloud printed as JSON (may be given again)',
      several,
    )
    .option(
      '--api <place>',
      'ask the cloud itself: aws:REGION, azure:SUBSCRIPTION/GROUP, gcp:PROJECT, kubernetes:CONTEXT',
    )
    .option('--yes', 'with --api: do it, and undo it where a step fails')
    .option('--port <port>', 'a TCP port, or a range (may be given again; default: 6379)', ports)
    .option('--owner <id>', 'the group, ACL, network or namespace, where the file holds several')
    .option(
      '--target <mark>',
      'a tag of the instances (GCP), or a label of the pods: app=redis (may be given again)',
      several,
    )
    .addOption(
      new Option('--as <form>', 'in whose words (default: the command line of the cloud)').choices([
        'terraform',
        'aws-cli',
        'az',
        'gcloud',
        'kubectl',
        'json',
      ] as const),
    )
    .option('--undo', 'print the way back in place of the change')
    .addHelpText(
      'after',
      `
Examples:
  aws ec2 describe-security-groups --output json > groups.json
  keyward firewall cloud only 10.0.0.0/8 sg-0123 --file groups.json --owner sg-0abc > change.sh
  keyward firewall cloud deny 203.0.113.0/24 --file nsg.json --as terraform
  keyward firewall cloud only pods:app=web --target app=redis --file policies.json --file pods.json

Without --yes nothing is changed anywhere: it is proved on paper, and printed for you to run.

Exit codes: 0 it is so, 1 a change is printed, 2 could not do the job.`,
    )
    .action(async (mode, sources, flags) => {
      const wish = {
        mode,
        sources,
        ports: flags.port ?? [[6379, 6379]],
        ...(flags.owner === undefined ? {} : { owner: flags.owner }),
        ...(flags.target === undefined ? {} : { target: flags.target }),
      };
      const look = { ...(flags.as === undefined ? {} : { form: flags.as }), undo: flags.undo === true };
      if ((flags.file === undefined) === (flags.api === undefined))
        throw new UsageError(
          'nothing is given to read',
          'Give a document with --file, or a cloud with --api.',
        );
      if (flags.yes && (flags.api === undefined || flags.undo))
        throw new UsageError('--yes goes with --api, and not with --undo', 'Run what --undo prints instead.');
      const connection = flags.api === undefined ? undefined : await connectCloud(flags.api);
      const planned = connection
        ? await planCloudChangeLive(connection, wish, look)
        : await planCloudChange(flags.file ?? [], wish, look);
      await print(planned.text);
      for (const note of planned.change.notes) say(`keyward: ${note}`);
      if (!connection || !flags.yes || planned.change.steps.length === 0) {
        done(planned.change.steps.length === 0 ? 0 : 1);
        return;
      }
      const outcome = await applyCloudChange(connection, planned);
      say(`keyward: ${sayOutcome(outcome)}`);
      done(outcome.result === 'done' ? 0 : 2);
    });

function sayOutcome(outcome: CloudOutcome): string {
  switch (outcome.result) {
    case 'done':
      return `done: ${outcome.did.map(({ name }) => name).join('; ')}`;
    case 'refused':
      return `nothing was done: ${outcome.because}`;
    case 'undone':
      return `undone, it is as it was: ${outcome.because}`;
    case 'stuck':
      return `${outcome.because}; and these are still in force, undo them by hand: ${outcome.left.map(({ name }) => name).join('; ')} (${outcome.undo})`;
  }
}
