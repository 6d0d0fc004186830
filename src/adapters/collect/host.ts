import { known, type Collected, type Fact, type FirewallFacts, type Listener } from '../../model/index.ts';
import {
  containerOf,
  fileFacts,
  hostAddresses,
  hostSigns,
  isWhole,
  listenersOf,
  relabelled,
  rootOf,
  unitOf,
  type FoundProcess,
  type ListenerHints,
  type SignHints,
} from '../host/index.ts';
import { folderOf, settingOf, wantedFiles } from './wanted-files.ts';

const number = (text: string | undefined): number | undefined => {
  const port = Number(text);
  return text !== undefined && Number.isInteger(port) && port > 0 ? port : undefined;
};

function hintsOf(facts: Partial<Collected>): ListenerHints {
  const endpoint = facts.endpoint?.known ? facts.endpoint.value : undefined;
  // INFO tells one port only, which is that of TLS where there is no other.
  const told = facts.info?.known ? facts.info.value.tcp_port : undefined;
  const tlsPort =
    number(settingOf(facts, 'tls-port')) ?? (endpoint?.tls && endpoint.port ? endpoint.port : undefined);
  const said = number(settingOf(facts, 'port') ?? told);
  const port = said === tlsPort ? undefined : said;
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

/** What an intruder would have written through this server, and where. */
function signHints(facts: Partial<Collected>, found: FoundProcess, port: number | undefined): SignHints {
  const { pid, cwd } = found.process;
  const dir = folderOf(facts, cwd);
  const dbfilename = settingOf(facts, 'dbfilename');
  return {
    pid,
    ...(port ? { port } : {}),
    ...(dir ? { dir } : {}),
    ...(dbfilename ? { dbfilename } : {}),
  };
}

/** Where every socket of the process was seen, only what the ports are for is worked out again. */
function listenersWith(
  { process: { pid }, listeners }: FoundProcess,
  hints: ListenerHints,
): Promise<Fact<readonly Listener[]>> {
  return listeners.known && isWhole(listeners)
    ? Promise.resolve(known(relabelled(listeners.value, hints), listeners.source))
    : listenersOf(pid, hints);
}

/** The table `filter` of the server's own network, in words of iptables; none where iptables was not asked. */
function filterTable(firewall: Fact<FirewallFacts>): string | undefined {
  const rules = firewall.known ? (firewall.value.layers[0]?.rules ?? []) : [];
  const tables = rules.flatMap(({ words, text }) => {
    const start = words === 'iptables-save' ? text.indexOf('*filter\n') : -1;
    return start < 0 ? [] : [text.slice(start, text.indexOf('\nCOMMIT', start) + 1)];
  });
  return tables.length === 0 ? undefined : tables.join('');
}

/** All that the host tells about one of its processes; its package and its packet filters are asked for before. */
export async function collectHost(
  found: FoundProcess,
  facts: Partial<Collected>,
  firewall: Promise<Fact<FirewallFacts>>,
): Promise<Partial<Collected>> {
  const { pid, exe, cwd } = found.process;
  const root = rootOf(pid).path;
  const hints = hintsOf(facts);
  const [listeners, addresses, unit, container, files, signs] = await Promise.all([
    listenersWith(found, hints),
    hostAddresses(pid),
    unitOf(pid),
    containerOf(pid),
    fileFacts(wantedFiles(facts, exe, cwd), root),
    hostSigns({
      ...signHints(facts, found, hints.port ?? hints.tlsPort),
      filterRules: async () => filterTable(await firewall),
    }),
  ]);
  return {
    process: known(found.process, `/proc/${pid}`),
    listeners,
    hostAddresses: addresses,
    firewall: await firewall,
    unit,
    container,
    files,
    hostSigns: signs,
  };
}
