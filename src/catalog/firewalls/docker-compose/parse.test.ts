import { describe, expect, it } from 'vitest';
import { decides, reaches } from '../../../../test/live/firewalls/clouds-reach.ts';
import { parseCompose } from './index.ts';

const compose = (ports: string, more = ''): string =>
  `services:\n  redis:\n    image: redis\n    ports:\n      - ${ports}\n${more}`;
const read = (text: string, context = {}) => parseCompose([{ text, file: 'compose.yaml' }], context);
const published = (text: string, context = {}) =>
  read(text, context).services[0]?.published.map(
    ({ hostAddress, hostPorts }) => `${hostAddress ?? '?'} ${String(hostPorts)}`,
  );

describe('published ports', () => {
  it.each([
    ['6379:6379', ['0.0.0.0 6379,6379', ':: 6379,6379']],
    ['"6379"', ['0.0.0.0 ephemeral', ':: ephemeral']],
    ['6379', ['0.0.0.0 ephemeral', ':: ephemeral']],
    ['127.0.0.1:6379:6379', ['127.0.0.1 6379,6379']],
    ['127.0.0.1::6379', ['127.0.0.1 ephemeral']],
    ['"[::1]:6379:6379"', ['::1 6379,6379']],
    ['6379-6381:6379-6381', ['0.0.0.0 6379,6381', ':: 6379,6381']],
    ['6379:6379/udp', ['0.0.0.0 6379,6379', ':: 6379,6379']],
    ['{target: 6379, published: 16379, host_ip: 10.0.0.4}', ['10.0.0.4 16379,16379']],
    ['{target: 6379}', ['0.0.0.0 ephemeral', ':: ephemeral']],
    ['"${PORT:-7000}:6379"', ['0.0.0.0 7000,7000', ':: 7000,7000']],
    ['"${PORT}:6379"', ['0.0.0.0 unknown', ':: unknown']],
    ['"${HOST:-127.0.0.1}:${PORT:-${OTHER:-7001}}:6379"', ['127.0.0.1 7001,7001']],
  ])('%s', (ports, expected) => {
    expect(published(compose(ports))).toEqual(expected);
  });

  it('take variables from the environment', () => {
    expect(published(compose('"${PORT:-7000}:6379"'), { environment: { PORT: '7002' } })).toEqual([
      '0.0.0.0 7002,7002',
      ':: 7002,7002',
    ]);
  });

  it('lead to the service from everywhere, past ufw, and name their line', () => {
    const { ruleSets } = read(compose('"6379:6379"'));
    expect([
      reaches(ruleSets, '8.8.8.8'),
      reaches(ruleSets, '2001:db8::1'),
      reaches(ruleSets, '8.8.8.8', 6380),
    ]).toEqual(['certain', 'certain', 'no']);
    expect(decides(ruleSets, '8.8.8.8')).toMatchObject({ file: 'compose.yaml', line: 5 });
  });

  it('are open as far as nobody knows them', () => {
    expect(reaches(read(compose('"${PORT}:6379"')).ruleSets, '8.8.8.8')).toBe('depends');
    expect(reaches(read(compose('"6379"')).ruleSets, '8.8.8.8', 32_768)).toBe('depends');
    expect(reaches(read(compose('nonsense')).ruleSets, '8.8.8.8')).toBe('depends');
  });

  it('are of TCP only', () => {
    expect(reaches(read(compose('6379:6379/udp')).ruleSets, '8.8.8.8')).toBe('no');
  });

  it('follow what a network binds to', () => {
    const more =
      'networks:\n  default:\n    driver_opts: {com.docker.network.bridge.host_binding_ipv4: 127.0.0.1}\n';
    expect(published(compose('6379:6379', more))).toEqual(['127.0.0.1 6379,6379']);
  });
});

describe('services', () => {
  it.each([
    ['network_mode: host', 'host'],
    ['network_mode: none', 'internal'],
    ['network_mode: "service:vpn"', 'internal'],
    ['network_mode: "${MODE}"', 'unknown'],
    ['networks: [lan]', 'own'],
    ['networks: [in]', 'internal'],
    ['networks: [in, out]', 'bridge'],
    ['extends: {service: far, file: other.yaml}', 'unknown'],
  ])('%s', (line, reachedBy) => {
    const text = `services:\n  redis:\n    image: redis\n    ${line}\n  vpn: {image: v}\nnetworks:\n  in: {internal: true}\n  out: {}\n  lan: {driver: macvlan}\n`;
    expect(read(text).services[0]?.reachedBy).toBe(reachedBy);
  });

  it('add up over several files, unless one of them says otherwise', () => {
    const base = compose('127.0.0.1:6379:6379');
    const ports = (second: string) =>
      parseCompose([
        { text: base },
        { text: `services:\n  redis:\n    ports: ${second}` },
      ]).services[0]?.published.map(({ hostPorts }) => hostPorts[0]);
    expect(ports('["127.0.0.1:7000:6379"]')).toEqual([6379, 7000]);
    expect(ports('!override ["127.0.0.1:7000:6379"]')).toEqual([7000]);
    expect(ports('!reset []')).toEqual([]);
  });

  it('take over the ports of what they extend', () => {
    const text = 'services:\n  base:\n    ports: ["127.0.0.1:6379:6379"]\n  redis:\n    extends: base\n';
    expect(read(text).services[1]?.published).toHaveLength(1);
    const round = 'services:\n  a: {extends: b}\n  b: {extends: a}\n';
    expect(read(round).services.map(({ reachedBy }) => reachedBy)).toEqual(['unknown', 'unknown']);
  });
});
