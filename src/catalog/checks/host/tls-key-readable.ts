import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { closing } from '../../readings/closing.ts';
import { file } from '../../example-facts.ts';
import { othersMay, present } from '../../readings/modes.ts';

export default defineCheck({
  title: 'Every user of the host may read the TLS key',
  severity: 'high',
  why: 'Whoever has the key can be the server to any client, and whoever recorded traffic before may read it where no ephemeral keys were used. A stolen key cannot be called back by changing the mode.',
  remedy:
    'Close the TLS key to others: chmod 600, owned by the server’s user (or 640 with its group); then make a new key and certificate, since this one has been open.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['files'],
  uses: ['process'],
  judge({ files }, { process }) {
    const found = present(files, 'tls-key');
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
