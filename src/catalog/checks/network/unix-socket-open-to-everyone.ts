import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { file, listener, settings, user } from '../../example-facts.ts';
import { othersMay } from '../../readings/modes.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'Every user of the host may connect to the unix socket',
  severity: 'medium',
  why: 'Writing to the socket file is connecting. Protected mode and bind say nothing about sockets, and `local` switches let them through: any account that is taken over, of a web server for one, has the same door as the application.',
  remedy:
    'Set unixsocketperm 770 (or 700) and restart, put the clients into the group of the socket first, and keep the socket in a folder that others cannot enter.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: [],
  uses: ['listeners', 'files', 'settings', 'users'],
  judge(_, { listeners, files, settings: values, users }) {
    const heard = listeners.known ? listeners.value.filter(({ family }) => family === 'unix') : [];
    const named = values.known ? textOf(values.value, 'unixsocket') : undefined;
    if (heard.length === 0 && (named === '' || (values.known && named === undefined) || listeners.known))
      return notApplicable('there is no unix socket');
    const onDisk = files.known
      ? files.value.filter(({ role, kind }) => role === 'unixsocket' && kind === 'socket')
      : [];
    const modes = new Map<string, string>([
      ...onDisk.map(({ path, mode }) => [path, mode] as const),
      ...heard.flatMap(({ address, mode }) => (mode === undefined ? [] : [[address, mode] as const])),
    ]);
    const asked = values.known ? (textOf(values.value, 'unixsocketperm') ?? '0') : '0';
    if (modes.size === 0 && named && Number(asked) !== 0) modes.set(named, asked);
    if (modes.size === 0) return undecided('the mode of the socket is not known');
    const open =
      users.known &&
      users.value.some(({ name, enabled, noPassword }) => name === 'default' && enabled && noPassword);
    return failEach(
      [...modes]
        .filter(([, mode]) => othersMay('write', mode))
        .map(([path, mode]) =>
          fault(`${path} has mode ${mode}`, [{ kind: 'setting', name: 'unixsocketperm', value: '770' }], {
            where: values.known ? values.value.unixsocketperm?.where : undefined,
            severity: open || !users.known ? 'medium' : 'low',
          }),
        ),
    );
  },
  examples: {
    good: {
      'the group only': { listeners: [listener('/run/redis/redis.sock', { mode: '0770' })] },
      'read by others is not enough to connect': {
        listeners: [listener('/run/redis/redis.sock', { mode: '0775' })],
      },
    },
    bad: {
      'as in many guides': {
        listeners: [listener('/tmp/redis.sock', { mode: '0777' })],
        users: [user('default', { noPassword: true, passwords: [] })],
      },
      'the file says so': {
        settings: settings({ unixsocket: '/run/redis/redis.sock', unixsocketperm: '777' }, 'file'),
      },
      'seen on disk': {
        files: [file('/run/redis/redis.sock', 'unixsocket', { kind: 'socket', mode: '0766' })],
      },
    },
    other: {
      none: { facts: { settings: settings({ unixsocket: '' }) }, verdict: 'not-applicable' },
      'left to the umask': {
        facts: { settings: settings({ unixsocket: '/run/redis.sock', unixsocketperm: '0' }) },
        verdict: 'unknown',
      },
    },
  },
});
