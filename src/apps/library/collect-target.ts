import { randomBytes } from 'node:crypto';
import { collectConf, collectServer, type CollectedServer } from '../../adapters/collect/server.ts';
import type { CollectSettings, Login } from '../../adapters/collect/settings.ts';
import { seeProcesses } from '../../adapters/host/index.ts';
import { createSecretMeter } from '../../adapters/secrets/index.ts';
import { valueOr } from '../../model/index.ts';
import type { AuditOptions } from './audit-options.ts';
import type { ParsedTarget } from './parse-target.ts';

/** `salt`: one for the run: equal passwords on two servers are seen, and nothing can be told from a report. */
export function collectSettings(
  options: AuditOptions,
  salt: () => Uint8Array = () => randomBytes(32),
): CollectSettings {
  let seen: ReturnType<NonNullable<CollectSettings['seen']>> | undefined;
  return {
    login: options.login ?? {},
    tls: options.tls ?? { insecure: false },
    timeout: options.timeout ?? 3000,
    renames: options.renames ?? new Map(),
    host: options.host ?? true,
    allowPublic: options.allowPublic ?? false,
    meter: createSecretMeter(salt),
    seen: () => (seen ??= seeProcesses().then((processes) => valueOr(processes, []))),
    firewalls: new Map(),
    now: () => new Date().toISOString(),
  };
}

/** Credentials of the URL go before those of the options; a user without a password takes theirs. */
export function loginFor({ user, password }: ParsedTarget, login: Login): Login {
  if (password !== undefined) return { password, ...(user === undefined ? {} : { user }) };
  return user === undefined ? login : { ...login, user };
}

/**
 * Whether a server that was found, not named, gets the password: only one of root, of a system account, or our own.
 * Any other user of the host could start a program by that name and wait for it.
 */
const isTrusted = ({ process: found }: ParsedTarget): boolean =>
  found === undefined || found.process.uid < 1000 || found.process.uid === process.getuid?.();

/** Evidence of one target that is no snapshot. */
export async function collectTarget(
  parsed: ParsedTarget,
  settings: CollectSettings,
): Promise<CollectedServer> {
  const login = loginFor(parsed, settings.login);
  if (login.password === undefined || isTrusted(parsed)) return collectAs(parsed, { ...settings, login });
  const seen = await collectAs(parsed, { ...settings, login: {} });
  const problem = `no password was sent, since the server runs as ${parsed.process?.process.user ?? 'somebody else'}: name it as a target to log in`;
  return { ...seen, problem };
}

function collectAs(parsed: ParsedTarget, own: CollectSettings): Promise<CollectedServer> {
  const { target } = parsed;
  switch (target.kind) {
    case 'tcp':
    case 'unix':
      return collectServer(target, own, parsed);
    case 'conf':
      return collectConf(target, own);
    case 'snapshot':
      throw new Error('a snapshot is loaded, not collected');
  }
}
