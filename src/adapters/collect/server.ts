import { isAbsolute, join } from 'node:path/posix';
import type { Collected, Evidence, Target } from '../../model/index.ts';
import { readAclFile } from '../files/acl-file.ts';
import { readCertificates } from '../files/certificates.ts';
import { readConfFacts, type ReadConf } from '../files/conf.ts';
import { fileFacts, packageOf, rootOf, type FoundProcess } from '../host/index.ts';
import { blank } from './blank.ts';
import { processOf } from './find-process.ts';
import { collectHost } from './host.ts';
import { collectLive } from './live.ts';
import { languageOf } from './product.ts';
import { reach } from './reach.ts';
import type { CollectSettings } from './settings.ts';
import { settingOf, wantedFiles } from './wanted-files.ts';

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

/** Where the server's configuration is, as the server sees it. */
function confPath(facts: Partial<Collected>, found: FoundProcess | undefined): string | undefined {
  const said = facts.info?.known ? facts.info.value.config_file : undefined;
  if (said) return said;
  return found?.configuration.known ? found.configuration.value : undefined;
}

interface FilesRequest {
  readonly path: string;
  readonly root: string;
  readonly folder: string;
}

async function readFiles(
  request: FilesRequest,
  facts: Partial<Collected>,
  language: ReturnType<typeof languageOf>,
  settings: CollectSettings,
): Promise<{ readonly conf: ReadConf; readonly facts: Partial<Collected> }> {
  const { meter } = settings;
  const common = { ...language, meter, names: [] };
  const conf = await readConfFacts({ ...request, ...common });
  const withConf = { ...facts, conf: conf.facts };
  const aclPath = settingOf(withConf, 'aclfile');
  const certificates = ['tls-cert-file', 'tls-client-cert-file', 'tls-ca-cert-file'].flatMap(
    (name) => settingOf(withConf, name) ?? [],
  );
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(request.folder, path));
  return {
    conf,
    facts: {
      conf: conf.facts,
      ...(aclPath
        ? { aclFile: await readAclFile({ path: absolute(aclPath), root: request.root, ...common }) }
        : {}),
      ...(certificates.length > 0
        ? { certificates: readCertificates(certificates.map(absolute), request.root) }
        : {}),
    },
  };
}

/** A live server with, where it runs on this host, its files and the host around it. */
export async function collectServer(
  target: Target & { kind: 'tcp' | 'unix' },
  settings: CollectSettings,
): Promise<CollectedServer> {
  const where = await reach(target, settings.allowPublic);
  if ('problem' in where) return { problem: where.problem };
  const live = await collectLive(target, where, settings);
  const found = settings.host ? processOf(target, live.facts, settings.processes ?? []) : undefined;
  // Nothing was said, and no file or process tells either: a list of unknowns would help nobody.
  if (live.problem !== undefined && !found && !live.facts.info) return { problem: live.problem };
  const remote = found
    ? 'no way to read it'
    : 'the server runs on another host, or its process was not found on this one';
  const path = confPath(live.facts, found);
  if (!found)
    return { evidence: asEvidence(target, live.facts, remote, settings), ...problemOf(live.problem) };
  const root = rootOf(found.process.pid).path;
  const pack = await packageOf(found.process.exe, root);
  const language = languageOf(live.facts, found, pack, path);
  const files = path
    ? await readFiles({ path, root, folder: found.process.cwd ?? '/' }, live.facts, language, settings)
    : undefined;
  const again =
    files && needsRenames(live.facts, files.conf)
      ? await collectLive(target, where, settings, files.conf.renames)
      : live;
  const facts = { ...again.facts, ...files?.facts, package: pack };
  return {
    evidence: asEvidence(target, { ...facts, ...(await collectHost(found, facts)) }, remote, settings),
    ...problemOf(again.problem),
  };
}

const problemOf = (problem: string | undefined): { readonly problem?: string } =>
  problem === undefined ? {} : { problem };

/** A question was not understood, and the file says that its command goes by another name. */
function needsRenames(facts: Partial<Collected>, { renames }: ReadConf): boolean {
  if (renames.size === 0) return false;
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
