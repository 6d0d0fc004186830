import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { closing } from '../../readings/closing.ts';
import { file } from '../../example-facts.ts';
import { othersMay, present } from '../../readings/modes.ts';

export default defineCheck({
  title: 'Every user of the host may write the configuration',
  severity: 'high',
  why: 'Whoever writes it owns the server at its next start: loadmodule runs their code as the server’s user, a user line lets them in.',
  remedy:
    'Take the right to write the file from others: chmod 640, owned by root with the server’s group, or by the server’s user where CONFIG REWRITE, ACL SAVE or Sentinel has to write it. Then read what stands in it.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['files'],
  uses: ['process'],
  judge({ files }, { process }) {
    const found = present(files, 'conf', 'aclfile', 'unit');
    if (found.length === 0) return notApplicable('no such file is there');
    return failEach(
      found
        .filter(({ mode }) => othersMay('write', mode))
        .map((one) =>
          fault(`${one.path} has mode ${one.mode}`, [closing(one, process)], {
            where: { file: one.path },
          }),
        ),
    );
  },
  examples: {
    good: { 'owner and group': { files: [file('/etc/redis/redis.conf', 'conf')] } },
    bad: { everybody: { files: [file('/etc/redis/redis.conf', 'conf', { mode: '0666' })] } },
    other: {
      none: {
        facts: { files: [file('/etc/redis/x', 'conf', { kind: 'missing', mode: '' })] },
        verdict: 'not-applicable',
      },
    },
  },
});
