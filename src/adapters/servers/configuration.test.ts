import { describe, expect, test } from 'vitest';
import { configurationLines, lastValue } from './configuration.ts';

const place = { dir: '/tmp/a "dir"', port: 6400, tlsPort: 6401 };

describe('the configuration of a throw-away server', () => {
  test('keeps it on the loopback interface, in the foreground, without a dump', () => {
    const lines = configurationLines([], place, false);
    expect(lines).toEqual([
      'bind 127.0.0.1',
      'port 6400',
      String.raw`dir "/tmp/a \"dir\""`,
      'daemonize no',
      'save ""',
    ]);
  });

  test('has no directive that a Sentinel does not know', () => {
    expect(configurationLines([], place, true)).not.toContain('save ""');
  });

  test('leaves alone what was given, in any case', () => {
    const lines = configurationLines(['BIND 0.0.0.0', 'port 0', 'save 60 1'], place, false);
    expect(lines.filter((line) => /^(?:bind|port|save)/i.test(line))).toEqual([
      'BIND 0.0.0.0',
      'port 0',
      'save 60 1',
    ]);
  });

  test('may be made from the place', () => {
    expect(configurationLines(({ tlsPort }) => [`tls-port ${tlsPort}`], place, false)).toContain(
      'tls-port 6401',
    );
  });

  test('the last line of a name counts', () => {
    expect(lastValue(['port 1', ' PORT  2 ', 'portal 3'], 'port')).toBe('2');
    expect(lastValue([], 'port')).toBeUndefined();
  });
});
