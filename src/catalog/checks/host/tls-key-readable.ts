import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { file } from '../../example-facts.ts';
import { closedToOthers, othersMay, present } from '../../readings/modes.ts';

export default defineCheck({
  title: 'Every user of the host may read the TLS key',
  severity: 'high',
  why: 'Whoever has the key can be the server to any client, and whoever recorded traffic before may read it where no ephemeral keys were used. A stolen key cannot be called back by changing the mode.',
  remedy:
    'chmod 600, owned by the server’s user; then make a new key and certificate, since this one has been open.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['files'],
  judge({ files }) {
    const found = present(files, 'tls-key');
    if (found.length === 0) return notApplicable('no such file is there');
    return failEach(
      found
        .filter(({ mode }) => othersMay('read', mode))
        .map(({ path, mode }) =>
          fault(`${path} has mode ${mode}`, [{ kind: 'file', path, mode: closedToOthers(mode) }], {
            where: { file: path },
          }),
        ),
    );
  },
  examples: {
    good: { 'owner and group': { files: [file('/etc/redis/tls/redis.key', 'tls-key', { mode: '0400' })] } },
    bad: { everybody: { files: [file('/etc/redis/tls/redis.key', 'tls-key', { mode: '0644' })] } },
    other: {
      none: {
        facts: { files: [file('/etc/redis/x', 'tls-key', { kind: 'missing', mode: '' })] },
        verdict: 'not-applicable',
      },
    },
  },
});
