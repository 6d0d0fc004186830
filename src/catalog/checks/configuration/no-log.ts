import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The server writes no log',
  severity: 'low',
  why: 'Restarts, crashes, a new master, a refused ACL file: nobody will know. An empty logfile means standard output, and a server that daemonizes throws that away.',
  remedy:
    'Set logfile to a file that only the server’s user may read, or syslog-enabled yes; with systemd, daemonize no and let the journal keep it.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/config/'],
  needs: ['settings'],
  judge({ settings: values }) {
    const path = textOf(values, 'logfile');
    if (path === undefined) return notApplicable('the server has no such setting');
    const goal = {
      kind: 'setting',
      name: 'logfile',
      ask: 'a file that only the server’s user may read',
    } as const;
    const at = (name: string) => ({ where: values[name]?.where });
    if (textOf(values, 'loglevel') === 'nothing')
      return failEach([
        fault(
          'loglevel is nothing',
          [{ kind: 'setting', name: 'loglevel', value: 'notice' }],
          at('loglevel'),
        ),
      ]);
    if (textOf(values, 'syslog-enabled') === 'yes') return pass;
    if (path === '/dev/null') return failEach([fault('logfile is /dev/null', [goal], at('logfile'))]);
    return path === '' && textOf(values, 'daemonize') === 'yes'
      ? failEach([
          fault('logfile is empty, and daemonize yes throws standard output away', [goal], at('daemonize')),
        ])
      : pass;
  },
  examples: {
    good: {
      'a file': { settings: settings({ logfile: '/var/log/redis/redis-server.log', daemonize: 'yes' }) },
      'standard output, kept by systemd': { settings: settings({ logfile: '', daemonize: 'no' }) },
      syslog: { settings: settings({ logfile: '', daemonize: 'yes', 'syslog-enabled': 'yes' }) },
    },
    bad: {
      'thrown away': { settings: settings({ logfile: '', daemonize: 'yes', 'syslog-enabled': 'no' }) },
      'to nowhere': { settings: settings({ logfile: '/dev/null' }, 'file') },
      'nothing to say': { settings: settings({ logfile: '', loglevel: 'nothing' }) },
    },
    other: {
      'a Sentinel that shows nothing': { facts: { settings: settings({}) }, verdict: 'not-applicable' },
    },
  },
});
