import { Command, CommanderError, Help } from '@commander-js/extra-typings';
import { UsageError, version } from '../../index.ts';
import { applyCommand } from './apply-command.ts';
import { auditCommand } from './audit-command.ts';
import { explainCommand } from './explain-command.ts';
import { firewallCommand } from './firewall-command.ts';
import { labCommand } from './lab-command.ts';
import { planCommand } from './plan-command.ts';
import { ownFirst } from './reach-options.ts';
import { renewCommand } from './renew-command.ts';
import { rotateCommand } from './rotate-command.ts';
import { confirmCommand, journalsCommand, proveCommand, undoCommand } from './settle-commands.ts';
import type { ExitCode } from './exit-code.ts';
import { say } from './say.ts';

export { said } from './say.ts';

const verbs: Readonly<Record<string, (done: (code: ExitCode) => void) => Command>> = {
  audit: auditCommand,
  plan: planCommand,
  apply: applyCommand,
  confirm: confirmCommand,
  prove: proveCommand,
  undo: undoCommand,
  rotate: rotateCommand,
  renew: renewCommand,
  journals: journalsCommand,
  firewall: firewallCommand,
  explain: explainCommand,
  lab: labCommand,
} as never;

/**
 * The command line: with every verb, or only the one that was asked for, so that an audit does not wait for the options
 * of all others. Each gives its exit code to `done` and loads what it needs when it runs, not before.
 */
export function program(done: (code: ExitCode) => void, asked?: string): Command {
  const whole: Command = new Command('keyward')
    .description('Makes every Redis you run safe, and proves it.')
    .version(version, '-V, --version')
    .showHelpAfterError('(keyward --help lists what there is)')
    .configureHelp({
      showGlobalOptions: true,
      groupItems: (...items) => ownFirst(new Help().groupItems(...items)),
    })
    .configureOutput({ writeErr: (text) => say(text.trimEnd()) })
    .exitOverride();
  const wanted = asked !== undefined && Object.hasOwn(verbs, asked) ? [asked] : Object.keys(verbs);
  for (const name of wanted) {
    // A command that is added does not inherit by itself: bad options of a verb would exit with 1, which means findings.
    const verb = verbs[name]?.(done).copyInheritedSettings(whole);
    for (const below of verb?.commands ?? []) below.copyInheritedSettings(whole);
    if (verb) whole.addCommand(verb);
  }
  return whole;
}

/** Runs one command line. Errors of the user end here, in one sentence with a hint; ours keep their stack. */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  try {
    await program((outcome) => {
      code = outcome;
    }, args[0]).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof UsageError) {
      say(`keyward: ${error.message}\n  ${error.hint}`);
      return 2;
    }
    // Commander has said what was wrong with the options; help and version are no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    say(
      `keyward: this is a fault of Keyward, not of yours. Please report it with the lines below.\n${error instanceof Error ? error.stack : String(error)}`,
    );
    return 2;
  }
}
