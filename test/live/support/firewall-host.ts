/**
 * A host with a firewall of its own, the world in front of it and a container behind it, as network namespaces: real
 * packets from any source address, and nothing leads out of them.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface as Lines } from 'node:readline';
import type { Topology } from '../../../src/lang/packets/index.ts';

/** One connect. From the host itself where `from` is `lo`. */
export interface Probe {
  readonly source: string;
  /** Absent: as the system chooses. */
  readonly sourcePort?: number;
  readonly destination: string;
  readonly port: number;
}

/** `address` and `port` are those that answered, where an answer came. */
export interface Reached {
  readonly open: boolean;
  readonly address?: string;
  readonly port?: number;
  readonly error?: string;
}

export interface FirewallHost {
  /** Words before a program that is to run on the host. */
  readonly inside: readonly [string, ...string[]];
  /** Connects from the world, from a container behind the host or, with `lo`, from the host itself. */
  readonly probe: (
    from: 'world' | 'lo' | 'behind',
    probes: readonly Probe[],
    patience: number,
  ) => Promise<readonly Reached[]>;
  /** Lets the world come in by this interface, and all answers go out by it. */
  readonly comeInBy: (name: 'eth0' | 'eth1') => void;
  readonly topology: (by: string) => Topology;
  readonly close: () => void;
}

/** Ports that the host and the container listen on. */
export const listening = { host: [6379, 6380, 22], container: [6379, 8080] } as const;

export const container = { four: '172.17.0.2', six: 'fd17::2' } as const;
export const hostAddresses = {
  eth0: { four: '198.18.0.1', six: '2001:db8:50::1' },
  eth1: { four: '198.18.1.1', six: '2001:db8:51::1' },
} as const;

const networks = {
  eth0: ['198.18.0.0/24', '2001:db8:50::/64'],
  eth1: ['198.18.1.0/24', '2001:db8:51::/64'],
} as const;

/** These are behind the other interface: what comes from there by this one is answered by that one. */
const elsewhere = ['10.9.0.0/16', '2001:db8:2::/48'] as const;

/**
 * How long a packet is waited for, one wait after another where our answer says that it comes: one that is let through
 * may be late on a busy machine, one that is dropped never comes.
 */
export const patiences = [60, 400, 2500, 15_000] as const;

const everybody = ['0.0.0.0/0', '::/0'];

/** Why this machine cannot have one; `undefined` when it can. */
export function whyNoFirewallHost(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const name = `kwfw-probe-${process.pid}`;
  const probe = spawnSync('ip', ['netns', 'add', name]);
  spawnSync('ip', ['netns', 'del', name]);
  return probe.error || probe.status !== 0 ? 'no `ip netns` here (package iproute2)' : undefined;
}

function batch(namespace: string, lines: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', ['-n', namespace, '-batch', '-'], {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`ip in ${namespace}: ${stderr}`);
}

const settings = [
  'net.ipv4.conf.all.rp_filter=0',
  'net.ipv4.conf.default.rp_filter=0',
  'net.ipv6.conf.all.accept_dad=0',
  'net.ipv6.conf.default.accept_dad=0',
  'net.ipv4.ip_forward=1',
  'net.ipv6.conf.all.forwarding=1',
  'net.ipv4.ip_nonlocal_bind=1',
  'net.ipv6.ip_nonlocal_bind=1',
  'net.ipv4.icmp_ratelimit=0',
  'net.ipv6.icmp.ratelimit=0',
];

/** A cable with fixed hardware addresses on both ends, so that no rule can be in the way of finding them. */
function cable(host: string, name: string, other: string, end: string, index: number): readonly string[] {
  const run = spawnSync('ip', [
    'link',
    'add',
    name,
    'netns',
    host,
    'type',
    'veth',
    'peer',
    'name',
    end,
    'netns',
    other,
  ]);
  if (run.status !== 0) throw new Error(`no cable ${name}: ${run.stderr.toString()}`);
  return [`02:00:00:00:0${index}:01`, `02:00:00:00:0${index}:02`];
}

/** @throws where the machine does not let us; nothing is left behind then */
export async function openFirewallHost(name: string): Promise<FirewallHost> {
  try {
    return await build(name);
  } catch (error) {
    for (const end of ['h', 'w', 'c']) spawnSync('ip', ['netns', 'del', `${name}${end}`]);
    throw error;
  }
}

async function build(name: string): Promise<FirewallHost> {
  const [host, world, behind] = [`${name}h`, `${name}w`, `${name}c`];
  const all = [host, world, behind];
  const remove = (): void => {
    for (const one of all) spawnSync('ip', ['netns', 'del', one]);
  };
  remove();
  for (const one of all) {
    spawnSync('ip', ['netns', 'add', one]);
    spawnSync('ip', ['netns', 'exec', one, 'sysctl', '-qw', ...settings]);
    batch(one, ['link set lo up']);
  }
  for (const [index, device] of (['eth0', 'eth1'] as const).entries()) {
    const { four, six } = hostAddresses[device];
    const [mine = '', theirs = ''] = cable(host, device, world, `w${index}`, index);
    batch(host, [
      `link set ${device} address ${mine}`,
      `addr add ${four}/24 dev ${device}`,
      `addr add ${six}/64 dev ${device} nodad`,
      `link set ${device} up`,
      `neigh replace 198.18.${index}.2 lladdr ${theirs} dev ${device} nud permanent`,
      `neigh replace 2001:db8:5${index}::2 lladdr ${theirs} dev ${device} nud permanent`,
    ]);
    batch(world, [
      `link set w${index} address ${theirs}`,
      `addr add 198.18.${index}.2/24 dev w${index}`,
      `addr add 2001:db8:5${index}::2/64 dev w${index} nodad`,
      `link set w${index} up`,
      `neigh replace ${four} lladdr ${mine} dev w${index} nud permanent`,
      `neigh replace ${six} lladdr ${mine} dev w${index} nud permanent`,
    ]);
  }
  const [mine = '', theirs = ''] = cable(host, 'docker0', behind, 'c0', 7);
  batch(host, [
    `link set docker0 address ${mine}`,
    'addr add 172.17.0.1/16 dev docker0',
    'addr add fd17::1/64 dev docker0 nodad',
    'link set docker0 up',
    `neigh replace ${container.four} lladdr ${theirs} dev docker0 nud permanent`,
    `neigh replace ${container.six} lladdr ${theirs} dev docker0 nud permanent`,
  ]);
  batch(behind, [
    `link set c0 address ${theirs}`,
    `addr add ${container.four}/16 dev c0`,
    `addr add ${container.six}/64 dev c0 nodad`,
    'link set c0 up',
    `neigh replace 172.17.0.1 lladdr ${mine} dev c0 nud permanent`,
    `neigh replace fd17::1 lladdr ${mine} dev c0 nud permanent`,
    'route add default via 172.17.0.1',
    'route add ::/0 via fd17::1',
  ]);
  // The world is every address there is: answers to any of them are its own.
  batch(world, ['route add local 0.0.0.0/0 dev lo table local', 'route add local ::/0 dev lo table local']);
  const agents = {
    lo: await agent(host, listening.host),
    world: await agent(world, []),
    behind: await agent(behind, listening.container),
  };
  return {
    inside: ['ip', 'netns', 'exec', host],
    probe: (from, probes, patience) => agents[from].ask(probes, patience),
    comeInBy: (device) => {
      const index = device === 'eth0' ? 0 : 1;
      batch(host, [
        `route replace default via 198.18.${index}.2 dev ${device}`,
        `route replace ::/0 via 2001:db8:5${index}::2 dev ${device}`,
        `route replace ${elsewhere[0]} via 198.18.${1 - index}.2 dev eth${1 - index}`,
        `route replace ${elsewhere[1]} via 2001:db8:5${1 - index}::2 dev eth${1 - index}`,
      ]);
      const [gateway, gatewaySix] = [hostAddresses[device].four, hostAddresses[device].six];
      batch(world, [
        ...['198.18.0.1', '198.18.1.1', '172.17.0.1', container.four].map((address) =>
          address === gateway
            ? `route replace ${address}/32 dev w${index} table local`
            : `route replace ${address}/32 via ${gateway} dev w${index} onlink table local`,
        ),
        ...['2001:db8:50::1', '2001:db8:51::1', 'fd17::1', container.six].map((address) =>
          address === gatewaySix
            ? `route replace ${address}/128 dev w${index} table local`
            : `route replace ${address}/128 via ${gatewaySix} dev w${index} onlink table local`,
        ),
      ]);
    },
    topology: (by) => ({
      listener: { user: 0, group: 0 },
      interfaces: [
        { name: 'lo', addresses: ['127.0.0.1', '::1'] },
        ...(['eth0', 'eth1'] as const).map((device) => ({
          name: device,
          addresses: Object.values(hostAddresses[device]),
          networks: [...networks[device], ...(device === by ? everybody : elsewhere)],
        })),
        {
          name: 'docker0',
          addresses: ['172.17.0.1', 'fd17::1'],
          networks: ['172.17.0.0/16', 'fd17::/64'],
        },
      ],
    }),
    close: () => {
      for (const { child } of Object.values(agents)) child.kill('SIGKILL');
      remove();
    },
  };
}

interface Agent {
  readonly child: ChildProcess;
  readonly ask: (probes: readonly Probe[], patience: number) => Promise<readonly Reached[]>;
}

async function agent(namespace: string, ports: readonly number[]): Promise<Agent> {
  const child = spawn(
    'ip',
    [
      'netns',
      'exec',
      namespace,
      process.execPath,
      join(import.meta.dirname, 'firewall-host-agent.ts'),
      ...ports.map(String),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines: Lines = createInterface({ input: child.stdout });
  const next = lines[Symbol.asyncIterator]();
  await next.next();
  return {
    child,
    ask: async (probes, patience) => {
      if (probes.length === 0) return [];
      child.stdin.write(`${JSON.stringify({ probes, patience })}\n`);
      const { value } = await next.next();
      return JSON.parse(value ?? '[]') as readonly Reached[];
    },
  };
}
