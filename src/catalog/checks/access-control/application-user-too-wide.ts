import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { compareSeverity, type Capability, type Severity } from '../../../model/index.ts';
import { denials, isOrdinary, permitted } from '../../readings/grants.ts';
import { listed } from '../../readings/values.ts';

interface Needless {
  readonly does: string;
  readonly commands: readonly string[];
  readonly can: Capability;
  readonly severity: Severity;
}

/** What no application does by reading and writing its keys, the gravest first. */
const needless: readonly Needless[] = [
  { does: 'stop the server', commands: ['shutdown'], can: 'stop', severity: 'high' },
  {
    does: 'change whom it follows',
    commands: [
      'replicaof',
      'slaveof',
      'failover',
      'cluster|meet',
      'cluster|failover',
      'cluster|reset',
      'cluster|forget',
      'cluster|replicate',
    ],
    can: 'reach',
    severity: 'high',
  },
  { does: 'watch every command of everybody', commands: ['monitor'], can: 'observe', severity: 'high' },
  {
    does: 'empty or swap whole databases',
    commands: ['flushall', 'flushdb', 'swapdb'],
    can: 'destroy',
    severity: 'medium',
  },
  {
    does: 'send keys elsewhere or plant raw values',
    commands: ['migrate', 'restore', 'restore-asking'],
    can: 'reach',
    severity: 'medium',
  },
  {
    does: 'replace the functions of all',
    commands: ['function|load', 'function|delete', 'function|flush', 'function|restore'],
    can: 'control',
    severity: 'medium',
  },
  {
    does: 'see, pause or cut off other clients',
    commands: ['client|kill', 'client|pause', 'client|list', 'client|no-evict'],
    can: 'observe',
    severity: 'low',
  },
  { does: 'list every key name in one go', commands: ['keys'], can: 'read', severity: 'low' },
];

export default defineCheck({
  title: 'A user for an application may do more than an application needs',
  severity: 'high',
  why: 'FLUSHALL deletes what the user’s key patterns do not reach, MONITOR shows everybody’s values and tokens, REPLICAOF replaces the data with a stranger’s, SHUTDOWN NOSAVE ends the server. +@write and +@all bring such commands along unasked: one leaked password, or one injected command, then does more than the application ever did.',
  remedy:
    'Take these commands from the user (ACL SETUSER name, then a - and each command) once you know that its application does not send them: INFO commandstats counts them, ACL LOG shows what is denied afterwards. Better still, begin with -@all and add what it uses.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['grants'],
  judge({ grants }) {
    const ordinary = grants.filter(isOrdinary);
    if (ordinary.length === 0) return notApplicable('there is no user for an application');
    return failEach(
      ordinary.flatMap((entry) => {
        const rows = needless
          .map((row) => ({ ...row, open: permitted(entry, row.commands) }))
          .filter(({ open }) => open.length > 0);
        const [first, ...more] = rows;
        if (first === undefined) return [];
        return [
          fault(
            `user ${entry.user} may ${rows.map(({ does, open }) => `${does} (${listed(open, 4)})`).join(', ')}`,
            [
              {
                kind: 'user',
                name: entry.user,
                rules: denials(
                  entry,
                  rows.flatMap(({ open }) => open),
                ),
              },
            ],
            {
              opens: { as: entry.user, can: [...new Set(rows.map(({ can }) => can))] },
              severity: more.reduce(
                (worst, { severity }) => (compareSeverity(severity, worst) > 0 ? severity : worst),
                first.severity,
              ),
            },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'an application’s commands': {
        grants: [grant('default', { commands: ['get', 'flushall'] }), grant('app')],
      },
      'a replica is measured by its own needs': {
        grants: [grant('default'), grant('app'), grant('replica', { commands: ['psync', 'shutdown'] })],
      },
    },
    bad: {
      'what +@write brings along': {
        grants: [
          grant('app', {
            commands: ['get', 'set', 'flushall', 'flushdb', 'migrate', 'function|load'],
            can: { destroy: ['flushall'] },
          }),
        ],
      },
      'one command too many': { grants: [grant('app', { commands: ['get', 'monitor'] })] },
      'before 7.0 a container is one command': {
        grants: [grant('app', { commands: ['get', 'client', 'keys'] })],
      },
    },
    other: {
      'who owns the server is told so elsewhere': {
        facts: {
          grants: [
            grant('default'),
            grant('admin'),
            grant('web', { commands: ['config|set', 'get', 'flushall'] }),
          ],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
