import { describe, expect, test } from 'vitest';
import { chosenPackages } from '../../../scripts/servers/apt.ts';
import { findArchive, parseDeb822, parseOneLine } from '../../../scripts/servers/apt-sources.ts';

const debian = `Types: deb
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

describe('what apt is told', () => {
  test('is read from deb822 files', () => {
    expect(parseDeb822(debian)).toEqual([
      {
        uris: ['http://mirror.example/debian'],
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main'],
        signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
      },
      expect.objectContaining({ suites: ['bookworm-security'] }),
    ]);
  });

  test('is not read from stanzas that are switched off or name only sources', () => {
    const stanza = 'URIs: http://a.example/debian\nSuites: bookworm\nComponents: main\n';
    expect(parseDeb822(`Enabled: no\nTypes: deb\n${stanza}`)).toEqual([]);
    expect(parseDeb822(`Types: deb-src\n${stanza}`)).toEqual([]);
  });

  test('may hold the key itself', () => {
    const armoured = (debian.split('\n\n')[0] ?? '').replace(
      /Signed-By:.*/,
      'Signed-By:\n -----BEGIN KEY-----\n .\n AAAA\n -----END KEY-----',
    );
    expect(parseDeb822(armoured)[0]?.signedBy).toBe('-----BEGIN KEY-----\n\nAAAA\n-----END KEY-----');
  });

  test('is read from one-line files', () => {
    const text = `# deb http://off.example/debian bookworm main
deb http://plain.example/ubuntu noble main universe # why not
deb [arch=amd64 signed-by=/etc/apt/keyrings/a.gpg] https://signed.example/debian bookworm main
deb-src http://plain.example/ubuntu noble main
`;
    expect(parseOneLine(text)).toEqual([
      {
        uris: ['http://plain.example/ubuntu'],
        suites: ['noble'],
        components: ['main', 'universe'],
        signedBy: undefined,
      },
      {
        uris: ['https://signed.example/debian'],
        suites: ['bookworm'],
        components: ['main'],
        signedBy: '/etc/apt/keyrings/a.gpg',
      },
    ]);
  });

  test('tells the distribution’s archive from another vendor’s suite of the same name', () => {
    const vendor = parseOneLine(
      'deb [signed-by=/usr/share/keyrings/vendor.gpg] https://vendor.example/apt bookworm main',
    );
    expect(findArchive([...vendor, ...parseDeb822(debian)], 'debian', 'bookworm')).toEqual({
      main: 'http://mirror.example/debian',
      security: 'http://mirror.example/debian-security',
      signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
    });
    expect(findArchive([], 'debian', 'bookworm')).toBeUndefined();
  });

  test('says which packages a server needs: programs and libraries, with the exact version', () => {
    const printed = `Reading package lists...
'http://m.example/a/redis-server_7.0.15-1%7edeb12u2_amd64.deb' redis-server_5%3a7.0.15-1~deb12u2_amd64.deb 72368 SHA256:00
'http://m.example/a/libssl3_3.0.1_amd64.deb' libssl3_3.0.1_amd64.deb 2000000 SHA256:00
'http://m.example/a/adduser_3.134_all.deb' adduser_3.134_all.deb 105000 SHA256:00
'http://m.example/a/libpam0g_1.5_amd64.deb' libpam0g_1.5_amd64.deb 105000 SHA256:00
`;
    expect(chosenPackages(printed)).toEqual(['redis-server=5:7.0.15-1~deb12u2', 'libssl3=3.0.1']);
  });
});
