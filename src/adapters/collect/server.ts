import { isAbsolute, join } from 'node:path/posix';
import type { Collected, Evidence, Target } from '../../model/index.ts';
import { firewallOf } from '../firewall/index.ts';
import { fileFacts, packageOf, rootOf, type FoundProcess } from '../host/index.ts';
import type { Where } from '../server/connection.ts';
import { blank } from './blank.ts';
import { sayDisabled } from './disabled.ts';
import { processOf } from './find-process.ts';
import { collectHost } from './host.ts';
import { collectLive, type Live } from './live.ts';
import { languageOf } from './product.ts';
import { reach } from './reach.ts';
import { filesOf, readFiles } from './server-files.ts';
import type { CollectSettings } from './settings.ts';
import { wantedFiles } from './wanted-files.ts';

/** One server's evidence; `problem` where the user should know that less was seen than was asked for. */
export interface CollectedServer {
  readonly evidence?: Evidence;
  readonly problem?: string;
}

const asEvidence = (
  target: Target,
  facts: Partial<Collected>,
  why: string,
  settings: CollectSettings,
): Evidence => ({
  schema: 'keyward.evidence/1',
  target,
  collectedAt: settings.now(),
  facts: { ...blank(why), ...facts },
});

/** A server of this host that nobody named: what was found of it beforehand. */
export interface Discovered {
  readonly process?: FoundProcess;
  /** Why nobody here can talk to it. */
  readonly blocked?: string;
}

type LiveTarget = Target & { readonly kind: 'tcp' | 'unix' };

/** What is known of each fact from either conversation. */
const better = (before: Partial<Collected>, after: Partial<Collected>): Partial<Collected> => ({
  ...before,
  ...Object.fromEntries(
    Object.entries(after).filter(([name, fact]) => fact.known || !before[name as keyof Collected]?.known),
  ),
});

/** A live server with, where it runs on this host, its files and the host around it. */
export async function collectServer(
  target: LiveTarget,
  settings: CollectSettings,
  { process, blocked }: Discovered = {},
): Promise<CollectedServer> {
  const where = await reach(target, settings.allowPublic || process !== undefined);
  if ('problem' in where) return { problem: where.problem };
  const live = blocked ? { facts: {}, problem: blocked } : await collectLive(target, where, settings);
  // The title of a server does not say whether its port is one of TLS.
  const door = live.facts.door?.known ? live.facts.door.value : undefined;
  if (process && door === 'tls-only' && target.kind === 'tcp' && !target.tls)
    return collectServer({ ...target, tls: true }, settings, { process });
  const found = settings.host
    ? (process ?? (settings.seen && (await processOf(target, live.facts, settings.seen))))
    : undefined;
  // Nothing was said, and no file or process tells either: a list of unknowns would help nobody.
  if (live.problem !== undefined && !found && !live.facts.info) return { problem: live.problem };
  if (!found) {
    const remote = 'the server runs on another host, or its process was not found on this one';
    return { evidence: asEvidence(target, live.facts, remote, settings), ...problemOf(live.problem) };
  }
  return withHost(target, where, settings, live, found);
}

async function withHost(
  target: LiveTarget,
  where: Where,
  settings: CollectSettings,
  first: Live,
  found: FoundProcess,
): Promise<CollectedServer> {
  // Programs are asked for it: they run beside all that follows.
  const firewall = firewallOf(found.process.pid, settings.firewalls ? { cache: settings.firewalls } : {});
  const pack = await packageOf(found.process.exe, rootOf(found.process.pid).path);
  const files = await filesOf(found, pack, first.facts, settings);
  const names = files?.conf.renames;
  const again =
    names && needsRenames(first, names)
      ? await collectLive(target, where, settings, new Map([...settings.renames, ...names]))
      : undefined;
  const live = again ?? first;
  const heard = again ? better(first.facts, again.facts) : first.facts;
  const conf = files?.conf.facts;
  const facts = { ...(conf?.known ? sayDisabled(heard, conf.value) : heard), ...files?.facts };
  const host = await collectHost(found, facts, firewall);
  return {
    evidence: asEvidence(target, { ...facts, ...host, package: pack }, 'no way to read it', settings),
    // Its files were read: that nobody gave a password is said among what is missing.
    ...problemOf(live.lacksLogin && conf?.known ? undefined : live.problem),
  };
}

const problemOf = (problem: string | undefined): { readonly problem?: string } =>
  problem === undefined ? {} : { problem };

/** A question was not understood, and the file says that its command goes by another name. */
function needsRenames({ facts, problem }: Live, renames: ReadonlyMap<string, string>): boolean {
  if (renames.size === 0) return false;
  if (problem !== undefined && renames.has('AUTH')) return true;
  return [facts.config, facts.aclUsers, facts.info, facts.clients, facts.modules, facts.commandReply].some(
    (fact) => fact && !fact.known && fact.why === 'not-supported',
  );
}

/** A redis.conf by itself: what a server would be that starts with it. */
export async function collectConf(
  target: Target & { kind: 'conf' },
  settings: CollectSettings,
): Promise<CollectedServer> {
  const language = languageOf({}, undefined, undefined, target.path);
  const path = isAbsolute(target.path) ? target.path : join(process.cwd(), target.path);
  const files = await readFiles({ path, root: '/', folder: join(path, '..') }, {}, language, settings);
  if (!files.conf.facts.known) return { problem: files.conf.facts.detail };
  const wanted = wantedFiles(files.facts, undefined, undefined);
  const facts = { ...files.facts, ...(settings.host ? { files: await fileFacts(wanted) } : {}) };
  return { evidence: asEvidence(target, facts, 'only the file was read', settings) };
}
