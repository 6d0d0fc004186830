import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import {
  diffFirewall,
  renderFirewall,
  showFirewall,
  whyFirewall,
  type FirewallOptions,
  type FirewallReport,
  type NamedRange,
} from '../../index.ts';
import { cloudCommand } from './cloud-command.ts';
import { firewallChangeCommand } from './firewall-change-command.ts';
import type { ExitCode } from './exit-code.ts';
import { hidePasswordsOfUrls, reaching, reachOf, type ReachFlags } from './reach-options.ts';
import { colorful, columnsOf, print, say } from './say.ts';

const port = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw new InvalidArgumentError('It must be a port, 1 to 65535.');
  return number;
};

const several = (text: string, all: readonly string[] = []): readonly string[] => [...all, text];

const named = (text: string, all: readonly NamedRange[] = []): readonly NamedRange[] => {
  const [first = '', range] = text.split('=', 2);
  return [...all, range === undefined ? { name: 'office', range: first } : { name: first, range }];
};

interface FirewallFlags extends ReachFlags {
  readonly file?: readonly string[] | undefined;
  readonly port?: number | undefined;
  readonly interface?: string | undefined;
  readonly address?: readonly string[] | undefined;
  readonly office?: readonly NamedRange[] | undefined;
  readonly format: 'terminal' | 'json';
  readonly verbose?: true | undefined;
  readonly ascii?: true | undefined;
}

const asking = (name: string) =>
  reaching(name)
    .optionsGroup('What is asked')
    .option('--office <[name=]range>', 'an own range, by its name in the answer (may be given again)', named)
    .option(
      '--file <rules>',
      'a file with rules in place of a host: iptables-save, ipset save, nft (may be given again)',
      several,
    )
    .option('--port <port>', 'with --file: the port of the server', port)
    .option('--interface <name>', 'with --file: where strangers come in (default: eth0)')
    .option('--address <address>', 'with --file: its own address there (may be given again)', several)
    .optionsGroup('What comes out')
    .addOption(
      new Option('-f, --format <name>', 'how to say it')
        .choices(['terminal', 'json'] as const)
        .default('terminal' as const),
    )
    .option('-v, --verbose', 'long lists whole')
    .option('--ascii', 'no characters beyond ASCII');

async function optionsOf(flags: FirewallFlags): Promise<FirewallOptions> {
  const { file, port: asked, interface: name, address, office } = flags;
  if (file === undefined && (asked !== undefined || name !== undefined || address !== undefined))
    say('keyward: --port, --interface and --address are for --file; they are left out.');
  return {
    ...(await reachOf(flags)),
    ...(office ? { names: office } : {}),
    ...(file
      ? {
          files: file,
          supposed: {
            port: asked ?? 6379,
            ...(name === undefined ? {} : { interface: name }),
            ...(address === undefined ? {} : { addresses: address }),
          },
        }
      : {}),
  };
}

async function tell(report: FirewallReport, flags: FirewallFlags): Promise<void> {
  const look = {
    color: colorful(process.stdout),
    width: columnsOf(process.stdout),
    verbose: flags.verbose === true,
    ascii: flags.ascii === true,
    checks: [],
  };
  await print(
    flags.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : renderFirewall(report, look),
  );
  for (const { target, problem } of report.failures) say(`keyward: ${target}: ${problem}`);
}

/** 2 where some answer is missing; 1 where somebody from elsewhere gets in, or a restart changes something. */
export function exitCodeOf({ asked, servers, failures }: FirewallReport): ExitCode {
  const missing = ({ unknown, problems }: FirewallReport['servers'][number]): boolean =>
    unknown !== undefined || problems.length > 0;
  if (failures.length > 0 || servers.length === 0 || servers.some(missing)) return 2;
  const found = servers.some(({ origins, drift }) =>
    asked === 'diff'
      ? drift !== undefined && drift.changes.length + drift.unsaved.length + drift.unloaded.length > 0
      : origins.some(({ reach, refused }) => reach !== 'host' && refused === undefined),
  );
  return found ? 1 : 0;
}

const targetsHelp = 'redis://, rediss://, unix://, host:port, a snapshot; none: this host';

export const firewallCommand = (done: (code: ExitCode) => void) =>
  new Command('firewall')
    .description('who gets through packet filters to each port, and by which rule')
    .addCommand(
      asking('show')
        .description('who reaches each port, and the rules that decide')
        .argument('[targets...]', targetsHelp)
        .addHelpText(
          'after',
          `
Examples:
  keyward firewall show                                     every server on this host (as root)
  keyward firewall show --office 203.0.113.0/24
  keyward firewall show --file rules.v4 --port 6379 --interface eth0 --address 10.0.0.5
  keyward firewall show today.json                          rules as a snapshot has them

Exit codes: 0 only this host gets in, 1 others do, 2 could not do the job.`,
        )
        .action(async (targets, flags) => {
          hidePasswordsOfUrls('firewall', targets);
          const report = await showFirewall(targets, await optionsOf(flags));
          await tell(report, flags);
          done(exitCodeOf(report));
        }),
    )
    .addCommand(
      asking('why')
        .description('which rule decides over one source, and the way that it takes')
        .argument('<source>', 'an address or a network: 203.0.113.9, 10.0.0.0/8')
        .argument('[targets...]', targetsHelp)
        .addHelpText(
          'after',
          `
Examples:
  keyward firewall why 203.0.113.9
  keyward firewall why 10.0.0.0/8 --file ruleset.json --port 6379

Exit codes: 0 it does not get in, 1 it does or may, 2 could not do the job.`,
        )
        .action(async (source, targets, flags) => {
          hidePasswordsOfUrls('firewall', targets);
          const report = await whyFirewall(source, targets, await optionsOf(flags));
          await tell(report, flags);
          done(exitCodeOf(report));
        }),
    )
    .addCommand(
      asking('diff')
        .description('what a restart of the host changes: rules that run, and those of the files')
        .argument('[targets...]', targetsHelp)
        .addHelpText('after', '\nExit codes: 0 nothing, 1 something, 2 could not do the job.')
        .action(async (targets, flags) => {
          hidePasswordsOfUrls('firewall', targets);
          const report = await diffFirewall(targets, await optionsOf(flags));
          await tell(report, flags);
          done(exitCodeOf(report));
        }),
    )
    .addCommand(firewallChangeCommand('allow', done))
    .addCommand(firewallChangeCommand('deny', done))
    .addCommand(cloudCommand(done));
