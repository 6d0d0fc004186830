import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { file, processFacts } from '../../example-facts.ts';
import { present } from '../../readings/modes.ts';

export default defineCheck({
  title: 'Files of the server belong to somebody else',
  severity: 'medium',
  why: 'The owner of a file may change it and open it to others. A third account that owns the configuration, the ACL file, the TLS key or the data has the server, without any login.',
  remedy:
    'Give the file to the server’s user (data, ACL file; also configuration and key, unless root owns them with the server’s group); a unit belongs to root.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['files', 'process'],
  judge({ files, process: { user, uid } }) {
    const found = present(files, 'conf', 'aclfile', 'tls-key', 'dir', 'dump', 'aof', 'unit');
    if (found.length === 0) return notApplicable('its files were not seen');
    return failEach(
      found
        // A root server hands its data to nobody: there, an owner such as redis is left from better days.
        .filter(
          ({ owner }) =>
            owner !== '' &&
            owner !== 'root' &&
            owner !== user &&
            !(uid === 0 && /^(?:redis|valkey|keydb)$/.test(owner)),
        )
        .map(({ path, owner, role }) =>
          fault(
            `${path} belongs to ${owner}; the server runs as ${user}`,
            [{ kind: 'file', path, owner: role === 'unit' ? 'root' : user }],
            {
              where: { file: path },
            },
          ),
        ),
    );
  },
  examples: {
    good: {
      'root and its own': {
        files: [
          file('/etc/redis/redis.conf', 'conf', { owner: 'root' }),
          file('/var/lib/redis', 'dir', { kind: 'directory' }),
        ],
        process: processFacts(),
      },
    },
    bad: {
      'a deploy account': {
        files: [file('/etc/redis/redis.conf', 'conf', { owner: 'deploy' })],
        process: processFacts(),
      },
    },
    other: { 'not seen': { facts: { files: [], process: processFacts() }, verdict: 'not-applicable' } },
  },
});
