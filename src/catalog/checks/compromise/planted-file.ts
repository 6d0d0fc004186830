import { defineCheck, fault } from '../../define-check.ts';
import { hostSign } from '../../example-facts.ts';
import { orUnread } from '../../readings/host-signs.ts';

export default defineCheck({
  title: 'A dump lies where it runs: a web shell, or a library',
  severity: 'critical',
  why: 'A file of the server’s user in a web root, or a shared object in its data folder, is the result of CONFIG SET dir and SAVE, or of a rogue master. The first is a web shell, the second waits for MODULE LOAD.',
  remedy:
    'Keep a copy for analysis and look into the web server’s log for requests of that file. Treat the host as taken.',
  links: ['https://attack.mitre.org/techniques/T1505/003/'],
  needs: ['hostSigns'],
  judge: ({ hostSigns }) =>
    orUnread(
      hostSigns
        .filter(({ kind }) => kind === 'web-file' || kind === 'shared-object')
        .map(({ path, seen }) =>
          fault(`${path}: ${seen}`, [{ kind: 'investigate', what: `${path} and who asked for it` }], {
            where: { file: path },
          }),
        ),
      hostSigns,
      'files',
    ),
  examples: {
    good: { none: { hostSigns: [] } },
    other: {
      'a place that could not be read': {
        facts: { hostSigns: [hostSign('unread', '/var/www/html', 'could not be read')] },
        verdict: 'unknown',
      },
    },
    bad: {
      'a web shell': {
        hostSigns: [hostSign('web-file', '/var/www/html/x.php', 'begins with REDIS0011, owner redis')],
      },
      'sent by a rogue master': {
        hostSigns: [hostSign('shared-object', '/var/lib/redis/exp.so', 'ELF, owner redis')],
      },
    },
  },
});
