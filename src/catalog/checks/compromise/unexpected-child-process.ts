import { defineCheck, failEach, fault } from '../../define-check.ts';
import { hostSign } from '../../example-facts.ts';

/** The server forks itself to save and to rewrite, and names those forks so. */
const own =
  /redis-(?:rdb|aof|module|slot)|valkey-(?:rdb|aof|module|slot)|keydb-(?:rdb|aof)|(?:redis|valkey|keydb)-(?:server|sentinel|check)/;

export default defineCheck({
  title: 'The server has started another program',
  severity: 'critical',
  why: 'A server of this family forks only copies of itself. A shell, curl or a miner below it means that someone runs commands through a module, a script hole or a Sentinel script.',
  remedy:
    'Look at what the child does and keep a copy of its program. Unless it is a Sentinel notification script of yours, isolate the host and rebuild.',
  links: ['https://attack.mitre.org/techniques/T1059/004/'],
  needs: ['hostSigns'],
  judge: ({ hostSigns }) =>
    failEach(
      hostSigns
        .filter(({ kind, path, seen }) => kind === 'child-process' && !own.test(path) && !own.test(seen))
        .map(({ path, seen }) =>
          fault(`child ${path}: ${seen}`, [
            { kind: 'investigate', what: `the process ${path} and how it was started` },
          ]),
        ),
    ),
  examples: {
    good: {
      none: { hostSigns: [] },
      'saving in the background': {
        hostSigns: [hostSign('child-process', '/usr/bin/redis-server', 'redis-rdb-bgsave 127.0.0.1:6379')],
      },
    },
    bad: { 'a shell': { hostSigns: [hostSign('child-process', '/usr/bin/dash', 'sh -c id, pid 4711')] } },
  },
});
