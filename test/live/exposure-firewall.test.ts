/** Rules of packet filters in the way: what the exposure table says of each source is what a connect from it gets. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import { contains, fromCidr } from '../../src/lang/packets/index.ts';
import {
  auditTargets,
  examine,
  type Fact,
  type FirewallFacts,
  type Origin,
  type ServerAudit,
} from '../../src/index.ts';
import { iptablesTools } from './support/iptables-tools.ts';
import { nftTool } from '../../scripts/tools/nft-tools.ts';
import { matrixServer } from './support/servers.ts';
import { whyNoTwoHosts } from './support/two-hosts.ts';

const tools = await iptablesTools();
const nft = await nftTool();
const obstacle =
  whyNoTwoHosts() ??
  ('missing' in tools ? tools.missing : undefined) ??
  ('missing' in nft ? nft.missing : undefined);

const [host, world, inner] = ['kwgh', 'kwgw', 'kwgc'];
const namespaces = [host, world, inner];
const ip = (...args: readonly string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });
const inside = (namespace: string, ...words: readonly string[]): readonly string[] => [
  'netns',
  'exec',
  namespace,
  ...words,
];

/** Addresses of the world: a neighbour, another, one who comes over a router, and the same in IPv6. */
const strangers = ['10.77.1.2', '10.77.1.3', '10.77.1.200', '192.0.2.9', 'fd77::2', 'fd77::3'];

/** One host with the world before it and a container behind a bridge; nothing leads out of them. */
function build(): void {
  remove();
  for (const one of namespaces) {
    ip('netns', 'add', one);
    ip('-n', one, 'link', 'set', 'lo', 'up');
    ip(...inside(one, 'sysctl', '-qw', 'net.ipv6.conf.all.accept_dad=0', 'net.ipv4.ip_forward=1'));
    ip(...inside(one, 'sysctl', '-qw', 'net.ipv6.conf.default.accept_dad=0'));
  }
  ip('link', 'add', 'eth0', 'netns', host, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', world);
  ip('-n', host, 'addr', 'add', '10.77.1.1/24', 'dev', 'eth0');
  ip('-n', host, 'addr', 'add', 'fd77::1/64', 'dev', 'eth0', 'nodad');
  for (const address of strangers)
    ip(
      '-n',
      world,
      'addr',
      'add',
      `${address}/${address.includes(':') ? 64 : address.startsWith('192') ? 32 : 24}`,
      'dev',
      'eth0',
      ...(address.includes(':') ? ['nodad'] : []),
    );
  for (const one of [host, world]) ip('-n', one, 'link', 'set', 'eth0', 'up');
  ip('-n', host, 'route', 'add', 'default', 'via', '10.77.1.2');
  ip('-n', host, 'link', 'add', 'docker0', 'type', 'bridge');
  ip('link', 'add', 'vethc', 'netns', host, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', inner);
  ip('-n', host, 'link', 'set', 'vethc', 'master', 'docker0');
  ip('-n', host, 'addr', 'add', '172.17.0.1/16', 'dev', 'docker0');
  ip('-n', inner, 'addr', 'add', '172.17.0.2/16', 'dev', 'eth0');
  for (const one of ['docker0', 'vethc']) ip('-n', host, 'link', 'set', one, 'up');
  ip('-n', inner, 'link', 'set', 'eth0', 'up');
  ip('-n', inner, 'route', 'add', 'default', 'via', '172.17.0.1');
  ip('-n', world, 'route', 'add', '172.17.0.0/16', 'via', '10.77.1.1');
}

function remove(): void {
  for (const one of namespaces) spawnSync('ip', ['netns', 'del', one]);
}

type Knock = readonly [from: string, address: string, port: number];
const knocking = `
const { connect } = require('node:net');
const one = ([localAddress, host, port]) => new Promise((resolve) => {
  const socket = connect({ host, port, localAddress });
  const say = (word) => { socket.destroy(); resolve(word); };
  socket.setTimeout(900, () => say('no'));
  socket.on('error', () => say('no'));
  socket.on('connect', () => say('yes'));
});
Promise.all(JSON.parse(process.argv[1]).map(one)).then((all) => process.stdout.write(JSON.stringify(all)));
`;
/** What connects get, all at once. */
const connects = (namespace: string, knocks: readonly Knock[]): readonly string[] =>
  JSON.parse(
    execFileSync('ip', [...inside(namespace, process.execPath, '-e', knocking, JSON.stringify(knocks))], {
      encoding: 'latin1',
      timeout: 10_000,
    }),
  ) as readonly string[];

interface Rules {
  readonly name: string;
  readonly iptables?: string;
  readonly legacy?: string;
  readonly six?: string;
  readonly sets?: string;
  readonly nft?: string;
}

const filter = (policy: string, ...rules: readonly string[]): string =>
  `*filter\n:INPUT ${policy} [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.join('\n')}\nCOMMIT\n`;
const port = '@PORT@';
const cases: readonly Rules[] = [
  { name: 'no rules' },
  { name: 'all dropped', iptables: filter('ACCEPT', `-A INPUT -p tcp --dport ${port} -j DROP`) },
  {
    name: 'one address',
    iptables: filter(
      'DROP',
      '-A INPUT -i lo -j ACCEPT',
      `-A INPUT -s 10.77.1.3 -p tcp --dport ${port} -j ACCEPT`,
    ),
  },
  {
    name: 'the own network, legacy tables',
    legacy: filter('ACCEPT', `-A INPUT ! -s 10.77.1.0/24 -p tcp --dport ${port} -j REJECT`),
  },
  {
    name: 'a set of addresses',
    sets: 'create good hash:net\nadd good 10.77.1.200\nadd good 192.0.2.0/24\n',
    iptables: filter(
      'ACCEPT',
      `-A INPUT -p tcp --dport ${port} -m set --match-set good src -j ACCEPT`,
      '-A INPUT -i eth0 -p tcp -j DROP',
    ),
  },
  {
    name: 'an ACCEPT after the DROP, which does nothing',
    iptables: filter(
      'ACCEPT',
      `-A INPUT -p tcp --dport ${port} -j DROP`,
      `-A INPUT -s 10.77.1.2 -p tcp --dport ${port} -j ACCEPT`,
    ),
  },
  {
    name: 'IPv6 left open beside IPv4',
    iptables: filter('DROP', '-A INPUT -i lo -j ACCEPT'),
  },
  {
    name: 'both families by iptables',
    iptables: filter('DROP', '-A INPUT -i lo -j ACCEPT'),
    six: filter('ACCEPT', `-A INPUT -s fd77::3 -p tcp --dport ${port} -j ACCEPT`, '-A INPUT -p tcp -j DROP'),
  },
  {
    name: 'nftables, both families in one table',
    nft: `table inet f { set good { type ipv4_addr; flags interval; elements = { 10.77.1.3, 192.0.2.0/24 }; }; 
      chain in { type filter hook input priority 0; policy drop; iif lo accept
        ct state established,related accept
        ip saddr @good tcp dport ${port} accept; ip6 saddr fd77::2 tcp dport ${port} accept
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept; }; }`,
  },
  {
    name: 'iptables lets in whom nftables drops',
    iptables: filter('DROP', '-A INPUT -s 10.77.1.0/24 -j ACCEPT', '-A INPUT -i lo -j ACCEPT'),
    nft: 'table ip late { chain in { type filter hook input priority 10; ip saddr 10.77.1.2 drop; }; }',
  },
  {
    name: 'this host is shut out too',
    iptables: filter('ACCEPT', `-A INPUT -i lo -p tcp --dport ${port} -j REJECT`),
  },
  {
    name: 'another port leads here',
    iptables: `*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports ${port}\nCOMMIT\n`,
  },
];

describe.skipIf(obstacle !== undefined)(
  `what the exposure table says of packet filters${obstacle ? ` (${obstacle})` : ''}`,
  () => {
    if ('missing' in tools || 'missing' in nft) return;
    const folder = mkdtempSync(join(tmpdir(), 'keyward-filters-'));
    const launcher = (name: string, program: string, env: NodeJS.ProcessEnv): void => {
      const words = ['LD_LIBRARY_PATH', 'XTABLES_LIBDIR'].flatMap((key) =>
        env[key] === undefined ? [] : [`${key}='${env[key]}'`],
      );
      writeFileSync(join(folder, name), `#!/bin/sh\nexec env ${words.join(' ')} ${program} "$@"\n`);
      chmodSync(join(folder, name), 0o755);
    };
    const load = (namespace: string, program: string, input: string, args: readonly string[] = []): void => {
      const run = spawnSync('ip', [...inside(namespace, join(folder, program), ...args)], {
        input,
        encoding: 'utf8',
      });
      if (run.status !== 0) throw new Error(`${program}: ${run.stderr}`);
    };
    const put = (
      namespace: string,
      { sets, iptables, legacy, six, nft: native }: Rules,
      to: number,
    ): void => {
      const text = (rules: string): string => rules.replaceAll(port, String(to));
      if (sets) load(namespace, 'ipset', sets, ['restore']);
      if (iptables) load(namespace, 'iptables-restore', text(iptables));
      if (legacy) load(namespace, 'iptables-legacy-restore', text(legacy));
      if (six) load(namespace, 'ip6tables-restore', text(six));
      if (native) load(namespace, 'nft', text(native), ['-f', '-']);
    };
    const clear = (namespace: string): void => {
      load(namespace, 'nft', 'flush ruleset\n', ['-f', '-']);
      load(namespace, 'iptables-legacy-restore', filter('ACCEPT'));
      load(namespace, 'ipset', 'destroy\n', ['restore']);
    };
    /** The same program that an audit runs, in the network of the host. */
    const read = (pid: number): Fact<FirewallFacts> =>
      JSON.parse(
        execFileSync(
          'ip',
          [
            ...inside(
              host,
              process.execPath,
              '--input-type=module',
              '-e',
              `import { firewallOf } from ${JSON.stringify(join(import.meta.dirname, '../../src/adapters/firewall/index.ts'))};
               console.log(JSON.stringify(await firewallOf(${pid}, { folders: [${JSON.stringify(folder)}] })));`,
            ),
          ],
          { encoding: 'utf8' },
        ),
      ) as Fact<FirewallFacts>;
    const audited = async (running: RunningServer): Promise<ServerAudit> => {
      const { servers } = await auditTargets([`unix://${join(running.dir, 'kw.sock')}`]);
      const [found] = servers;
      if (!found) throw new Error('no audit');
      const firewall = read(running.pid);
      if (!firewall.known) throw new Error(firewall.detail);
      const { evidence } = found;
      const facts = { ...evidence.facts, firewall };
      return examine('server', JSON.parse(JSON.stringify({ ...evidence, facts })));
    };
    const rowsOf = ({ exposure }: ServerAudit): readonly Origin[] => {
      if (!exposure.known) throw new Error(exposure.detail);
      expect(exposure.value.notCollected).not.toContain('host firewall');
      return exposure.value.origins;
    };
    /** What the table says of a source that asks for an address and port. */
    const says = (
      origins: readonly Origin[],
      source: string,
      to: number,
      isAsked: (via: string) => boolean,
    ): string => {
      const rows = origins.filter(
        ({ via, sources, refused }) =>
          'port' in via &&
          via.port === to &&
          isAsked(via.address) &&
          refused === undefined &&
          sources.some((text) => {
            const set = fromCidr(text);
            return (
              set !== undefined && (set.family === 'ipv6') === source.includes(':') && contains(set, source)
            );
          }),
      );
      if (rows.length === 0) return 'no';
      return rows.some(({ certainty }) => certainty === 'certain') ? 'yes' : 'possible';
    };
    const start = (namespace: string): Promise<RunningServer> =>
      matrixServer('redis-7.0').start(
        ({ dir }) => ['bind 0.0.0.0 ::', 'protected-mode no', `unixsocket ${join(dir, 'kw.sock')}`],
        { within: ['ip', ...inside(namespace)] },
      );
    const started: RunningServer[] = [];

    beforeAll(async () => {
      build();
      for (const name of ['iptables-restore', 'iptables-save', 'ip6tables-restore', 'ip6tables-save'])
        launcher(name, tools.program(name.replace('tables-', 'tables-nft-')), tools.env);
      for (const name of [
        'iptables-legacy-restore',
        'iptables-legacy-save',
        'ip6tables-legacy-save',
        'ipset',
      ])
        launcher(name, tools.program(name), tools.env);
      launcher('nft', nft.program, nft.env);
      const server = await start(host);
      started.push(server, await start(inner));
      // A new cable needs a moment until both ends know each other.
      const first = strangers.map((one): Knock => [
        one,
        one.includes(':') ? 'fd77::1' : '10.77.1.1',
        server.port,
      ]);
      for (let left = 20; left > 0 && connects(world, first).includes('no'); left--);
    }, 60_000);
    afterAll(async () => {
      await Promise.all(started.map((one) => one.stop()));
      remove();
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(cases.map((rules) => [rules.name, rules] as const))('%s', async (_, rules) => {
      const [server] = started;
      if (!server) throw new Error('not started');
      put(host, rules, server.port);
      try {
        const origins = rowsOf(await audited(server));
        const asks = [server.port, ...(rules.name.startsWith('another port') ? [80] : [])];
        const knocks = asks.flatMap((to) =>
          strangers.map((one): Knock => [one, one.includes(':') ? 'fd77::1' : '10.77.1.1', to]),
        );
        const own: Knock = ['127.0.0.1', '127.0.0.1', server.port];
        const got = [...connects(world, knocks), ...connects(host, [own])];
        const said = [...knocks, own].map(([source, address, to]) =>
          says(origins, source, to, (via) => via === address),
        );
        expect(said).toEqual(got);
      } finally {
        clear(host);
      }
    });

    const published = (...forward: readonly string[]): string =>
      `*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:DOCKER - [0:0]\n-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER\n-A DOCKER ! -i docker0 -p tcp -m tcp --dport 7000 -j DNAT --to-destination 172.17.0.2:${port}\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n${forward.join('\n')}\nCOMMIT\n`;
    const containers: readonly Rules[] = [
      {
        name: 'published past an INPUT that drops all',
        iptables: published(
          `-A FORWARD -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp --dport ${port} -j ACCEPT`,
        ),
      },
      {
        name: 'published, and DOCKER-USER narrows it',
        iptables: published(
          '-A FORWARD -i eth0 ! -s 10.77.1.3/32 -j DROP',
          `-A FORWARD -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp --dport ${port} -j ACCEPT`,
        ),
      },
      {
        name: 'published, and not forwarded',
        iptables: published(),
      },
    ];
    it.each(containers.map((rules) => [rules.name, rules] as const))('a container: %s', async (_, rules) => {
      const server = started[1];
      if (!server) throw new Error('not started');
      put(host, rules, server.port);
      try {
        const origins = rowsOf(await audited(server));
        const knocks = strangers
          .filter((one) => !one.includes(':'))
          .flatMap((source): readonly Knock[] => [
            [source, '10.77.1.1', 7000],
            [source, '172.17.0.2', server.port],
          ]);
        const said = knocks.map(([source, address, to]) =>
          says(origins, source, to, (via) => via === address),
        );
        expect(said).toEqual(connects(world, knocks));
      } finally {
        clear(host);
      }
    });
  },
);
