import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { conf, grant, identity, rename } from '../../example-facts.ts';
import { permits } from '../../readings/grants.ts';
import { hasReplicaOf, hasSwitches } from '../../readings/release.ts';

/** Commands that do the same; each is renamed on its own. `since`: the pair exists only there. */
const twins = [
  { names: ['slaveof', 'replicaof'], since: hasReplicaOf },
  { names: ['flushall', 'flushdb'], since: () => true },
  { names: ['sync', 'psync'], since: () => true },
  { names: ['eval', 'evalsha'], since: () => true },
  // FCALL came with the same 7.0 that brought the switches.
  { names: ['eval', 'fcall'], since: hasSwitches },
] as const;

export default defineCheck({
  title: 'A command is renamed away, its twin is not',
  severity: 'medium',
  why: 'SLAVEOF and REPLICAOF, FLUSHALL and FLUSHDB, EVAL and FCALL are commands of their own. Taking one away leaves the other, which does the same.',
  remedy:
    'Treat both commands of a pair alike, or deny the category by ACL rules, which know the pairs: -@dangerous, -@scripting. (Replicas need PSYNC, Sentinel SLAVEOF.)',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/#disallowing-specific-commands',
  ],
  needs: ['conf', 'identity'],
  uses: ['grants'],
  judge({ conf: { renames }, identity: who }, { grants }) {
    if (renames.length === 0) return notApplicable('no command is renamed');
    const renamed = new Map(renames.map((entry) => [entry.from.toLowerCase(), entry]));
    // Rules may have closed it already.
    const isOpen = (command: string): boolean =>
      !grants.known || grants.value.some((entry) => entry.enabled && permits(entry, command));
    return failEach(
      twins.flatMap(({ names: [one, other], since }) => {
        if (since(who) !== true) return [];
        const [gone, left] = renamed.has(one) ? [one, other] : [other, one];
        const entry = renamed.get(gone);
        if (entry === undefined || renamed.has(left) || !isOpen(left)) return [];
        return [
          fault(
            `${gone.toUpperCase()} is renamed, ${left.toUpperCase()} is not`,
            [
              {
                kind: 'investigate',
                what: `who needs ${left.toUpperCase()}; treat it like ${gone.toUpperCase()}`,
              },
            ],
            {
              where: { file: entry.file, line: entry.line },
            },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      both: {
        conf: conf({ renames: [rename('FLUSHALL', ''), rename('FLUSHDB', '')] }),
        identity: identity(),
      },
      'before 5.0 there was no REPLICAOF': {
        conf: conf({ renames: [rename('SLAVEOF', '')] }),
        identity: identity({ version: '4.0.14' }),
      },
      'rules deny the other': {
        conf: conf({ renames: [rename('FLUSHALL', '')] }),
        identity: identity(),
        grants: [grant('default'), grant('old', { enabled: false, commands: ['flushdb'] })],
      },
      'no twin': { conf: conf({ renames: [rename('CONFIG', '')] }), identity: identity() },
    },
    bad: {
      'FLUSHDB was forgotten': { conf: conf({ renames: [rename('FLUSHALL', '')] }), identity: identity() },
      'the older name was forgotten': {
        conf: conf({ renames: [rename('REPLICAOF', '')] }),
        identity: identity({ version: '6.2.16' }),
      },
      'and nobody has denied it': {
        conf: conf({ renames: [rename('EVAL', ''), rename('EVALSHA', '')] }),
        identity: identity(),
        grants: [grant('default', { commands: ['fcall'] })],
      },
    },
    other: { 'no renames': { facts: { conf: conf(), identity: identity() }, verdict: 'not-applicable' } },
  },
});
