// Three servers as an audit of them looks: what tests, docs and screenshots of every report show. Long, since it is
// data: nothing in it is computed but counts.
import {
  capabilityNames,
  collectedNames,
  known,
  severities,
  unknown,
  type Actor,
  type Audit,
  type Capability,
  type Cell,
  type Collected,
  type CheckResult,
  type CollectedFacts,
  type Evidence,
  type Exposure,
  type Finding,
  type Origin,
  type SecretNote,
  type ServerAudit,
  type Severity,
  type Target,
} from '../../model/index.ts';
import { identity, user } from '../example-facts.ts';

/** A password as evidence keeps it. No report may print `same`. */
const noteOf = (same: string, strength: SecretNote['strength'] = 'strong'): SecretNote => ({
  secret: true,
  strength,
  same,
});

const at = '2026-03-14T09:26:53Z';

/** Evidence in which only `facts` are known. */
function evidenceOf(target: Target, facts: Partial<CollectedFacts>): Evidence {
  const all = collectedNames.map((name) => [
    name,
    name in facts
      ? known(facts[name], name.toUpperCase())
      : unknown('not-asked', 'nothing to ask: no access to the host'),
  ]);
  return {
    schema: 'keyward.evidence/1',
    target,
    collectedAt: at,
    facts: Object.fromEntries(all) as Collected,
  };
}

/** A server about which nothing is known but its name. */
export const serverOf = (name: string, more: Partial<ServerAudit> = {}): ServerAudit => {
  const findings = more.findings ?? [];
  const of = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  return {
    name,
    collectedAt: at,
    identity: unknown('timed-out', 'no answer within 5 s'),
    exposure: unknown('no-access', 'neither ACL LIST nor the configuration file could be read'),
    health: 'unknown',
    findings,
    unknowns: [],
    passed: [],
    notApplicable: [],
    counts: Object.fromEntries(severities.map((severity) => [severity, of(severity)])) as Record<
      Severity,
      number
    >,
    missing: [],
    evidence: evidenceOf({ kind: 'tcp', host: '192.0.2.1', port: 6379, tls: false }, {}),
    ...more,
  };
};

export const findingOf = (
  check: string,
  theme: string,
  severity: Severity,
  title: string,
  more: Partial<Finding> = {},
): Finding => ({
  check,
  theme,
  title,
  verdict: 'fail',
  severity,
  seen: title,
  remedy: 'Read what the check says.',
  goals: [],
  opens: [],
  ...more,
});

export const resultOf = (
  verdict: Exclude<CheckResult['verdict'], 'fail'>,
  check: string,
  theme: string,
  severity: Severity,
  title: string,
  seen = title,
): CheckResult => ({ check, theme, title, verdict, severity, seen });

const nobody: Actor = { id: 'nobody:default', kind: 'nobody', user: 'default', label: 'nobody (no login)' };
const person = (kind: Actor['kind'], name: string): Actor => ({
  id: `${kind}:${name}`,
  kind,
  user: name,
  label: name,
});

const place = (
  reach: Origin['reach'],
  label: string,
  address: string,
  sources: readonly string[],
  more: Partial<Origin> = {},
): Origin => ({
  id: `${reach}:${address}`,
  reach,
  label,
  sources,
  via: { address, port: 6379, tls: false },
  certainty: 'certain',
  because: [`bind lets it in at ${address}`],
  ...more,
});

const by: Readonly<Record<Capability, readonly string[]>> = {
  read: ['GET', 'SCAN'],
  write: ['SET', 'RESTORE'],
  destroy: ['FLUSHALL'],
  copy: ['PSYNC', 'SYNC'],
  control: ['CONFIG SET', 'ACL SETUSER'],
  execute: ['MODULE LOAD', 'enable-module-command yes'],
  stop: ['SHUTDOWN'],
  observe: ['MONITOR', 'CLIENT LIST'],
  reach: ['REPLICAOF', 'MIGRATE'],
};
const cells = (
  from: Origin,
  as: Actor,
  can: readonly Capability[],
  certainty: Cell['certainty'] = 'certain',
): readonly Cell[] => can.map((one) => ({ from: from.id, as: as.id, can: one, certainty, by: by[one] }));
const opens = (all: readonly Cell[]): readonly string[] =>
  all.map(({ from, as, can }) => `${from}|${as}|${can}`);

// The weak one: open to a network, protected mode off, run as root, old.
const lan = place('network', 'anyone who can route to 10.0.0.5', '10.0.0.5', ['0.0.0.0/0']);
const docker = place('container', 'containers on docker0', '172.17.0.1', ['172.17.0.0/16']);
const sameHost = place('host', 'programs on the same host', '127.0.0.1', ['127.0.0.0/8', '::1/128']);
const app = person('guessable-password', 'app');
const backup = person('password', 'backup');
const weakCells = [lan, docker, sameHost].flatMap((from) => [
  ...cells(
    from,
    nobody,
    capabilityNames.filter((can) => can !== 'execute'),
  ),
  ...cells(from, nobody, ['execute'], 'possible'),
  ...cells(from, app, ['read', 'write', 'destroy']),
  ...cells(from, backup, ['read', 'copy']),
]);
const weakExposure: Exposure = {
  origins: [lan, docker, sameHost],
  actors: [nobody, app, backup],
  cells: weakCells,
  notCollected: ['the firewall of the host (nft list ruleset needs root)', 'the firewall of the cloud'],
};
const byNobody = opens(weakCells.filter(({ as }) => as === nobody.id));

const weakFindings: readonly Finding[] = [
  findingOf('default-user-open', 'authentication', 'critical', 'The default user needs no password', {
    seen: 'user default is on and needs no password',
    remedy: 'Give the default user a password, or take it away and name the users that need access.',
    goals: [{ kind: 'user', name: 'default', rules: ['resetpass', 'off'] }],
    opens: byNobody,
    where: { file: '/etc/redis/redis.conf', line: 1045 },
  }),
  findingOf('bind-every-address', 'network', 'critical', 'The server listens on every address', {
    seen: 'bind is "* -::*", and the host has 10.0.0.5 and 172.17.0.1',
    remedy: 'Bind to the addresses that clients use, and let only their networks through the firewall.',
    goals: [
      { kind: 'setting', name: 'bind', value: '127.0.0.1 -::1' },
      { kind: 'reachable-only', port: 6379, from: '10.0.0.0/24' },
    ],
    opens: opens(weakCells.filter(({ from }) => from !== sameHost.id)),
    where: { file: '/etc/redis/redis.conf', line: 87 },
  }),
  findingOf('protected-mode-off', 'network', 'high', 'Protected mode is off', {
    seen: 'protected-mode is no, with no password on the default user',
    remedy: 'Give the default user a password, or take it away and name the users that need access.',
    goals: [{ kind: 'setting', name: 'protected-mode', value: 'yes' }],
    opens: byNobody,
    where: { file: '/etc/redis/redis.conf', line: 111 },
  }),
  findingOf('runs-as-root', 'host', 'high', 'The server runs as root', {
    seen: 'process 812 (/usr/bin/redis-server) has uid 0',
    remedy: 'Run the server as a user of its own, which owns nothing but its data.',
    goals: [{ kind: 'run-as', user: 'redis' }],
  }),
  findingOf(
    'user-password-guessable',
    'authentication',
    'high',
    'A user has a password that can be guessed',
    {
      seen: 'the password of user app (***) is derived from its name',
      remedy: 'Set a long random password and give it to the programs that use it.',
      goals: [{ kind: 'new-password', of: 'app' }],
      opens: opens(weakCells.filter(({ as }) => as === app.id)),
      where: { file: '/etc/redis/users.acl', line: 2 },
    },
  ),
  findingOf(
    'plain-text-transport',
    'transport',
    'medium',
    'Passwords and data cross the network in clear text',
    {
      seen: 'port 6379 speaks no TLS, and clients come from 10.0.0.17 and 10.0.0.23',
      remedy: 'Serve TLS on a port of its own, move the clients, then set port 0.',
      goals: [{ kind: 'setting', name: 'tls-port', value: '6380' }],
    },
  ),
  findingOf('dump-world-readable', 'persistence', 'low', 'Everyone on the host can read the dump', {
    seen: '/var/lib/redis/dump.rdb has mode 0644',
    remedy: 'Take the rights of others away from the file and its folder.',
    goals: [{ kind: 'file', path: '/var/lib/redis/dump.rdb', mode: '0600' }],
    where: { file: '/var/lib/redis/dump.rdb' },
  }),
];

const unknownCheck = (check: string, theme: string, title: string, seen: string): CheckResult =>
  resultOf('unknown', check, theme, 'medium', title, seen);
const passedCheck = (check: string, theme: string, title: string): CheckResult =>
  resultOf('pass', check, theme, 'medium', title, 'as it should be');

const weak = serverOf('redis://10.0.0.5:6379', {
  identity: known(
    identity({
      product: 'redis',
      version: '6.2.6',
      doubts: ['INFO says 6.2.6, COMMAND lists what came with 7.0'],
      because: ['INFO server'],
    }),
    'INFO server',
  ),
  exposure: known(weakExposure, 'bind, protected-mode, ACL LIST'),
  health: 'exposed',
  findings: weakFindings,
  unknowns: [
    unknownCheck(
      'firewall-open',
      'network',
      'The firewall lets everyone in',
      'the rules of the firewall could not be read (no-access)',
    ),
    unknownCheck(
      'aof-world-readable',
      'persistence',
      'Everyone on the host can read the append-only file',
      'the folder could not be listed',
    ),
  ],
  passed: [
    passedCheck('unknown-module', 'commands', 'A module of unknown origin is loaded'),
    passedCheck('indicator-keys', 'compromise', 'Keys of a known intrusion exist'),
  ],
  notApplicable: [
    resultOf(
      'not-applicable',
      'sentinel-open',
      'authentication',
      'high',
      'Sentinel needs no password',
      'this is no Sentinel',
    ),
  ],
  missing: [
    { fact: 'unit', why: 'no-access', detail: 'systemctl show redis-server: not permitted' },
    { fact: 'package', why: 'not-asked', detail: 'the server is on another host' },
  ],
  evidence: evidenceOf(
    { kind: 'tcp', host: '10.0.0.5', port: 6379, tls: false },
    {
      endpoint: { address: '10.0.0.5', port: 6379, local: false },
      door: 'open',
      whoami: 'default',
      config: { bind: '* -::*', 'protected-mode': 'no', masterauth: noteOf('same-id-of-masterauth', 'weak') },
      aclUsers: [
        user('default', { noPassword: true, passwords: [] }),
        user('app', { passwords: [noteOf('same-id-of-app', 'guessed')] }),
      ],
    },
  ),
});

// The well-kept one.
const inside = place('network', 'hosts of 10.0.1.0/24', '10.0.1.8', ['10.0.1.0/24'], {
  via: { address: '10.0.1.8', port: 6380, tls: true },
});
const shop = person('password', 'shop');
const exporter = person('password', 'exporter');
const admin = person('certificate', 'admin');
const sound = serverOf('rediss://shop@10.0.1.8:6380', {
  identity: known(
    identity({ product: 'valkey', version: '8.1.4', mode: 'cluster', because: ['INFO server'] }),
    'INFO server',
  ),
  exposure: known(
    {
      origins: [inside],
      actors: [nobody, shop, exporter, admin],
      cells: [
        ...cells(inside, shop, ['read', 'write']),
        ...cells(inside, exporter, ['observe']),
        ...cells(
          inside,
          admin,
          capabilityNames.filter((can) => can !== 'execute'),
        ),
      ],
      notCollected: [],
    },
    'bind, tls-port, ACL LIST, nft list ruleset',
  ),
  health: 'sound',
  passed: [
    passedCheck('default-user-open', 'authentication', 'The default user needs no password'),
    passedCheck('bind-every-address', 'network', 'The server listens on every address'),
    passedCheck('runs-as-root', 'host', 'The server runs as root'),
    passedCheck('indicator-keys', 'compromise', 'Keys of a known intrusion exist'),
  ],
  evidence: evidenceOf(
    { kind: 'tcp', host: '10.0.1.8', port: 6380, tls: true, user: 'shop' },
    {
      endpoint: {
        address: '10.0.1.8',
        port: 6380,
        local: false,
        tls: {
          protocol: 'TLSv1.3',
          cipher: 'TLS_AES_256_GCM_SHA384',
          trusted: true,
          clientCertificateWanted: true,
        },
      },
      door: 'login',
      whoami: 'shop',
      aclUsers: [user('shop', { passwords: [noteOf('same-id-of-shop')] })],
    },
  ),
});

// The compromised one: open to the Internet, and somebody has come.
const world = place('internet', 'anyone on the Internet', '203.0.113.9', ['0.0.0.0/0', '::/0']);
const worldCells = cells(world, nobody, capabilityNames);
const compromised = serverOf('redis://203.0.113.9:6379', {
  identity: known(
    identity({ product: 'redis', version: '5.0.14', role: 'replica', because: ['INFO server'] }),
    'INFO server',
  ),
  exposure: known(
    { origins: [world], actors: [nobody], cells: worldCells, notCollected: [] },
    'bind, protected-mode',
  ),
  health: 'compromised',
  findings: [
    findingOf('indicator-keys', 'compromise', 'critical', 'Keys of a known intrusion exist', {
      seen: 'db0 has the keys backup1, backup2 and backup3, whose values are lines for cron',
      remedy:
        'Take the server off the network, keep its memory and files as they are, and find out what was run on the host.',
      goals: [{ kind: 'investigate', what: 'what the cron jobs fetched and ran' }],
    }),
    findingOf(
      'replica-of-stranger',
      'compromise',
      'critical',
      'The server copies from a host that nobody named',
      {
        seen: 'it is a replica of 198.51.100.77:21000, which no file and no Sentinel names',
        remedy:
          'Take the server off the network, keep its memory and files as they are, and find out what was run on the host.',
        goals: [{ kind: 'investigate', what: 'who 198.51.100.77 is' }],
      },
    ),
    findingOf('default-user-open', 'authentication', 'critical', 'The default user needs no password', {
      seen: 'requirepass is empty',
      remedy: 'Give the default user a password, or take it away and name the users that need access.',
      goals: [{ kind: 'new-password', of: 'default' }],
      opens: opens(worldCells),
    }),
  ],
  unknowns: [
    unknownCheck(
      'cron-written',
      'compromise',
      'A cron file was written by the server',
      'the host could not be looked at',
    ),
  ],
  missing: [{ fact: 'hostSigns', why: 'not-asked', detail: 'the server is on another host' }],
  evidence: evidenceOf(
    { kind: 'tcp', host: '203.0.113.9', port: 6379, tls: false },
    {
      endpoint: { address: '203.0.113.9', port: 6379, local: false },
      door: 'open',
      indicatorKeys: ['db0:backup1', 'db0:backup2', 'db0:backup3'],
    },
  ),
});

/** An open server, a well-kept one, one that somebody has broken into, and one that did not answer. */
export const exampleAudit: Audit = {
  schema: 'keyward.audit/1',
  version: '0.1.0',
  servers: [weak, sound, compromised],
  failures: [
    {
      target: 'redis://10.0.0.99:6379',
      problem: 'Connection refused: nothing listens there. Check the port, or whether the server is up.',
    },
  ],
};

/** Each server by itself, by what is wrong with it. */
export const exampleServers = { weak, sound, compromised } as const;

/** An audit of nothing. */
export const emptyAudit: Audit = { schema: 'keyward.audit/1', version: '0.1.0', servers: [], failures: [] };
