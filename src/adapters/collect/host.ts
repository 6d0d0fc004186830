import { known, type Collected, type Fact, type Listener } from '../../model/index.ts';
import {
  containerOf,
  fileFacts,
  hostAddresses,
  listenersOf,
  packageOf,
  rootOf,
  unitOf,
  type FoundProcess,
} from '../host/index.ts';
import { settingOf, wantedFiles } from './wanted-files.ts';

const number = (text: string | undefined): number | undefined => {
  const port = Number(text);
  return text !== undefined && Number.isInteger(port) && port > 0 ? port : undefined;
};

function hintsOf(facts: Partial<Collected>): {
  port?: number;
  tlsPort?: number;
  busPort?: number;
  sentinel?: boolean;
} {
  const port = number(
    settingOf(facts, 'port') ?? (facts.info?.known ? facts.info.value.tcp_port : undefined),
  );
  const tlsPort = number(settingOf(facts, 'tls-port'));
  const clustered = settingOf(facts, 'cluster-enabled') === 'yes';
  const busPort =
    number(settingOf(facts, 'cluster-port')) ??
    (clustered && (port ?? tlsPort) ? (port ?? tlsPort ?? 0) + 10_000 : undefined);
  const mode = facts.info?.known ? (facts.info.value.redis_mode ?? facts.info.value.server_mode) : undefined;
  return {
    ...(port ? { port } : {}),
    ...(tlsPort ? { tlsPort } : {}),
    ...(busPort ? { busPort } : {}),
    ...(mode === 'sentinel' ? { sentinel: true } : {}),
  };
}

/** All that the host tells about one of its processes. Nothing is started but a package manager that keeps no files. */
export async function collectHost(
  found: FoundProcess,
  facts: Partial<Collected>,
): Promise<Partial<Collected>> {
  const { pid, exe, cwd } = found.process;
  const root = rootOf(pid).path;
  const [listeners, addresses, unit, container, pack, files] = await Promise.all([
    listenersOf(pid, hintsOf(facts)) as Promise<Fact<readonly Listener[]>>,
    hostAddresses(pid),
    unitOf(pid),
    containerOf(pid),
    packageOf(exe, root),
    fileFacts(wantedFiles(facts, exe, cwd), root),
  ]);
  return {
    process: known(found.process, `/proc/${pid}`),
    listeners,
    hostAddresses: addresses,
    unit,
    container,
    package: pack,
    files,
  };
}
