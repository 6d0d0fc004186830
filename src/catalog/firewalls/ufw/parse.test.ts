import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, reach, type RuleSet, type Topology } from '../../../lang/packets/index.ts';
import { parseUfw, parseUfwStatus, type UfwFiles } from './index.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 200;
const host: Topology = {
  interfaces: [{ name: 'eth0', addresses: ['10.0.0.1', 'fd00::1'], networks: ['0.0.0.0/0', '::/0'] }],
};

function said(rules: RuleSet, source: string, port = 6379): string {
  const family = source.includes(':') ? 'ipv6' : 'ipv4';
  const destination = family === 'ipv6' ? 'fd00::1' : '10.0.0.1';
  const answers = reach([rules], host, { family, destination, port, inInterface: 'eth0' });
  const one = answers.find(({ sources }) => contains(sources, source));
  return `${one?.reach} ${one?.because.file ?? ''}:${one?.because.line ?? ''}`;
}

const user = (six: boolean, ...rules: readonly string[]): string => {
  const ufw = six ? 'ufw6' : 'ufw';
  const chains = ['user-input', 'user-forward', 'user-limit', 'user-limit-accept'];
  return `*filter\n${chains.map((name) => `:${ufw}-${name} - [0:0]\n`).join('')}${rules
    .map((rule) => `-A ${ufw}-${rule}\n`)
    .join('')}COMMIT\n`;
};
const allow = 'user-input -p tcp --dport 6379 -s 192.0.2.0/24 -j ACCEPT';
const files = (more: UfwFiles): UfwFiles => ({
  userRules: user(false, allow),
  user6Rules: user(true),
  conf: 'ENABLED=yes\n',
  defaults: 'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\n',
  ...more,
});
const fatal = ({ problems }: RuleSet): readonly string[] =>
  problems.filter((one) => one.fatal).map(({ reason, at }) => `${at.file}:${at.line} ${reason}`);

describe('the files of ufw', () => {
  it('let in by user.rules, and name the line', () => {
    expect(said(parseUfw(files({})), '192.0.2.7')).toBe('certain /etc/ufw/user.rules:6');
  });

  it('shut what is left by the default policy, and name its line', () => {
    expect(said(parseUfw(files({})), '198.51.100.7')).toBe('no /etc/default/ufw:2');
    const reject = parseUfw(files({ defaults: 'IPV6=yes\n\nDEFAULT_INPUT_POLICY=REJECT # all\n' }));
    expect(said(reject, '198.51.100.7')).toBe('no /etc/default/ufw:3');
    expect(said(parseUfw(files({ defaults: "DEFAULT_INPUT_POLICY='ACCEPT'" })), '198.51.100.7')).toMatch(
      /^certain/,
    );
  });

  it('load nothing where ufw is not enabled', () => {
    expect(parseUfw(files({ conf: 'ENABLED=no\n' })).tables).toEqual([]);
    expect(parseUfw(files({ conf: '' })).tables).toEqual([]);
  });

  it('shut IPv6 where it is switched off', () => {
    const rules = parseUfw(
      files({ defaults: 'IPV6=no\n', user6Rules: user(true, 'user-input -p tcp --dport 6379 -j ACCEPT') }),
    );
    expect(said(rules, '2001:db8::7')).toBe('no /etc/default/ufw:1');
  });

  it('are loaded up to the mistake, and the other files all the same', () => {
    const beforeRules =
      '*filter\n:ufw-before-input - [0:0]\n-A ufw-before-input -s 203.0.113.0/24 -j ACCEPT\n-A ufw-before-input --nonsense\nCOMMIT\n';
    const rules = parseUfw(files({ beforeRules }));
    expect(fatal(rules).join()).toContain('/etc/ufw/before.rules:4');
    expect(said(rules, '203.0.113.7')).toMatch(/^no/);
    expect(said(rules, '192.0.2.7')).toMatch(/^certain/);
  });

  it('are not loaded where COMMIT is missing, and do not swallow the next file', () => {
    const rules = parseUfw(files({ beforeRules: '*filter\n-A ufw-before-input -j ACCEPT\n' }));
    expect(fatal(rules)).toEqual([
      '/etc/ufw/before.rules:1 the file ends before the COMMIT of this table: the table is not loaded',
    ]);
    expect(said(rules, '198.51.100.7')).toMatch(/^no/);
  });

  it('leave open what files that were not read may say', () => {
    const { userRules: _, ...rest } = files({});
    expect(said(parseUfw(rest), '198.51.100.7')).toMatch(/^depends/);
    const computed = parseUfw(files({ defaults: 'IPV6=yes\nDEFAULT_INPUT_POLICY="$POLICY"\n' }));
    expect(said(computed, '198.51.100.7')).toMatch(/^depends/);
  });

  it('may hold tables of their own', () => {
    const beforeRules =
      '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 16379 -j REDIRECT --to-ports 6379\nCOMMIT\n*filter\n:ufw-before-input - [0:0]\nCOMMIT\n';
    expect(said(parseUfw(files({ beforeRules })), '192.0.2.7', 16_379)).toMatch(/^certain/);
  });

  it('may hold anything without a throw', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '*filter',
        'COMMIT',
        ':ufw-before-input - [0:0]',
        '-A ufw-before-input -j ufw-user-input',
        '*',
      ),
      fc.string({ maxLength: 40 }),
      fc.constant(`-A ufw-user-input -j ufw-before-input`),
    );
    const text = fc.option(
      fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n')),
      { nil: undefined },
    );
    fc.assert(
      fc.property(text, text, text, text, (userRules, beforeRules, defaults, conf) => {
        const given = { userRules, beforeRules, defaults, conf };
        const some = Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined));
        expect(parseUfw(some).backend).toBe('ufw');
        expect(parseUfwStatus(userRules ?? '').backend).toBe('ufw-status');
      }),
      { numRuns: runs },
    );
  });
});

describe('ufw status', () => {
  const verbose = (rules: string, policy = 'deny'): RuleSet =>
    parseUfwStatus(
      `Status: active\nLogging: on (low)\nDefault: ${policy} (incoming), allow (outgoing), disabled (routed)\nNew profiles: skip\n\n` +
        `To                         Action      From\n--                         ------      ----\n${rules}\n`,
    );

  it.each([
    ['6379/tcp                   ALLOW IN    192.0.2.0/24', '192.0.2.7', 'certain'],
    ['6379/tcp                   ALLOW IN    192.0.2.0/24', '198.51.100.7', 'no'],
    ['6379/tcp (v6)              ALLOW IN    Anywhere (v6)', '2001:db8::7', 'certain'],
    ['6379/tcp (v6)              ALLOW IN    Anywhere (v6)', '192.0.2.7', 'no'],
    ['10.0.0.1 6379/tcp          ALLOW IN    Anywhere                   (log)', '192.0.2.7', 'certain'],
    ['6379/tcp on eth1           ALLOW IN    Anywhere', '192.0.2.7', 'no'],
    [
      '22,6370:6380/tcp           ALLOW IN    Anywhere                   # for # Redis',
      '192.0.2.7',
      'certain',
    ],
    ['Redis                      ALLOW IN    Anywhere', '192.0.2.7', 'depends'],
    ['6379/tcp (Redis)           ALLOW IN    Anywhere', '192.0.2.7', 'certain'],
    ['6379 (Nginx Full)          ALLOW IN    Anywhere', '192.0.2.7', 'certain'],
    ['6379/tcp                   LIMIT IN    Anywhere', '192.0.2.7', 'depends'],
    ['6379/tcp                   ALLOW OUT   Anywhere', '192.0.2.7', 'no'],
    ['6379/tcp on eth1           ALLOW FWD   Anywhere on eth0', '192.0.2.7', 'no'],
    ['Anywhere                   ALLOW IN    192.0.2.0/24/esp', '192.0.2.7', 'no'],
    ['Anywhere                   ALLOW IN    192.0.2.7 1024:65535/tcp', '192.0.2.7', 'certain'],
    ['fd00::1 6379/tcp           ALLOW IN    2001:db8::/32', '2001:db8::7', 'certain'],
  ])('%s: from %s %s', (line, source, expected) => {
    expect(said(verbose(line), source).split(' ')[0]).toBe(expected);
  });

  it('leaves the default open where it is not told', () => {
    expect(said(parseUfwStatus('Status: active\n'), '192.0.2.7')).toMatch(/^depends/);
    expect(said(verbose('', 'allow'), '192.0.2.7')).toMatch(/^certain/);
  });

  it('is no list of rules where it says so, or is something else', () => {
    expect(parseUfwStatus('Status: inactive\n').tables).toEqual([]);
    expect(fatal(parseUfwStatus('ERROR: You need to be root'))).toHaveLength(1);
  });
});
