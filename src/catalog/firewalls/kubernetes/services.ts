/** Doors from outside the cluster: services of type NodePort and LoadBalancer, external addresses, host ports. */
import type { Chain, Match, Position, Rule } from '../../../lang/packets/index.ts';
import {
  addressesOf,
  field,
  fieldAt,
  fromPeers,
  integerOf,
  isUnresolved,
  listOf,
  notKnown,
  oneNetwork,
  position,
  type Problems,
  saying,
  textOf,
  type Value,
} from '../cloud-shared/index.ts';
import type { KubernetesObject, Pod } from './objects.ts';

/** One port of a service or a pod that is seen from outside the pod's network. */
export interface Publication {
  readonly by: string;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalIP' | 'HostPort' | 'HostNetwork';
  /** At these addresses; absent: of every node, or of the balancer. */
  readonly addresses?: readonly string[];
  /** Absent: chosen by the cluster. */
  readonly port?: number;
  /** Port of the pod; absent: it has a name that is not known. */
  readonly target?: number;
  /** Only from these; absent: from everywhere. Does not stand before the node ports of the same service. */
  readonly sourceRanges?: readonly string[];
  /** Whether the pod, and so its policies, see who asks, and not a node. */
  readonly keepsSource: boolean;
  /** Only within the provider's network. */
  readonly internal: boolean;
  readonly at: Position;
}

const internalMarks: readonly (readonly [string, readonly string[]])[] = [
  ['service.beta.kubernetes.io/aws-load-balancer-internal', ['true', '0.0.0.0/0']],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', ['internal']],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', ['true']],
  ['networking.gke.io/load-balancer-type', ['Internal']],
  ['cloud.google.com/load-balancer-type', ['Internal']],
];

export function publicationsOf(
  { name, namespace, value, source }: KubernetesObject,
  pod: Pod,
  problems: Problems,
): readonly Publication[] {
  const spec = field(value, 'spec');
  const type = textOf(field(spec, 'type')) ?? 'ClusterIP';
  const notes = fieldAt(value, 'metadata', 'annotations');
  const external = listOf(field(spec, 'externalIPs')).flatMap((address) => textOf(address) ?? []);
  const keepsSource = textOf(field(spec, 'externalTrafficPolicy')) === 'Local';
  const internal = internalMarks.some(([mark, values]) => values.includes(textOf(field(notes, mark)) ?? ''));
  const written = listOf(field(spec, 'loadBalancerSourceRanges')).flatMap((range) => textOf(range) ?? []);
  const noted = textOf(field(notes, 'service.beta.kubernetes.io/load-balancer-source-ranges'))
    ?.split(',')
    .map((range) => range.trim());
  const ranges = written.length > 0 ? written : noted;
  return listOf(field(spec, 'ports')).flatMap((entry): readonly Publication[] => {
    const protocol = textOf(field(entry, 'protocol')) ?? 'TCP';
    const port = integerOf(field(entry, 'port'));
    const at = position(
      source,
      entry,
      `Service ${namespace}/${name}: port ${saying(field(entry, 'port') ?? '?')}`,
    );
    if (protocol !== 'TCP') return [];
    if (port === undefined) {
      problems.add(at, 'a port without number', true);
      return [];
    }
    const target = targetOf(field(entry, 'targetPort'), port, pod);
    const nodePort = integerOf(field(entry, 'nodePort'));
    const common = {
      by: `${namespace}/${name}`,
      ...(target === undefined ? {} : { target }),
      at,
      internal: false,
    };
    const hasNodePort =
      type === 'NodePort' ||
      (type === 'LoadBalancer' && field(spec, 'allocateLoadBalancerNodePorts') !== false);
    return [
      ...(type === 'ClusterIP'
        ? [{ ...common, type: 'ClusterIP' as const, port, keepsSource: true, internal: true }]
        : []),
      ...(type === 'LoadBalancer'
        ? [
            {
              ...common,
              type: 'LoadBalancer' as const,
              port,
              keepsSource,
              internal,
              ...(ranges ? { sourceRanges: ranges } : {}),
            },
          ]
        : []),
      ...(external.length > 0
        ? [{ ...common, type: 'ExternalIP' as const, port, addresses: external, keepsSource }]
        : []),
      ...(hasNodePort
        ? [
            {
              ...common,
              type: 'NodePort' as const,
              ...(nodePort === undefined ? {} : { port: nodePort }),
              keepsSource,
            },
          ]
        : []),
    ];
  });
}

function targetOf(written: Value | undefined, port: number, pod: Pod): number | undefined {
  if (written === undefined) return port;
  if (isUnresolved(written)) return undefined;
  const number = integerOf(written);
  if (number !== undefined) return number;
  const name = textOf(written) ?? '';
  return pod.ports && Object.hasOwn(pod.ports, name) ? pod.ports[name] : undefined;
}

/** What pods open at their node. */
export const hostPublications = (pod: Pod): readonly Publication[] => {
  const by = `${pod.namespace}/${pod.name}`;
  if (pod.hostNetwork) return [{ by, type: 'HostNetwork', keepsSource: true, internal: false, at: pod.at }];
  return pod.hostPorts.map(({ host, target, address, at }) => ({
    by,
    type: 'HostPort',
    port: host,
    target,
    ...(address === undefined ? {} : { addresses: [address] }),
    keepsSource: true,
    internal: false,
    at,
  }));
};

/** Chains that lead from a published port to the pod. What follows them is the pod's own. */
export function doorChains(publications: readonly Publication[]): readonly Chain[] {
  const at = publications[0]?.at ?? { text: 'no port is published' };
  const doors = publications.map((one) => ({ one, when: doorMatch(one) }));
  const narrowed = doors.flatMap(({ one, when }): readonly Rule[] => {
    if (!one.sourceRanges) return [];
    const { ipv4, ipv6, bad } = addressesOf(one.sourceRanges);
    const inside = fromPeers('source', [
      {
        addresses: { ipv4, ipv6 },
        ...(bad.length > 0 ? { unknown: { text: bad.join(', '), on: 'set' as const } } : {}),
      },
    ]);
    return [
      { when: [...when, ...inside], does: [{ deed: 'return' }], at: one.at },
      { when, does: [{ deed: 'drop' }], at: { ...one.at, text: `${one.at.text}: loadBalancerSourceRanges` } },
    ];
  });
  const rewriting = doors.map(({ one, when }): Rule => ({
    when,
    does: [
      one.target === undefined
        ? { deed: 'opaque', on: 'port', text: 'a port with a name' }
        : { deed: 'dnat', port: [one.target, one.target] },
    ],
    at: one.at,
  }));
  const known = doors.flatMap(({ one }) => (one.port === undefined ? [] : [[one.port, one.port] as const]));
  const open = doors.some(({ one }) => one.port === undefined);
  const elsewhere: Match[] = [{ match: 'original-destination-port', ports: known, not: true }];
  if (open) elsewhere.push(notKnown('which port the cluster chooses', 'port'));
  return [
    {
      name: 'ranges',
      base: { hook: 'prerouting', type: 'filter', priority: -110, policy: 'accept' },
      rules: narrowed,
      at,
    },
    {
      name: 'doors',
      base: { hook: 'prerouting', type: 'nat', priority: -100, policy: 'accept' },
      rules: rewriting,
      at,
    },
    {
      name: 'others',
      base: { hook: 'input', type: 'filter', priority: -10, policy: 'accept' },
      rules: [
        {
          when: elsewhere,
          does: [{ deed: 'drop' }],
          at: { ...at, text: `${at.text}: this port is not published` },
        },
      ],
      at,
    },
  ];
}

function doorMatch({ port, addresses }: Publication): readonly Match[] {
  const tcp: Match = { match: 'protocol', protocols: [6] };
  const door: Match =
    port === undefined
      ? notKnown('which port the cluster chooses', 'port')
      : { match: 'destination-port', ports: [[port, port]] };
  const where = (addresses ?? []).flatMap((address) => oneNetwork(address) ?? []);
  const wide = where.length === 0 || addresses?.some((address) => address === '0.0.0.0');
  return [
    tcp,
    door,
    ...(wide
      ? []
      : fromPeers(
          'destination',
          where.map((one) => ({ addresses: one })),
        )),
  ];
}
