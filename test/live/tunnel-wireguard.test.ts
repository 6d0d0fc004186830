/** The WireGuard form, done by its own script on hosts of our own: real packets, a real server, and somebody who listens. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import wireguard from '../../src/catalog/renderings/wireguard/index.ts';
import { tunnelPlan } from '../renderings/support/tunnel-plan.ts';
import { matrix, matrixServer } from './support/servers.ts';
import {
  knock,
  overheardWord,
  type Ran,
  type TunnelHost,
  tunnelHosts,
  type TunnelHosts,
  whyNoTunnelHosts,
} from './support/tunnel-hosts.ts';
import { tunnelTools } from './support/tunnel-tools.ts';

const missing = whyNoTunnelHosts();
const tools = missing === undefined ? await tunnelTools('tunnel-wireguard') : { missing };
const cli = matrix.findLast((server) => server.cli !== undefined)?.cli ?? 'redis-cli';

describe.skipIf('missing' in tools)(
  `the WireGuard form${'missing' in tools ? `: ${tools.missing}` : ''}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyward-wireguard-'));
    const script = join(folder, 'tunnel.sh');
    const keys = join(folder, 'keys');
    let network: TunnelHosts;
    let server: TunnelHost;
    let client: TunnelHost;
    let stranger: TunnelHost;
    let redis: RunningServer;
    let inner = '';

    const step = (host: TunnelHost, words: readonly string[], env: NodeJS.ProcessEnv = {}): Ran =>
      host.run(['sh', script, ...words], { env: { REDIS_CLI: cli, PATIENCE: '30', ...env } });
    const done = (host: TunnelHost, ...words: readonly string[]): string => {
      const { code, stdout, stderr } = step(host, words);
      if (code !== 0) throw new Error(`${words.join(' ')} at ${host.address}: ${stderr}`);
      return stdout;
    };
    const rulesOf = (host: TunnelHost): string => host.run(['nft', 'list', 'ruleset']).stdout;
    const bindOf = (): string =>
      server.run([cli, '-p', '6379', 'CONFIG', 'GET', 'bind']).stdout.split('\n')[1] ?? '';

    beforeAll(async () => {
      if ('missing' in tools) return;
      network = await tunnelHosts(`kwt${process.pid}w`, 3, tools);
      const [one, two, three] = network.hosts;
      if (!one || !two || !three) throw new Error('three hosts are needed');
      [server, client, stranger] = [one, two, three];
      redis = await matrixServer('redis-7.0').start(
        ['port 6379', `bind ${server.address} 127.0.0.1`, 'protected-mode no'],
        { within: server.within },
      );
      writeFileSync(script, wireguard.render(tunnelPlan(server.address, [client.address])));
      inner =
        /^# {3}(\S+) {2}\S+ {2}server/m.exec(
          wireguard.render(tunnelPlan(server.address, [client.address])),
        )?.[1] ?? '';
    }, 60_000);
    afterAll(async () => {
      await redis?.stop();
      network?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('has files that wg and wg-quick read, with keys that are made on the host itself', () => {
      expect(step(client, ['files', keys]).stderr).toContain('name the file');
      const lines = [server, client].map((host) => done(host, 'key'));
      expect(lines.join('')).toMatch(/^10\.77\.1\.1 \S{43}=\n10\.77\.1\.2 \S{43}=\n$/);
      expect([server, client].map((host) => done(host, 'key'))).toEqual(lines);
      writeFileSync(keys, lines.slice(0, 1).join(''));
      expect(step(server, ['files', keys]).stderr).toContain('no key of 10.77.1.2');
      writeFileSync(keys, lines.join(''));
      for (const host of [server, client]) {
        done(host, 'files', keys);
        const found = host.run([
          'stat',
          '-c',
          '%a',
          '/etc/wireguard/wg-redis.conf',
          '/etc/wireguard/wg-redis.key',
        ]);
        expect(found.stdout).toBe('600\n600\n');
      }
    });

    it('asks for another network where this one is in use', () => {
      server.run(['ip', 'route', 'add', 'blackhole', inner.replace(/\d+$/, '128/25')]);
      expect(step(server, ['up']).stderr).toContain('tunnel-network');
      server.run(['ip', 'route', 'del', 'blackhole', inner.replace(/\d+$/, '128/25')]);
    });

    it('goes up beside what there is: nobody is refused, and what goes through it nobody reads', async () => {
      for (const host of [server, client]) done(host, 'up');
      done(server, 'bind');
      expect(bindOf()).toBe(`${server.address} 127.0.0.1 -${inner}`);
      done(client, 'test');
      for (const host of [client, stranger]) expect(knock(host, server.address)).toBe(overheardWord);
      let answer = '';
      const clear = await network.overheard(() => (answer = knock(client, server.address)));
      expect(answer).toBe(overheardWord);
      expect(clear.includes(overheardWord)).toBe(true);
      const hidden = await network.overheard(() => (answer = knock(client, inner)));
      expect(answer).toBe(overheardWord);
      expect(hidden.length).toBeGreaterThan(500);
      expect(hidden.includes(overheardWord)).toBe(false);
    });

    it('does not close while somebody is connected beside it', async () => {
      const holding = client.start(['bash', '-c', `exec 3<>/dev/tcp/${server.address}/6379; read -r _ <&3`]);
      try {
        await expect
          .poll(() => server.run(['ss', '-Htn']).stdout, { timeout: 20_000 })
          .toContain('10.77.1.2');
        const refused = step(server, ['close'], { PATIENCE: '0' });
        expect(refused.code).toBe(1);
        expect(refused.stderr).toContain('10.77.1.2 is connected at 10.77.1.1');
        expect(rulesOf(server)).toBe('');
        expect(bindOf()).toBe(`${server.address} 127.0.0.1 -${inner}`);
      } finally {
        holding.kill('SIGKILL');
      }
    });

    it('closes: only the tunnel reaches the server, and the server itself', () => {
      expect(step(server, ['close']).stderr).not.toContain('FAILED');
      done(client, 'close');
      expect(bindOf()).toBe(`127.0.0.1 -::1 -${inner}`);
      for (const host of [client, stranger]) expect(knock(host, server.address, 1)).toBe('timed out');
      stranger.run(['ip', 'route', 'add', inner, 'via', server.address]);
      expect(knock(stranger, inner, 1)).toBe('timed out');
      expect(knock(client, inner)).toBe(overheardWord);
      expect(knock(server, '127.0.0.1')).toBe(overheardWord);
    });

    it('lets no client look for the server elsewhere while its tunnel is down', async () => {
      client.run(['ip', 'route', 'add', 'default', 'via', stranger.address]);
      client.run(['wg-quick', 'down', 'wg-redis']);
      let answer = '';
      const seen = await network.overheard(() => (answer = knock(client, inner)));
      expect(answer).toBe('refused');
      // The address of the server as it would stand in a packet.
      expect(seen.includes(Buffer.from(inner.split('.').map(Number)))).toBe(false);
      // Nor do those whom it passes on: its containers.
      const redirects = ['all', 'eth0'].map((name) => `net.ipv4.conf.${name}.send_redirects=0`);
      client.run(['sysctl', '-qw', 'net.ipv4.ip_forward=1', ...redirects]);
      stranger.run(['ip', 'route', 'replace', inner, 'via', client.address]);
      expect(knock(stranger, inner, 2)).toBe('refused');
      stranger.run(['ip', 'route', 'replace', inner, 'via', server.address]);
      client.run(['wg-quick', 'up', 'wg-redis']);
      expect(knock(client, inner)).toBe(overheardWord);
    });

    it('is there again after a restart of the tunnel at the server, which goes on listening', () => {
      server.run(['wg-quick', 'down', 'wg-redis']);
      server.run(['wg-quick', 'up', 'wg-redis']);
      // It would ask for a handshake by itself once nothing comes back for a quarter of a minute.
      client.run(['wg-quick', 'down', 'wg-redis']);
      client.run(['wg-quick', 'up', 'wg-redis']);
      done(client, 'test');
      expect(knock(client, inner)).toBe(overheardWord);
    });

    it('has to be there before a server that listens inside of it, or the address may be missing', async () => {
      const early = async (bind: string): Promise<string> => {
        const one = await matrixServer('redis-7.0').start(
          ['port 6379', `bind ${bind}`, 'protected-mode no'],
          {
            within: stranger.within,
          },
        );
        stranger.run(['ip', 'addr', 'add', '10.99.9.1/32', 'dev', 'lo']);
        const answer = stranger.run([cli, '-h', '10.99.9.1', 'PING']);
        stranger.run(['ip', 'addr', 'del', '10.99.9.1/32', 'dev', 'lo']);
        await one.stop();
        return answer.stdout.trim();
      };
      await expect(early('127.0.0.1 10.99.9.1')).rejects.toThrow();
      expect(await early('127.0.0.1 -10.99.9.1')).toBe('');
      stranger.run(['sysctl', '-qw', 'net.ipv4.ip_nonlocal_bind=1']);
      expect(await early('127.0.0.1 -10.99.9.1')).toBe('PONG');
    });

    it('goes back: all is as it was', () => {
      expect(step(server, ['down']).stderr).toContain('run open first');
      // Rules go first: a server that does not answer keeps nobody out.
      expect(step(server, ['open'], { REDIS_CLI: 'false' })).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('bind is not put back yet'),
      });
      expect(rulesOf(server)).toBe('');
      for (const host of [server, client]) done(host, 'open');
      expect(bindOf()).toBe(`${server.address} 127.0.0.1`);
      // What others have made of bind meanwhile is theirs.
      done(server, 'bind');
      server.run([cli, '-p', '6379', 'CONFIG', 'SET', 'bind', `127.0.0.1 ${server.address}`]);
      expect(step(server, ['open']).stderr).toContain(
        `stays: 127.0.0.1 ${server.address} (before the tunnel: ${server.address} 127.0.0.1)`,
      );
      expect(bindOf()).toBe(`127.0.0.1 ${server.address}`);
      for (const host of [server, client]) done(host, 'down');
      for (const host of [server, client]) {
        expect(rulesOf(host)).toBe('');
        expect(host.run(['ls', '/etc/wireguard']).stdout).toBe('');
        expect(host.run(['ip', '-o', 'link']).stdout).not.toContain('wg-redis');
      }
      expect(knock(stranger, server.address)).toBe(overheardWord);
    });

    it('closes a port that leads into a container: who comes by it is seen, and bind there stays', async () => {
      const outside = ['ip', 'netns', 'exec', 'box'];
      for (const words of [
        'ip netns add box',
        'ip link add box0 type veth peer name eth0 netns box',
        'ip addr add 172.30.0.1/24 dev box0',
        'ip link set box0 up',
        'ip -n box addr add 172.30.0.2/24 dev eth0',
        'ip -n box link set eth0 up',
        'ip -n box link set lo up',
        'ip -n box route add default via 172.30.0.1',
        'sysctl -qw net.ipv4.ip_forward=1',
      ]) {
        const { code, stderr } = server.run(words.split(' '));
        if (code !== 0) throw new Error(`${words}: ${stderr}`);
      }
      const boxed = await matrixServer('redis-7.0').start(
        ['port 6379', 'bind 0.0.0.0', 'protected-mode no'],
        { within: [...server.within, ...outside] as [string, ...string[]] },
      );
      const lead = 'tcp dport 6379 fib daddr type local dnat to 172.30.0.2';
      const loaded = server.run(['nft', '-f', '-'], {
        input: `table ip box {
  chain come {
    type nat hook prerouting priority -100
    ${lead}
  }
}
`,
      });
      expect(loaded.stderr).toBe('');
      try {
        writeFileSync(keys, [server, client].map((host) => done(host, 'key')).join(''));
        for (const host of [server, client]) done(host, 'files', keys);
        for (const host of [server, client]) done(host, 'up');
        const holding = client.start([
          'bash',
          '-c',
          `exec 3<>/dev/tcp/${server.address}/6379; printf 'PING\r\n' >&3; read -r _ <&3; read -r _ <&3`,
        ]);
        await expect
          .poll(() => server.run([...outside, 'ss', '-Htn']).stdout, { timeout: 20_000 })
          .toContain('10.77.1.2');
        const refused = step(server, ['close'], { PATIENCE: '0' });
        expect(refused.stderr).toMatch(/10\.77\.1\.2 is connected at 10\.77\.1\.1|somebody is connected/);
        expect(refused.code).toBe(1);
        holding.kill('SIGKILL');
        const closed = step(server, ['close'], { ANYWAY: 'yes' });
        expect(closed).toMatchObject({ code: 0, stderr: expect.stringContaining('bind stays') });
        expect(server.run([...outside, cli, 'CONFIG', 'GET', 'bind']).stdout).toBe('bind\n0.0.0.0\n');
        expect(knock(client, server.address, 1)).toBe('timed out');
        expect(knock(client, inner)).toBe(overheardWord);
        for (const host of [server, client]) for (const word of ['open', 'down']) done(host, word);
      } finally {
        await boxed.stop();
        server.run(['ip', 'netns', 'del', 'box']);
        server.run(['nft', 'delete', 'table', 'ip', 'box']);
      }
    });
  },
);
