import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import type { Login, TlsFiles } from '../../index.ts';
import { credentials, type CredentialOptions } from './credentials.ts';
import { say } from './say.ts';

export const positive = (text: string): number => {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
};

export const secondsUpTo =
  (most: number, least = 0) =>
  (text: string): number => {
    const number = Number(text);
    if (text.trim() === '' || !Number.isFinite(number) || number < least)
      throw new InvalidArgumentError(`It must be a number of seconds from ${least} on.`);
    if (number > most) throw new InvalidArgumentError(`No more than ${most} seconds.`);
    return number;
  };

export const renamed = (text: string, all: readonly string[] = []): readonly string[] => {
  if (!/^[a-z]+=.+$/i.test(text))
    throw new InvalidArgumentError('Write ORIGINAL=new-name, as in CONFIG=cfg-7f3a.');
  return [...all, text];
};

export interface ReachFlags extends CredentialOptions {
  readonly tlsCa?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsServerName?: string | undefined;
  readonly insecure?: true | undefined;
  readonly timeout: number;
  readonly rename?: readonly string[] | undefined;
  readonly allowPublic?: true | undefined;
  readonly sshConfig?: string | undefined;
}

/** How a server is reached and who logs in: the same for every verb that talks to one. */
export interface Reach {
  readonly login: Login;
  readonly tls: TlsFiles;
  readonly timeout: number;
  readonly renames: ReadonlyMap<string, string>;
  readonly allowPublic: boolean;
  readonly sshConfig?: string;
}

const loginGroup = 'Who logs in (never on the command line: arguments are seen by every user of the host)';

/** The groups of a verb's help: its own first, then what is the same for all that reach servers, then the rest. */
export const ownFirst = <T>(groups: ReadonlyMap<string, T>): Map<string, T> => {
  const rank = (title: string): number =>
    [loginGroup, 'TLS', 'How'].includes(title) ? 1 : /^(?:Global )?Options:$/.test(title) ? 2 : 0;
  return new Map([...groups].toSorted(([a], [b]) => rank(a) - rank(b)));
};

/** A verb with the options by which servers are reached. */
export const reaching = (name: string) =>
  new Command(name)
    .optionsGroup(loginGroup)
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
    .option('--timeout <seconds>', 'for each step with a server', secondsUpTo(3600, 0.001), 3)
    .option('--rename <ORIGINAL=name>', 'a renamed command (may be given again)', renamed)
    .option('--ssh-config <file>', 'for hosts named ssh://: in place of your own ssh_config')
    .option('--allow-public', 'talk to a public address: only one that is yours');

/** A password in a URL stands in the process list until now: write over our own command line. */
export function hidePasswordsOfUrls(verb: string, targets: readonly string[]): void {
  if (!targets.some((target) => /:\/\/[^@]*:[^@]*@/.test(target))) return;
  process.title = `keyward ${verb}`;
  say('keyward: a password in a URL lands in shell history; REDISCLI_AUTH or --password-file do not.');
}

/** What the options say, with the password fetched from where they say. */
export async function reachOf(options: ReachFlags): Promise<Reach> {
  return {
    login: await credentials(options),
    tls: {
      // The watchdog, which gets them too, is at work in another folder.
      ...(options.tlsCa ? { ca: resolve(options.tlsCa) } : {}),
      ...(options.tlsCert ? { cert: resolve(options.tlsCert) } : {}),
      ...(options.tlsKey ? { key: resolve(options.tlsKey) } : {}),
      ...(options.tlsServerName ? { serverName: options.tlsServerName } : {}),
      insecure: options.insecure === true,
    },
    timeout: options.timeout * 1000,
    renames: new Map(
      (options.rename ?? []).map((pair) => [
        pair.split('=', 1)[0]?.toUpperCase() ?? '',
        pair.slice(pair.indexOf('=') + 1),
      ]),
    ),
    allowPublic: options.allowPublic === true,
    ...(options.sshConfig ? { sshConfig: resolve(options.sshConfig) } : {}),
  };
}
