import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { closing } from '../../readings/closing.ts';
import { file } from '../../example-facts.ts';
import { othersMay, present } from '../../readings/modes.ts';

export default defineCheck({
  title: 'Every user of the host may read the ACL file',
  severity: 'medium',
  why: 'Its passwords are plain SHA-256 without salt: an ordinary graphics card tries billions a second, and a password that is no random string falls. The names and rights of all users are in it as well.',
  remedy:
    'Close the ACL file to others: chmod 640 (or 600), and make sure that the server’s user still may read it, and write it for ACL SAVE.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['files'],
  uses: ['process'],
  judge({ files }, { process }) {
    const found = present(files, 'aclfile');
    if (found.length === 0) return notApplicable('no such file is there');
    return failEach(
      found
        .filter(({ mode }) => othersMay('read', mode))
        .map((one) =>
          fault(`${one.path} has mode ${one.mode}`, [closing(one, process)], {
            where: { file: one.path },
          }),
        ),
    );
  },
  examples: {
    good: { 'owner and group': { files: [file('/etc/redis/users.acl', 'aclfile')] } },
    bad: { everybody: { files: [file('/etc/redis/users.acl', 'aclfile', { mode: '0644' })] } },
    other: {
      none: {
        facts: { files: [file('/etc/redis/x', 'aclfile', { kind: 'missing', mode: '' })] },
        verdict: 'not-applicable',
      },
    },
  },
});
