/**
 * Reader of compose files: which addresses and ports of the host lead to which service. Docker rewrites the destination
 * before any rule of ufw or of the INPUT chain sees a packet; so what is published is open unless DOCKER-USER or
 * something outside the host says otherwise.
 */
import type { Chain, Match, Rule } from '../../../lang/packets/index.ts';
import {
  type CloudDocument,
  type CloudReading,
  field,
  fieldsOf,
  isFields,
  newProblems,
  notKnown,
  oneNetwork,
  fromPeers,
  position,
  type Problems,
  readYamlDocuments,
  type Source,
  type SubjectRules,
  subjectRules,
  withUnread,
  type Value,
} from '../cloud-shared/index.ts';
import type { ComposeContext } from './context.ts';
import { interpolateAll } from './interpolate.ts';
import { mergeServices } from './merge.ts';
import { type ComposePublication, type ComposeService, servicesOf } from './services.ts';

export interface ComposeReading extends CloudReading {
  readonly services: readonly ComposeService[];
}

/**
 * One rule set for each service: a packet for an address and port of the host gets through where it leads to the
 * service. It stands for what Docker will do, so do not hand it to `reach` beside the rules of a running Docker. Files
 * are merged in order, as compose does it. Never throws.
 *
 * @example parseCompose([{ text: 'services: {redis: {ports: ["6379:6379"]}}' }]).services[0]?.published.length // 2
 */
export function parseCompose(
  documents: readonly CloudDocument[],
  context: ComposeContext = {},
): ComposeReading {
  const problems = newProblems();
  const { sources, unread } = readYamlDocuments(documents, problems);
  let services: Value | undefined;
  let networks: Value | undefined;
  const files = sources.filter(({ value }) => value !== null);
  // Positions of merged values: each file's lines, and the file that a value came from.
  const origin: Source = {
    value: null,
    lines: new WeakMap(),
    ...(files.length === 1 && files[0]?.file !== undefined ? { file: files[0].file } : {}),
  };
  for (const source of files) {
    const value = interpolateAll(source.value, context, source.lines);
    if (!isFields(value)) {
      problems.add(position(source, value, 'the whole file'), 'this is no compose file', true);
      continue;
    }
    const own = field(value, 'services') ?? oldForm(value);
    if (!isFields(own))
      problems.add(position(source, value, 'the whole file'), 'no services stand here', true);
    if (field(value, 'include') !== undefined)
      problems.add(position(source, value, 'include'), 'it includes other files, which are not read', true);
    copyLines(own, source, origin);
    services = mergeServices(services, own);
    const more = field(value, 'networks');
    networks = fieldsOf([
      ...Object.entries(isFields(networks) ? networks : {}),
      ...Object.entries(isFields(more) ? more : {}),
    ]);
  }
  const found = servicesOf(services, networks, origin, problems);
  return {
    ruleSets: withUnread(
      'docker-compose',
      found.map((service) => rulesOf(service, problems)),
      unread,
      problems.all,
    ),
    services: found,
    problems: problems.all,
  };
}

/** The first version of compose had services at the top. */
const oldForm = (value: Value): Value | undefined =>
  isFields(value) && Object.values(value).some((one) => field(one, 'image', 'build') !== undefined)
    ? fieldsOf(Object.entries(value).filter(([name]) => !['version', 'networks', 'volumes'].includes(name)))
    : undefined;

/** Services, their ports and each entry of them: all that positions are given for. */
function copyLines(services: Value | undefined, from: Source, to: Source): void {
  if (!isFields(services)) return;
  const copy = (value: Value | undefined): void => {
    if (typeof value !== 'object' || value === null) return;
    const line = from.lines.get(value);
    if (line !== undefined) to.lines.set(value, line);
  };
  for (const service of Object.values(services)) {
    copy(service);
    const ports = field(service, 'ports');
    copy(ports);
    if (Array.isArray(ports)) for (const port of ports as readonly Value[]) copy(port);
  }
}

function rulesOf(service: ComposeService, problems: Problems): SubjectRules {
  const { name, reachedBy, published, at } = service;
  const open = (text: string): readonly Rule[] => [
    { when: [], does: [{ deed: 'opaque', on: 'other', text }], at: { ...at, text: `${at.text}: ${text}` } },
  ];
  const own: Readonly<Record<ComposeService['reachedBy'], readonly Rule[]>> = {
    bridge: [],
    internal: [],
    host: open('network_mode host: what it binds to decides'),
    own: open('it has an address of its own in the network around the host'),
    unknown: open('its network is not known'),
  };
  const chain: Chain = {
    name: 'published',
    base: { hook: 'input', type: 'filter', priority: 0, policy: 'drop' },
    rules: [...published.filter(({ protocol }) => protocol === 'tcp').map(ruleOf), ...own[reachedBy]],
    at: { ...at, text: `service ${name}: no port of the host leads to it` },
  };
  return subjectRules('docker-compose', { kind: 'service', id: name }, [chain], problems.all);
}

function ruleOf({ hostAddress, hostPorts, containerPorts, at }: ComposePublication): Rule {
  const when: Match[] = [{ match: 'protocol', protocols: [6] }];
  if (hostPorts === 'ephemeral') when.push(notKnown('Docker chooses a port', 'port'));
  else if (hostPorts === 'unknown') when.push(notKnown(at.text, 'port'));
  else {
    when.push({ match: 'destination-port', ports: [hostPorts] });
    const [from, to] = containerPorts === 'unknown' ? hostPorts : containerPorts;
    if (hostPorts[1] - hostPorts[0] > to - from)
      when.push(notKnown('Docker chooses one of these ports', 'port'));
  }
  if (hostAddress === undefined) when.push(notKnown(at.text));
  else {
    const wildcard = hostAddress === '0.0.0.0' ? '0.0.0.0/0' : hostAddress === '::' ? '::/0' : hostAddress;
    const addresses = oneNetwork(wildcard);
    when.push(
      ...(addresses ? fromPeers('destination', [{ addresses }]) : [notKnown(`host address ${hostAddress}`)]),
    );
  }
  return { when, does: [{ deed: 'accept' }], at };
}
