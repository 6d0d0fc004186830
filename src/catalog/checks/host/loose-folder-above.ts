import { defineCheck, failEach, fault } from '../../define-check.ts';
import { file } from '../../example-facts.ts';
import { present } from '../../readings/modes.ts';
import { listed } from '../../readings/values.ts';

/** Files that give power over the server to whoever puts another in their place. */
const roles = [
  'conf',
  'aclfile',
  'tls-key',
  'tls-cert',
  'tls-ca',
  'binary',
  'module',
  'unit',
  'dir',
] as const;

export default defineCheck({
  title: 'A folder above the server’s files is open to others',
  severity: 'medium',
  why: 'Who may write into a folder may rename what is in it and put something else there, whatever the mode of the file: a configuration, a key, the program itself.',
  remedy:
    'Take the right to write into the folder from group and others (chmod go-w), and give it to root or to the owner of what lies in it; if others need the folder, move the server’s files out of it.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['files'],
  judge({ files }) {
    const found = present(files, ...roles);
    // A data folder has a check of its own.
    const own = new Set(present(files, 'dir').map(({ path }) => path.replace(/\/$/, '')));
    const folders = [...new Set(found.flatMap(({ looseParents }) => looseParents))].filter(
      (folder) => !own.has(folder),
    );
    return failEach(
      folders.map((folder) => {
        const below = found
          .filter(({ looseParents }) => looseParents.includes(folder))
          .map(({ path }) => path);
        return fault(
          `${folder}, above ${listed([...new Set(below)], 4)}`,
          [{ kind: 'file', path: folder, mode: 'go-w' }],
          { where: { file: folder } },
        );
      }),
    );
  },
  examples: {
    good: {
      closed: { files: [file('/etc/redis/redis.conf', 'conf')] },
      'a socket in /tmp is another matter': {
        files: [file('/tmp/redis.sock', 'unixsocket', { kind: 'socket', looseParents: ['/tmp'] })],
      },
    },
    bad: {
      'a home folder that a group may write': {
        files: [
          file('/opt/app/redis.conf', 'conf', { looseParents: ['/opt/app'] }),
          file('/opt/app/redis-server', 'binary', { looseParents: ['/opt/app'] }),
        ],
      },
    },
  },
});
