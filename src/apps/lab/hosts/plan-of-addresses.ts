/**
 * The network of the lab. Public addresses are those for documentation (RFC 5737, RFC 3849); nothing leads out of it.
 *
 *     Internet ── router ── eth0, public ┐
 *                   │                    server ── docker0 ── container
 *     application ──┼──── eth1, private ─┘
 *     attacker ─────┘
 */
export const port = 6379;

export interface Ends {
  readonly four: string;
  readonly six: string;
}

export const names = ['application', 'attacker', 'container', 'Internet'] as const;
export type Name = (typeof names)[number];

/** Addresses of the hosts around the server. */
export const addresses: Readonly<Record<Name, Ends>> = {
  application: { four: '10.0.0.5', six: 'fd00:77::5' },
  attacker: { four: '10.0.0.66', six: 'fd00:77::66' },
  container: { four: '172.17.0.2', six: 'fd17::2' },
  Internet: { four: '198.51.100.7', six: '2001:db8:2::7' },
};

const server = {
  public: { four: '203.0.113.10', six: '2001:db8:1::10' },
  private: { four: '10.0.0.10', six: 'fd00:77::10' },
  bridge: { four: '172.17.0.1', six: 'fd17::1' },
} as const satisfies Readonly<Record<string, Ends>>;

/** Where the server is for each of them. */
export const serverFrom: Readonly<Record<Name, Ends>> = {
  application: server.private,
  attacker: server.private,
  container: server.bridge,
  Internet: server.public,
};

const router = {
  public: { four: '203.0.113.1', six: '2001:db8:1::1' },
  private: { four: '10.0.0.1', six: 'fd00:77::1' },
  Internet: { four: '198.51.100.1', six: '2001:db8:2::1' },
} as const satisfies Readonly<Record<string, Ends>>;

/** `bits` of IPv4; those of IPv6 are always 64. */
const named = (device: string, { four, six }: Ends, bits = 24): readonly string[] => [
  `addr add ${four}/${bits} dev ${device}`,
  // Nobody else has the address, and looking for him takes seconds.
  `addr add ${six}/64 dev ${device} nodad`,
  `link set ${device} up`,
];
const through = ({ four, six }: Ends): readonly string[] => [
  `route add default via ${four}`,
  `route add ::/0 via ${six}`,
];
/** A cable, with the names of its ends here and in the network of that process. */
const cable = (here: string, there: string, pid: number): string =>
  `link add name ${here} type veth peer name ${there} netns ${pid}`;

/** Lines for `ip -batch`, in the order in which they are to be done, each with the process whose network it is for. */
export function wiring(
  pids: Readonly<Record<Name | 'router' | 'server', number>>,
): readonly (readonly [number, readonly string[]])[] {
  const up = 'link set lo up';
  return [
    [
      pids.router,
      [
        up,
        'link add name lan type bridge',
        ...(['server', 'application', 'attacker'] as const).flatMap((name, index) => [
          cable(`lan${index}`, name === 'server' ? 'eth1' : 'eth0', pids[name]),
          `link set lan${index} master lan up`,
        ]),
        ...named('lan', router.private),
        cable('public', 'eth0', pids.server),
        ...named('public', router.public),
        cable('internet', 'eth0', pids.Internet),
        ...named('internet', router.Internet),
      ],
    ],
    [
      pids.server,
      [
        up,
        ...named('eth0', server.public),
        ...named('eth1', server.private),
        ...through(router.public),
        cable('docker0', 'eth0', pids.container),
        ...named('docker0', server.bridge, 16),
      ],
    ],
    ...(['application', 'attacker'] as const).map(
      (name) => [pids[name], [up, ...named('eth0', addresses[name]), ...through(router.private)]] as const,
    ),
    [pids.Internet, [up, ...named('eth0', addresses.Internet), ...through(router.Internet)]],
    [pids.container, [up, ...named('eth0', addresses.container, 16), ...through(server.bridge)]],
  ];
}
