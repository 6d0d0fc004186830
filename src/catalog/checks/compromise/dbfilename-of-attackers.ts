import { defineCheck, failEach, fault } from '../../define-check.ts';
import { conf, settings } from '../../example-facts.ts';
import { misusedAs } from '../../readings/places.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The dump has the name of something that other programs run',
  severity: 'critical',
  why: 'dbfilename is set to root, authorized_keys, x.php or exp.so right before SAVE, so that cron, sshd, a web server or MODULE LOAD takes the dump for its own. Intruders often leave it so.',
  remedy:
    'Treat the host as taken: find where a file of this name was written, and rebuild. Then set dbfilename back to the name in the configuration file.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['settings'],
  uses: ['conf'],
  judge({ settings: values }, { conf: file }) {
    const name = textOf(values, 'dbfilename');
    const use = name === undefined ? undefined : misusedAs(name);
    if (name === undefined || use === undefined) return failEach([]);
    const meant = file.known ? file.value.settings.dbfilename : undefined;
    const back = typeof meant === 'string' && misusedAs(meant) === undefined ? meant : 'dump.rdb';
    return failEach([
      fault(
        `dbfilename is ${name}: ${use}`,
        [
          { kind: 'investigate', what: `files named ${name} that the server’s user owns` },
          { kind: 'setting', name: 'dbfilename', value: back },
        ],
        { where: values.dbfilename?.where },
      ),
    ]);
  },
  examples: {
    good: {
      'as installed': { settings: settings({ dbfilename: 'dump.rdb' }) },
      'a name of its owner’s': { settings: settings({ dbfilename: 'secure-6381.rdb' }) },
      'no dump at all': { settings: settings({ dbfilename: '' }) },
    },
    bad: {
      'a crontab of root': {
        settings: settings({ dbfilename: 'root' }),
        conf: conf({ settings: { dbfilename: 'primary.rdb' } }),
      },
      'a web shell': { settings: settings({ dbfilename: 'Shell.PHP' }) },
      'a module from a rogue master': { settings: settings({ dbfilename: 'exp.so' }) },
      'SSH keys': { settings: settings({ dbfilename: 'authorized_keys' }) },
    },
  },
});
