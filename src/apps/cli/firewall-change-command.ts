import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { allowSources, denySources, renderingNames, type FirewallChange } from '../../index.ts';
import type { ExitCode } from './exit-code.ts';
import { hidePasswordsOfUrls, reaching, reachOf, secondsUpTo } from './reach-options.ts';
import { assertSignsFile, tellPlan } from './tell-plan.ts';

const several = (text: string, all: readonly string[] = []): readonly string[] => [
  ...all,
  ...text.split(',').map((part) => part.trim()),
];

const ports = (text: string): readonly number[] =>
  text.split(',').map((word) => {
    const port = Number(word);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new InvalidArgumentError('They must be ports with commas, 1 to 65535.');
    return port;
  });

/** What begins with an address is meant as one: a server has a port, or a scheme, or a name. */
const isSource = (word: string): boolean =>
  /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,3})?$/.test(word) ||
  /^[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?::?\d{1,3}(?:\.\d{1,3}){3})?(?:\/\d{1,3})?$/i.test(word);

const verbs = {
  allow: {
    description: 'a plan: these sources may open connections, beside those who may so far',
    does: allowSources,
    examples: `
Examples:
  keyward firewall allow 10.0.0.0/8 fd00::/8              only these, and this host itself
  keyward firewall allow 192.0.2.7 redis://10.0.0.5 -o plan.json
  keyward apply plan.json`,
  },
  deny: {
    description: 'a plan: these sources may no longer open connections',
    does: denySources,
    examples: `
Examples:
  keyward firewall deny 203.0.113.0/24 -o plan.json
  keyward firewall deny 10.0.0.9 --refuse default@10.0.0.9    though it was seen to use the server`,
  },
} as const;

/** That nothing came out is a success only where it is so already. */
export const codeOf = ({ plan: { steps, held }, already }: FirewallChange): ExitCode =>
  steps.length + held.length > 0 ? 1 : already ? 0 : 2;

/** `keyward firewall allow` and `deny`: the smallest change to the packet filter of the servers' hosts, as a plan. */
export const firewallChangeCommand = (what: keyof typeof verbs, done: (code: ExitCode) => void) =>
  reaching(what)
    .description(verbs[what].description)
    .argument(
      '<sources...>',
      'addresses and networks; then servers: redis://, rediss://, unix://, host:port (none: this host)',
    )
    .optionsGroup('What is planned')
    .option('--ports <ports>', 'only these ports of the server, with commas (default: all of it)', ports)
    .option(
      '--refuse <who>',
      'these may be refused afterwards: default@10.0.0.5 (may be given again)',
      several,
    )
    .option('--until-reboot', 'rules that are gone when the host starts anew will do')
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
    .addHelpText(
      'after',
      `${verbs[what].examples}

Nothing is changed: keyward apply does that, and takes it back unless you confirm.

Exit codes: 0 it is so already, 1 steps are planned or held, 2 nothing could be planned.`,
    )
    .action(async (words, options) => {
      const targets = words.filter((word) => !isSource(word));
      hidePasswordsOfUrls('firewall', targets);
      assertSignsFile(options);
      const made = await verbs[what].does(words.filter(isSource), targets, {
        ...(await reachOf(options)),
        ...(options.ports ? { ports: options.ports } : {}),
        refuse: options.refuse ?? [],
        untilReboot: options.untilReboot === true,
        censusSeconds: options.census,
        ...(options.filesAt ? { filesAt: options.filesAt } : {}),
      });
      await tellPlan(made.plan, options, new Map());
      done(codeOf(made));
    });
