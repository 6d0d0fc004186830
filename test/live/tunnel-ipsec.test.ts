/**
 * The IPsec form, done by its own script on hosts of our own, with strongSwan. Kernels differ in what they can: where
 * this one has policies and no ESP, transport mode is tried up to the keys, policies and rules as the kernel judges
 * them; and the way of the packets in tunnel mode, with the ESP of strongSwan's libipsec.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import ipsec from '../../src/catalog/renderings/ipsec/index.ts';
import { tunnelPlan } from '../renderings/support/tunnel-plan.ts';
import { matrixServer } from './support/servers.ts';
import {
  knock,
  overheardWord,
  type Ran,
  type TunnelHost,
  tunnelHosts,
  whyNoTunnelHosts,
} from './support/tunnel-hosts.ts';
import { tunnelTools } from './support/tunnel-tools.ts';

const missing = whyNoTunnelHosts();
const tools = missing === undefined ? await tunnelTools('tunnel-ipsec') : { missing };

/** strongSwan with its own ESP: packets of the daemon itself are marked, so that they do not go round. */
const ownEsp = `charon-systemd {
  plugins {
    kernel-libipsec {
      load = yes
      allow_peer_ts = yes
    }
    kernel-netlink {
      fwmark = !0x42
    }
    socket-default {
      fwmark = 0x42
    }
  }
}
`;

/** Three hosts: one with a server, one that was seen to use it, one that was not, or that somebody else vouches for. */
async function scene(name: string, clients: number, esp: 'of the kernel' | 'of its own') {
  if ('missing' in tools) throw new Error(tools.missing);
  const folder = mkdtempSync(join(tmpdir(), 'keyward-ipsec-'));
  const at = (file: string): string => join(folder, file);
  const network = await tunnelHosts(`kwt${process.pid}${name}`, 3, tools);
  const [server, client, stranger] = network.hosts;
  if (!server || !client || !stranger) throw new Error('three hosts are needed');
  const redis = await matrixServer('redis-7.0').start(
    ['port 6379', `bind ${server.address} 127.0.0.1`, 'protected-mode no'],
    { within: server.within },
  );
  const seen = [client, stranger].slice(0, clients).map(({ address }) => address);
  const text = ipsec.render(tunnelPlan(server.address, seen));
  writeFileSync(
    at('tunnel.sh'),
    esp === 'of its own' ? text.replaceAll('mode = transport', 'mode = tunnel') : text,
  );
  const daemons = new Map<TunnelHost, ChildProcess>();
  for (const host of network.hosts) {
    if (esp === 'of its own') host.run(['tee', '/etc/strongswan.d/own-esp.conf'], { input: ownEsp });
    daemons.set(host, host.start(['charon-systemd']));
  }
  const step = (
    host: TunnelHost,
    words: readonly string[],
    { input = '', ...env }: NodeJS.ProcessEnv = {},
  ): Ran =>
    host.run(['sh', at('tunnel.sh'), ...words], {
      input,
      env: { PATIENCE: '20', AUTHORITY: at('authority'), ...env },
    });
  const done = (host: TunnelHost, words: readonly string[], env: NodeJS.ProcessEnv = {}): string => {
    const { code, stdout, stderr } = step(host, words, env);
    if (code !== 0) throw new Error(`${words.join(' ')} at ${host.address}: ${stderr}`);
    return stdout;
  };
  /** All until the files are in place. */
  const certify = (host: TunnelHost, authority = 'authority'): void => {
    const where = { AUTHORITY: at(authority) };
    const input = done(host, ['key']);
    writeFileSync(at(`${host.address}.crt`), done(server, ['sign', host.address], { ...where, input }));
    done(host, ['files', at(`${authority}/ca.crt`), at(`${host.address}.crt`)]);
  };
  const knocks = (from: TunnelHost, patience?: number): string => knock(from, server.address, patience);
  const stop = async (host: TunnelHost): Promise<void> => {
    const daemon = daemons.get(host);
    if (daemon === undefined || daemon.exitCode !== null) return;
    const ended = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    await ended;
  };
  const close = async (): Promise<void> => {
    await redis.stop();
    network.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { network, server, client, stranger, at, step, done, certify, knocks, stop, close };
}
type Scene = Awaited<ReturnType<typeof scene>>;

const securities = (host: TunnelHost): string => host.run(['swanctl', '--list-sas']).stdout;
const policies = (host: TunnelHost): string =>
  host.run(['ip', 'xfrm', 'policy', 'list', 'proto', 'tcp']).stdout;

describe.skipIf('missing' in tools)(`the IPsec form${'missing' in tools ? `: ${tools.missing}` : ''}`, () => {
  let here: Scene;
  beforeAll(async () => {
    here = await scene('i', 1, 'of the kernel');
  }, 60_000);
  afterAll(() => here?.close());

  it('has an authority of its own, and certificates that are for one host and its key only', () => {
    const { server, client, certify, step, at, done } = here;
    certify(server);
    const ca = at('authority/ca.crt');
    done(client, ['key']);
    expect(step(client, ['files', ca, at('10.77.1.1.crt')]).stderr).toContain(
      'is not for the key of this host',
    );
    const other = done(server, ['sign', server.address], { input: done(client, ['key']) });
    writeFileSync(at('other.crt'), other);
    expect(step(client, ['files', ca, at('other.crt')]).stderr).toContain('is not for 10.77.1.2');
    certify(client);
    const keys = ['/etc/swanctl/private/keyward-tunnel.key', at('authority/ca.key')];
    expect(server.run(['stat', '-c', '%a', ...keys]).stdout).toBe('600\n600\n');
  });

  it('is loaded by swanctl, and agrees on keys with its certificates; without a tunnel nothing is changed', () => {
    const { server, client, stranger, step, done, knocks } = here;
    done(server, ['up']);
    const up = step(client, ['up']);
    expect(securities(client)).toContain('AES_GCM_16-256/PRF_HMAC_SHA2_384/ECP_384');
    expect(securities(server)).toMatch(/keyward-10-77-1-2: .*ESTABLISHED/);
    // The kernel decides whether there can be more.
    if (up.code === 0) expect(securities(server)).toMatch(/INSTALLED, TRANSPORT, ESP:AES_GCM_16-256/);
    else {
      expect(up.stderr).toContain('In clear it goes on as before');
      expect(policies(client)).toBe('');
      expect(step(client, ['close'], { PATIENCE: '0' }).stderr).toContain('no tunnel with these');
    }
    for (const host of [client, stranger]) expect(knocks(host)).toBe(overheardWord);
  });

  it('lets no packet out in clear, once it is a trap', async () => {
    const { server, client, stranger, network, knocks } = here;
    const file = '/etc/swanctl/conf.d/keyward-tunnel.conf';
    for (const host of [client, server]) {
      host.run(['sed', '-i', 's/start_action = none/start_action = trap/', file]);
      host.run(['swanctl', '--load-conns']);
    }
    expect(policies(client)).toContain('src 10.77.1.2/32 dst 10.77.1.1/32 proto tcp dport 6379');
    const tunnel = securities(client).includes('INSTALLED');
    let answer = '';
    const seen = await network.overheard(() => (answer = knocks(client, tunnel ? 20 : 1)));
    expect(answer).toBe(tunnel ? overheardWord : 'timed out');
    expect(tcpTo(seen, 6379)).toBe(0);
    // From a client that knows of no tunnel the server takes nothing; from others it does until rules come with close.
    client.run(['ip', 'xfrm', 'policy', 'flush']);
    const clear = await network.overheard(() => (answer = knocks(client, 1)));
    expect(answer).toBe('timed out');
    expect(tcpTo(clear, 6379)).toBeGreaterThan(0);
    expect(knocks(stranger)).toBe(overheardWord);
  });

  it('has rules that keep out what comes in clear, and keep it in, also while strongSwan is stopped', async () => {
    const { server, client, stranger, done, knocks, stop, network } = here;
    const file = '/etc/swanctl/conf.d/keyward-tunnel.conf';
    for (const host of [server, client]) host.run(['sed', '-i', 's/= trap/= none/', file]);
    for (const host of [server, client]) done(host, ['close'], { ANYWAY: 'yes' });
    for (const host of [server, client])
      expect(host.run(['cat', file]).stdout).toContain('start_action = trap');
    for (const host of [server, client]) {
      await stop(host);
      host.run(['ip', 'xfrm', 'policy', 'flush']);
    }
    let answer = '';
    const seen = await network.overheard(() => (answer = knocks(client, 1)));
    expect([answer, tcpTo(seen, 6379)]).toEqual(['timed out', 0]);
    client.run(['nft', 'flush', 'ruleset']);
    for (const host of [stranger, client]) expect(knocks(host, 1)).toBe('timed out');
    const talk = 'exec 3<>/dev/tcp/127.0.0.1/6379; echo reached';
    expect(server.run(['bash', '-c', talk]).stdout).toBe('reached\n');
  });
});

describe.skipIf('missing' in tools)('the IPsec form in tunnel mode, with the ESP of strongSwan', () => {
  let here: Scene;
  beforeAll(async () => {
    here = await scene('e', 2, 'of its own');
  }, 60_000);
  afterAll(() => here?.close());

  it('carries a server’s words so that nobody reads them', async () => {
    const { server, client, network, certify, done, knocks } = here;
    for (const host of [server, client]) certify(host);
    for (const host of [server, client]) done(host, ['up']);
    expect(securities(server)).toMatch(/INSTALLED, TUNNEL-in-UDP, ESP:AES_GCM_16-256/);
    expect(done(client, ['test'])).toMatch(/keyward-10-77-1-1-to: .*INSTALLED[\s\S]*notAfter=/);
    let answer = '';
    const seen = await network.overheard(() => (answer = knocks(client)));
    expect(answer).toBe(overheardWord);
    expect(seen.length).toBeGreaterThan(500);
    expect([tcpTo(seen, 6379), seen.includes(overheardWord)]).toEqual([0, false]);
  });

  it('takes nobody whom another authority vouches for, and leaves them as they were', () => {
    const { server, stranger, certify, step, knocks } = here;
    certify(stranger, 'another');
    const up = step(stranger, ['up']);
    expect(up.code).toBe(1);
    expect(up.stderr).toMatch(/AUTHENTICATION_FAILED|AUTH_FAILED/);
    expect(securities(server)).not.toContain('10.77.1.3');
    expect(knocks(stranger)).toBe(overheardWord);
  });

  it('does not close before everybody has one', () => {
    const { server, step } = here;
    const refused = step(server, ['close'], { PATIENCE: '0' });
    expect(refused.stderr).toMatch(/10\.77\.1\.3\nFAILED: no tunnel with these: nothing was changed/);
    expect(server.run(['nft', 'list', 'ruleset']).stdout).toBe('');
  });

  it('goes back: all is as it was', () => {
    const { server, client, step, done, knocks } = here;
    expect(step(server, ['down'], { PATIENCE: '0' }).stderr).toContain('run down there first');
    for (const host of [client, server]) {
      done(host, ['open']);
      done(host, ['down']);
      expect(host.run(['swanctl', '--list-conns']).stdout).toBe('');
      expect(host.run(['find', '/etc/swanctl', '-name', '*keyward*']).stdout).toBe('');
    }
    expect(knocks(client)).toBe(overheardWord);
  });
});

/** How many packets of TCP with that port a capture has: of frames that hold IPv4. */
function tcpTo(capture: Buffer, port: number): number {
  let count = 0;
  for (let at = 24; at + 16 <= capture.length;) {
    const length = capture.readUInt32LE(at + 8);
    const frame = capture.subarray(at + 16, at + 16 + length);
    const ports = 14 + ((frame[14] ?? 0) & 15) * 4;
    if (frame.length >= ports + 4 && frame.readUInt16BE(12) === 0x0800 && frame[23] === 6)
      if (frame.readUInt16BE(ports) === port || frame.readUInt16BE(ports + 2) === port) count++;
    at += 16 + length;
  }
  return count;
}
