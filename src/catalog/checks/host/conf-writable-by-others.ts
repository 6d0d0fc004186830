import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { file } from '../../example-facts.ts';
import { closedToOthers, othersMay, present } from '../../readings/modes.ts';

export default defineCheck({
  title: 'Every user of the host may write the configuration',
  severity: 'high',
  why: 'Whoever writes it owns the server at its next start: loadmodule runs their code as the server’s user, a user line lets them in.',
  remedy:
    'chmod 640; owned by root with the server’s group, or by the server’s user where CONFIG REWRITE or Sentinel has to write it.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['files'],
  judge({ files }) {
    const found = present(files, 'conf', 'aclfile', 'unit');
    if (found.length === 0) return notApplicable('no such file is there');
    return failEach(
      found
        .filter(({ mode }) => othersMay('write', mode))
        .map(({ path, mode }) =>
          fault(`${path} has mode ${mode}`, [{ kind: 'file', path, mode: closedToOthers(mode) }], {
            where: { file: path },
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
