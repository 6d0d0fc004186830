import { randomBytes } from 'node:crypto';
import { statSync, type Stats } from 'node:fs';
import { checks } from '../../catalog/checks/index.ts';
import { collectConf, collectServer, type CollectedServer } from '../../adapters/collect/server.ts';
import type { CollectSettings, Login, TlsFiles } from '../../adapters/collect/settings.ts';
import { findProcesses, seeProcesses } from '../../adapters/host/index.ts';
import { createSecretMeter } from '../../adapters/secrets/index.ts';
import { audit } from '../../engine/audit.ts';
import { derive } from '../../engine/derive/index.ts';
import { targetName, valueOr, type Audit, type Evidence, type ServerAudit } from '../../model/index.ts';
import { discover } from './discover.ts';
import { eachOf } from './each-of.ts';
import { parseTarget, type ParsedTarget } from './parse-target.ts';
import { loadSnapshot } from './snapshot.ts';
import { version } from './version.ts';

export type { Login, TlsFiles };

export interface AuditOptions {
  /** Used for every live target whose URL brings no credentials of its own. */
  readonly login?: Login;
  readonly tls?: TlsFiles;
  /** Milliseconds for each step with a server; 3000. */
  readonly timeout?: number;
  /** Servers at a time; 64. */
  readonly concurrency?: number;
  /** New names of renamed commands, by the original name in capitals. */
  readonly renames?: ReadonlyMap<string, string>;
  /** Look at processes, files and packages of this host; true. */
  readonly host?: boolean;
  /** Talk to public addresses; false. */
  readonly allowPublic?: boolean;
}

// A loop of links or a folder that may not be entered is no file either; whoever reads it says so.
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

const isFile = (path: string): boolean => statOf(path)?.isFile() ?? false;

/** One server's evidence, judged. Pure but for the loading of recorded tables: a snapshot gives the same again. */
export async function examine(name: string, evidence: Evidence): Promise<ServerAudit> {
  return audit(name, evidence, await derive(evidence), checks);
}

function settingsOf(options: AuditOptions): CollectSettings {
  let seen: ReturnType<NonNullable<CollectSettings['seen']>> | undefined;
  return {
    login: options.login ?? {},
    tls: options.tls ?? { insecure: false },
    timeout: options.timeout ?? 3000,
    renames: options.renames ?? new Map(),
    host: options.host ?? true,
    allowPublic: options.allowPublic ?? false,
    // One salt for the run: equal passwords on two servers are seen, and nothing can be told from a report.
    meter: createSecretMeter(() => randomBytes(32)),
    seen: () => (seen ??= seeProcesses().then((processes) => valueOr(processes, []))),
    firewalls: new Map(),
    now: () => new Date().toISOString(),
  };
}

/** Credentials of the URL go before those of the options; a user without a password takes theirs. */
function loginFor({ user, password }: ParsedTarget, login: Login): Login {
  if (password !== undefined) return { password, ...(user === undefined ? {} : { user }) };
  return user === undefined ? login : { ...login, user };
}

/** The login that goes with these targets: of the first URL that brings one, else that of the options. */
export function loginOf(targets: readonly string[], login: Login): Login {
  const parsed = targets.map((text) => parseTarget(text, isFile));
  const first =
    parsed.find(({ password }) => password !== undefined) ?? parsed.find(({ user }) => user !== undefined);
  return first ? loginFor(first, login) : login;
}

/**
 * Whether a server that was found, not named, gets the password: only one of root, of a system account, or our own.
 * Any other user of the host could start a program by that name and wait for it.
 */
const isTrusted = ({ process: found }: ParsedTarget): boolean =>
  found === undefined || found.process.uid < 1000 || found.process.uid === process.getuid?.();

async function collect(parsed: ParsedTarget, settings: CollectSettings): Promise<CollectedServer> {
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

type Outcome = {
  readonly servers: readonly ServerAudit[];
  readonly failures: readonly { readonly target: string; readonly problem: string }[];
};

async function auditOne(parsed: ParsedTarget, settings: CollectSettings): Promise<Outcome> {
  const name = targetName(parsed.target);
  if (parsed.target.kind === 'snapshot') {
    const saved = await loadSnapshot(parsed.target.path);
    if ('problem' in saved) return { servers: [], failures: [{ target: name, problem: saved.problem }] };
    const servers = await Promise.all(
      saved.evidence.map((evidence) => examine(targetName(evidence.target), evidence)),
    );
    return { servers, failures: [] };
  }
  const { evidence, problem } = await collect(parsed, settings);
  return {
    // A server that was found behind TLS is named as it was reached.
    servers: evidence ? [await examine(targetName(evidence.target), evidence)] : [],
    failures: problem === undefined ? [] : [{ target: name, problem }],
  };
}

/**
 * Audits every target; with none, every server of the family that runs on this host. Nothing is changed anywhere.
 *
 * @throws UsageError where a target cannot be read as one
 * @example const audit = await auditTargets(['redis://10.0.0.5'], { login: { password } });
 */
export async function auditTargets(targets: readonly string[], options: AuditOptions = {}): Promise<Audit> {
  const typed = targets.map((text) => parseTarget(text, isFile));
  const settings = settingsOf(options);
  const found = targets.length === 0 && settings.host ? valueOr(await findProcesses(), []) : [];
  const parsed = targets.length === 0 ? await discover(found) : typed;
  const outcomes = await eachOf(parsed, options.concurrency ?? 64, (one) => auditOne(one, settings));
  return {
    schema: 'keyward.audit/1',
    version,
    servers: outcomes.flatMap(({ servers }) => servers),
    failures: outcomes.flatMap(({ failures }) => failures),
  };
}
