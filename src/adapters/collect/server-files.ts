import { isAbsolute, join } from 'node:path/posix';
import type { Collected, Fact, PackageFacts } from '../../model/index.ts';
import { readAclFile } from '../files/acl-file.ts';
import { readCertificates } from '../files/certificates.ts';
import { readConfFacts, type ReadConf } from '../files/conf.ts';
import { rootOf, type FoundProcess } from '../host/index.ts';
import { matchingConf } from './matching-conf.ts';
import { languageOf } from './product.ts';
import type { CollectSettings } from './settings.ts';
import { folderOf, settingOf } from './wanted-files.ts';

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

export interface ServerFiles {
  readonly conf: ReadConf;
  readonly facts: Partial<Collected>;
}

/** The configuration, and what it names: the ACL file and certificates. */
export async function readFiles(
  request: FilesRequest,
  facts: Partial<Collected>,
  language: ReturnType<typeof languageOf>,
  settings: CollectSettings,
  had?: ReadConf,
): Promise<ServerFiles> {
  const { meter } = settings;
  const common = { ...language, meter, names: [] };
  const conf = had ?? (await readConfFacts({ ...request, ...common }));
  const withConf = { ...facts, conf: conf.facts };
  const aclPath = settingOf(withConf, 'aclfile');
  const certificates = ['tls-cert-file', 'tls-client-cert-file', 'tls-ca-cert-file'].flatMap(
    (name) => settingOf(withConf, name) ?? [],
  );
  // `dir` moves the server before it opens these.
  const folder = folderOf(withConf, request.folder) ?? request.folder;
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
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

/** The files of a server that runs here: where it says they are, else where a file fits what runs. */
export async function filesOf(
  found: FoundProcess,
  pack: Fact<PackageFacts>,
  facts: Partial<Collected>,
  settings: CollectSettings,
): Promise<ServerFiles | undefined> {
  const root = rootOf(found.process.pid).path;
  const folder = found.process.cwd ?? '/';
  const path = confPath(facts, found);
  const language = languageOf(facts, found, pack, path);
  if (path) return readFiles({ path, root, folder }, facts, language, settings);
  // A server that told of itself and named no file has none.
  if (facts.info?.known) return undefined;
  const match = await matchingConf(found, { root, folder, ...language, meter: settings.meter, names: [] });
  return match && readFiles({ path: match.path, root, folder }, facts, language, settings, match.conf);
}
