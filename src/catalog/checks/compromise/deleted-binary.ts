import { defineCheck, fault } from '../../define-check.ts';
import { hostSign } from '../../example-facts.ts';
import { orUnread } from '../../readings/host-signs.ts';
import { isInstalled } from '../../readings/places.ts';

/** A package upgrade replaces the file of a running program as well. */
const isUpgrade = (path: string): boolean =>
  isInstalled(path) && /\/(?:redis|valkey|keydb)[a-z0-9.-]{0,40}(?: \(deleted\))?$/.test(path);

export default defineCheck({
  title: 'A program runs whose file was deleted',
  severity: 'critical',
  why: 'Malware deletes its own file once it runs, so that no scan finds it. An upgrade of the server’s package looks alike until the server is restarted: then the old, unfixed version is what still runs.',
  remedy:
    'After an upgrade: restart the server. Otherwise copy the program out of /proc/PID/exe for analysis, and treat the host as taken.',
  links: ['https://attack.mitre.org/techniques/T1070/004/'],
  needs: ['hostSigns'],
  judge: ({ hostSigns }) =>
    orUnread(
      hostSigns
        .filter(({ kind }) => kind === 'deleted-binary')
        .map(({ path, seen }) =>
          isUpgrade(path)
            ? fault(
                `${path}: ${seen}; as after an upgrade with no restart`,
                [{ kind: 'investigate', what: `whether ${path} was upgraded; then restart` }],
                {
                  severity: 'low',
                },
              )
            : fault(`${path}: ${seen}`, [{ kind: 'investigate', what: `the program that was ${path}` }]),
        ),
      hostSigns,
      'programs',
    ),
  examples: {
    good: { none: { hostSigns: [] } },
    other: {
      'a place that could not be read': {
        facts: { hostSigns: [hostSign('unread', 'files of 11 running programs', 'could not be read')] },
        verdict: 'unknown',
      },
    },
    bad: {
      'run from memory': {
        hostSigns: [hostSign('deleted-binary', '/memfd:x (deleted)', 'pid 4711, user redis')],
      },
      'from a temporary folder': {
        hostSigns: [hostSign('deleted-binary', '/tmp/kdevtmpfsi (deleted)', 'pid 4711')],
      },
      'the server, upgraded and not restarted': {
        hostSigns: [hostSign('deleted-binary', '/usr/bin/redis-check-rdb (deleted)', 'pid 100')],
      },
    },
  },
});
