import { defineCheck, failEach, fault } from '../../define-check.ts';
import { listed } from '../../readings/values.ts';
import { aclFile, conf, identity, secret, user } from '../../example-facts.ts';
import { hasUsers } from '../../readings/release.ts';
import { isSecretNote, type SecretNote } from '../../../model/index.ts';

/** Strength beyond a dictionary can only be measured on the text itself: of a hash, nobody knows. */
const isText = ({ strength }: SecretNote): boolean =>
  strength === 'weak' || strength === 'fair' || strength === 'strong';

export default defineCheck({
  title: 'A login password stands in clear text where a hash would do',
  severity: 'low',
  why: 'Backups, repositories and whoever may read the file get a password that works, where `#` and its SHA-256 would do for a login. (masterauth has to be clear text, since a replica sends it.)',
  remedy:
    'Replace clear passwords by a user line with # and the SHA-256 of a long random password (for requirepass, a line of user default); ACL SAVE writes that form by itself. Change passwords that others could read.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['identity'],
  uses: ['conf', 'aclFile'],
  judge({ identity: who }, { conf: file, aclFile: acl }) {
    // A hash came with users: before, clear text is all there is.
    if (hasUsers(who) === false) return failEach([]);
    const users = [...(acl.known ? acl.value.users : []), ...(file.known ? file.value.users : [])];
    const plain = users
      .filter(({ passwords }) => passwords.some(isText))
      .map(({ name, where }) => ({ what: `user ${name}`, where }));
    const lines = (file.known ? file.value.lines : []).filter(
      ({ name, args }) =>
        name === 'requirepass' && args.some((value) => isSecretNote(value) && value.strength !== 'empty'),
    );
    const required = lines
      .slice(-1)
      .map(({ file: path, line: at }) => ({ what: 'requirepass', where: { file: path, line: at } }));
    const byFile = Map.groupBy([...required, ...plain], ({ where }) => where?.file ?? '');
    return failEach(
      [...byFile.values()].map((found) => {
        const names = found.map(({ what }) => what);
        return fault(
          `in clear text: ${listed(names, 8)}`,
          [
            {
              kind: 'investigate',
              what: `the clear passwords of ${listed(names, 8)}, to be replaced by hashes`,
            },
          ],
          { where: found[0]?.where },
        );
      }),
    );
  },
  examples: {
    good: {
      hashes: {
        identity: identity(),
        aclFile: aclFile([user('app', { passwords: [secret('unmeasured')] })]),
      },
      'no password to speak of': { identity: identity(), conf: conf() },
      'before users, there is no other way': {
        identity: identity({ version: '5.0.14' }),
        conf: conf({
          lines: [{ name: 'requirepass', args: [secret('strong')], file: '/etc/redis.conf', line: 9 }],
        }),
      },
    },
    bad: {
      requirepass: {
        identity: identity(),
        conf: conf({
          lines: [{ name: 'requirepass', args: [secret('strong')], file: '/etc/redis.conf', line: 9 }],
        }),
      },
      'in the ACL file': {
        identity: identity(),
        aclFile: aclFile([
          user('app', { passwords: [secret('fair')], where: { file: '/etc/redis/users.acl', line: 2 } }),
        ]),
      },
    },
  },
});
