import { defineCheck, fault } from '../../define-check.ts';
import { hostSign } from '../../example-facts.ts';
import { orUnread } from '../../readings/host-signs.ts';
import { isInstalled } from '../../readings/places.ts';

/** The server forks itself to save and to rewrite. A program of that name anywhere else is none of its own. */
const isFork = (path: string): boolean =>
  isInstalled(path) && /\/(?:redis|valkey|keydb)-(?:server|sentinel|check)[a-z-]{0,20}$/.test(path);

export default defineCheck({
  title: 'A foreign program runs below or beside the server',
  severity: 'critical',
  why: 'A server of this family forks only copies of itself. A shell, curl or a known miner below it, or under its user, means that someone runs commands through a module, a script hole or a Sentinel script.',
  remedy:
    'Look at what the child does and keep a copy of its program. Unless it is a Sentinel notification script of yours, isolate the host and rebuild.',
  links: ['https://attack.mitre.org/techniques/T1059/004/'],
  needs: ['hostSigns'],
  judge: ({ hostSigns }) =>
    orUnread(
      hostSigns
        .filter(({ kind, path }) => kind === 'child-process' && !isFork(path))
        .map(({ path, seen }) =>
          fault(`${path}: ${seen}`, [
            { kind: 'investigate', what: `the process ${path} and how it was started` },
          ]),
        ),
      hostSigns,
      'programs',
    ),
  examples: {
    good: {
      none: { hostSigns: [] },
      'saving in the background': {
        hostSigns: [hostSign('child-process', '/usr/bin/redis-server', 'redis-rdb-bgsave 127.0.0.1:6379')],
      },
    },
    other: {
      'a place that could not be read': {
        facts: { hostSigns: [hostSign('unread', 'files of 11 running programs', 'could not be read')] },
        verdict: 'unknown',
      },
    },
    bad: {
      'malware that poses as a server': {
        hostSigns: [
          hostSign('child-process', '/tmp/redis-server', 'process 4711 of uid 112 was started by the server'),
        ],
      },
      'a shell': { hostSigns: [hostSign('child-process', '/usr/bin/dash', 'sh -c id, pid 4711')] },
    },
  },
});
