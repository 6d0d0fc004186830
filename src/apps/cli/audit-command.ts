import { Option } from '@commander-js/extra-typings';
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
import type { ExitCode } from './exit-code.ts';
import { positive, reaching, reachOf } from './reach-options.ts';
import { colorful, columnsOf, print, say } from './say.ts';

const examples = `
Examples:
  keyward audit                                  every server on this host, with its files
  keyward audit redis://app@10.0.0.5             a server elsewhere (password: REDISCLI_AUTH)
  keyward audit /etc/redis/redis.conf            a file, without a server
  keyward audit --format html -o report.html     a page to pass on
  keyward audit --save today.json                a snapshot, to audit again offline

Exit codes: 0 clean, 1 findings at or above --fail-on, 2 could not do the job.`;

export const auditCommand = (done: (code: ExitCode) => void) =>
  reaching('audit')
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
    .optionsGroup('How')
    .option('--concurrency <n>', 'servers at a time', positive, 64)
    .option('--no-host', 'leave out processes, files and packages of this host')
    .addHelpText('after', examples)
    .action(async (targets, options) => {
      const how: AuditOptions = {
        ...(await reachOf(options)),
        concurrency: Math.ceil(options.concurrency),
        host: options.host,
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
