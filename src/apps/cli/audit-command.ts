import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import {
  auditTargets,
  checks,
  exitCodeOf,
  reportNames,
  reports,
  saveSnapshot,
  severities,
  writeOut,
  type AuditOptions,
} from '../../index.ts';
import { credentials } from './credentials.ts';
import type { ExitCode } from './exit-code.ts';
import { colorful, columnsOf, print, say } from './say.ts';

const positive = (text: string): number => {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
};

const seconds = (text: string): number => {
  const number = positive(text);
  if (number > 3600) throw new InvalidArgumentError('No more than an hour (3600).');
  return number;
};

const renamed = (text: string, all: readonly string[] = []): readonly string[] => {
  if (!/^[a-z]+=.+$/i.test(text))
    throw new InvalidArgumentError('Write ORIGINAL=new-name, as in CONFIG=cfg-7f3a.');
  return [...all, text];
};

const examples = `
Examples:
  keyward audit                                  every server on this host, with its files
  keyward audit redis://app@10.0.0.5             a server elsewhere (password: REDISCLI_AUTH)
  keyward audit /etc/redis/redis.conf            a file, without a server
  keyward audit --format html -o report.html     a page to pass on
  keyward audit --save today.json                a snapshot, to audit again offline

Exit codes: 0 clean, 1 findings at or above --fail-on, 2 could not do the job.`;

export const auditCommand = (done: (code: ExitCode) => void) =>
  new Command('audit')
    .description('what a stranger can do to this server, from where, as whom')
    .argument(
      '[targets...]',
      'redis://, rediss://, unix://, host:port, a redis.conf, a snapshot; none: this host',
    )
    .optionsGroup('What comes out')
    .addOption(
      new Option('-f, --format <name>', 'how to say it').choices(reportNames).default('terminal' as const),
    )
    .option('-o, --output <file>', 'write there, not to standard output (mode 0600)')
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 from this severity on')
        .choices(severities)
        .default('low' as const),
    )
    .option(
      '--save <file>',
      'keep the evidence as a snapshot (mode 0600); audit it again with: keyward audit <file>',
    )
    .option('-v, --verbose', 'everything: also what passed, and long lists whole')
    .option('--ascii', 'no characters beyond ASCII in the terminal report')
    .optionsGroup('Who logs in (never on the command line: arguments are seen by every user of the host)')
    .option('-u, --user <name>', 'the ACL user')
    .option('--password-file <file>', 'its password: the first line of this file')
    .option('--password-env <name>', 'its password: this variable (default: REDISCLI_AUTH)')
    .option('--ask-password', 'its password: asked for')
    .optionsGroup('TLS')
    .option('--tls-ca <file>', 'authorities to trust')
    .option('--tls-cert <file>', 'client certificate')
    .option('--tls-key <file>', 'its key')
    .option('--tls-server-name <name>', 'the name to ask for')
    .option('--insecure', 'log in although the certificate is not trusted')
    .optionsGroup('How')
    .option('--timeout <seconds>', 'for each step with a server', seconds, 3)
    .option('--concurrency <n>', 'servers at a time', positive, 64)
    .option('--rename <ORIGINAL=name>', 'a renamed command (may be given again)', renamed)
    .option('--no-host', 'leave out processes, files and packages of this host')
    .option('--allow-public', 'audit a public address: only one that is yours')
    .addHelpText('after', examples)
    .action(async (targets, options) => {
      const login = await credentials(options);
      const how: AuditOptions = {
        login,
        tls: {
          ...(options.tlsCa ? { ca: options.tlsCa } : {}),
          ...(options.tlsCert ? { cert: options.tlsCert } : {}),
          ...(options.tlsKey ? { key: options.tlsKey } : {}),
          ...(options.tlsServerName ? { serverName: options.tlsServerName } : {}),
          insecure: options.insecure === true,
        },
        timeout: options.timeout * 1000,
        concurrency: Math.ceil(options.concurrency),
        renames: new Map(
          (options.rename ?? []).map((pair) => [
            pair.split('=', 1)[0]?.toUpperCase() ?? '',
            pair.slice(pair.indexOf('=') + 1),
          ]),
        ),
        host: options.host,
        allowPublic: options.allowPublic === true,
      };
      hidePasswordsOfUrls(targets);
      const result = await auditTargets(targets, how);
      if (options.save) await saveSnapshot(options.save, result);
      const report = await reports[options.format].load();
      const look = {
        color: options.output === undefined && colorful(process.stdout),
        width: options.output === undefined ? columnsOf(process.stdout) : 80,
        verbose: options.verbose === true,
        ascii: options.ascii === true,
        checks,
      };
      const text = report.parts?.(result, look) ?? [report.render(result, look)];
      if (options.output) await writeOut(options.output, text);
      else await print(text);
      // A person who reads the report on a screen has seen them there.
      const seen = options.format === 'terminal' && options.output === undefined && process.stdout.isTTY;
      for (const { target, problem } of seen ? [] : result.failures) say(`keyward: ${target}: ${problem}`);
      if (options.output) say(`keyward: wrote ${options.output}`);
      done(exitCodeOf(result, options.failOn));
    });

/** A password in a URL stands in the process list until now: write over our own command line. */
function hidePasswordsOfUrls(targets: readonly string[]): void {
  if (!targets.some((target) => /:\/\/[^@]*:[^@]*@/.test(target))) return;
  process.title = 'keyward audit';
  say('keyward: a password in a URL lands in shell history; REDISCLI_AUTH or --password-file do not.');
}
