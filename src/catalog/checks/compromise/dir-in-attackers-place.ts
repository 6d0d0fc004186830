import { defineCheck, failEach, fault } from '../../define-check.ts';
import { conf, settings } from '../../example-facts.ts';
import { takenUpBy } from '../../readings/places.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The server saves its data where another program takes it up',
  severity: 'critical',
  why: 'Pointing dir at a cron, SSH, systemd or web folder and saving is how worms turn a Redis into a shell: cron and sshd read past the binary noise of a dump to the lines they understand. No data set belongs there.',
  remedy:
    'Treat the host as taken: isolate it, look at the files in that folder that the server’s user owns, and rebuild. Only then set dir back to the data folder.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/',
    'https://attack.mitre.org/techniques/T1053/003/',
  ],
  needs: ['settings'],
  uses: ['conf'],
  judge({ settings: values }, { conf: file }) {
    const dir = textOf(values, 'dir');
    const reader = dir === undefined ? undefined : takenUpBy(dir);
    if (dir === undefined || reader === undefined) return failEach([]);
    const meant = file.known ? file.value.settings.dir : undefined;
    const back = typeof meant === 'string' && meant !== dir && !takenUpBy(meant) ? meant : undefined;
    const beside =
      back === undefined ? '' : `, while ${file.known ? file.value.path : 'the file'} says ${back}`;
    return failEach([
      fault(
        `dir is ${dir}, a folder read by ${reader}${beside}`,
        [
          { kind: 'investigate', what: `files in ${dir} written by the server’s user` },
          ...(back === undefined ? [] : [{ kind: 'setting', name: 'dir', value: back } as const]),
        ],
        { where: values.dir?.where, severity: reader === 'a web server' ? 'high' : 'critical' },
      ),
    ]);
  },
  examples: {
    good: {
      'the data folder': { settings: settings({ dir: '/var/lib/redis' }) },
      'a folder below /etc that is its own': { settings: settings({ dir: '/etc/redis' }) },
      'started by hand where the source installs it': { settings: settings({ dir: '/usr/local/bin' }) },
      'started by hand as root': { settings: settings({ dir: '/root' }) },
      'no CONFIG, as in Sentinel': { settings: {} },
    },
    bad: {
      'cron of root': {
        settings: settings({ dir: '/var/spool/cron/crontabs' }),
        conf: conf({ settings: { dir: '/var/lib/redis' } }),
      },
      'the last stop of the rsh.sh worm': { settings: settings({ dir: '/etc/' }) },
      'SSH keys': { settings: settings({ dir: '/home/deploy/.ssh' }) },
      'a web root': { settings: settings({ dir: '/var/www/html' }) },
      'Windows startup': {
        settings: settings({ dir: 'C:\\ProgramData\\Microsoft\\Windows\\Start Menu\\Programs\\StartUp' }),
      },
      'written back with CONFIG REWRITE': {
        settings: settings({ dir: '/etc/cron.d' }),
        conf: conf({ settings: { dir: '/etc/cron.d' } }),
      },
    },
  },
});
