import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { closing } from '../../readings/closing.ts';
import { conf, file, line, secret } from '../../example-facts.ts';
import { othersMay, present } from '../../readings/modes.ts';
import { listed } from '../../readings/values.ts';
import { isSecretNote } from '../../../model/index.ts';

export default defineCheck({
  title: 'Every user of the host may read the configuration',
  severity: 'medium',
  why: 'requirepass and masterauth stand there in clear text, renamed commands with their new names: with the file in hand nothing has to be guessed. Without secrets it still tells an intruder where everything is.',
  remedy:
    'Close the configuration file to others: chmod 640, with the server’s group (chgrp redis) or the server would not start again. Change passwords that stood in a file open to all.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['files'],
  uses: ['conf', 'process'],
  judge({ files }, { conf: read, process }) {
    const found = present(files, 'conf');
    if (found.length === 0) return notApplicable('no configuration file is there');
    return failEach(
      found
        .filter(({ mode }) => othersMay('read', mode))
        .map((one) => {
          const { path, mode } = one;
          const secrets = read.known
            ? read.value.lines
                .filter(
                  (one) =>
                    one.file === path &&
                    one.args.some((value) => isSecretNote(value) && value.strength !== 'empty'),
                )
                .map(({ name }) => name)
            : [];
          return fault(
            `${path} has mode ${mode}${secrets.length > 0 ? `, and holds ${listed([...new Set(secrets)])}` : ''}`,
            [closing(one, process)],
            { where: { file: path }, severity: secrets.length > 0 ? 'medium' : read.known ? 'info' : 'low' },
          );
        }),
    );
  },
  examples: {
    good: { 'owner and group': { files: [file('/etc/redis/redis.conf', 'conf')] } },
    bad: {
      'with a password in it': {
        files: [file('/etc/redis/redis.conf', 'conf', { mode: '0644' })],
        conf: conf({ lines: [line('requirepass', [secret('strong')])] }),
      },
      without: { files: [file('/etc/redis/redis.conf', 'conf', { mode: '0644' })], conf: conf() },
    },
    other: { none: { facts: { files: [] }, verdict: 'not-applicable' } },
  },
});
