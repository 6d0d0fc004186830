import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { conf, rename, secret } from '../../example-facts.ts';
import type { SecretNote } from '../../../model/index.ts';

/** Why somebody who tries names would come upon this one. Whole random names of eight characters and more hold. */
function weakness(from: string, to: string | SecretNote): string | undefined {
  if (typeof to !== 'string')
    return to.strength === 'guessed' || to.strength === 'weak' ? 'easy to guess' : undefined;
  if (to === '') return undefined;
  const [old, name] = [from.toLowerCase(), to.toLowerCase()];
  if (name === old) return 'its old name, as commands ignore case';
  if (name.includes(old)) return 'its old name with something around it';
  if (name.includes(old.split('').toReversed().join(''))) return 'its old name backwards';
  if (name.length < 8) return `${name.length} characters`;
  return /^(.)\1*$/.test(name) ? 'one letter, repeated' : undefined;
}

export default defineCheck({
  title: 'A command is hidden under a name that is easily guessed',
  severity: 'medium',
  why: 'Unknown commands are answered at once and before any limit, so names can be tried by the thousand. REDIS_SHUTDOWN_SECURE or CONFIG2 are among the first.',
  remedy:
    'Take the command away whole (rename-command NAME ""), or better deny it by ACL rules. A name that must stay should be 20 random characters.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/#disallowing-specific-commands',
  ],
  needs: ['conf'],
  judge({ conf: { renames } }) {
    if (renames.length === 0) return notApplicable('no command is renamed');
    return failEach(
      renames.flatMap(({ from, to, file, line }) => {
        const why = weakness(from, to);
        if (why === undefined) return [];
        // The new name itself is a secret, however bad.
        return [
          fault(
            `the new name of ${from.toUpperCase()} is ${why}`,
            [{ kind: 'investigate', what: `who needs ${from.toUpperCase()}; deny it to the rest` }],
            {
              where: { file, line },
            },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'taken away': { conf: conf({ renames: [rename('FLUSHALL', '')] }) },
      random: { conf: conf({ renames: [rename('CONFIG', 'XVXYMUAATDBMEQPMO8n7')] }) },
      'measured where it was read': { conf: conf({ renames: [rename('CONFIG', secret('strong'))] }) },
    },
    bad: {
      'the old name is in it': { conf: conf({ renames: [rename('SHUTDOWN', 'REDIS_SHUTDOWN_SECURE')] }) },
      short: { conf: conf({ renames: [rename('CONFIG', 'abc')] }) },
      backwards: { conf: conf({ renames: [rename('CONFIG', 'my-gifnoc-1')] }) },
      guessed: { conf: conf({ renames: [rename('DEBUG', secret('guessed'))] }) },
    },
    other: { 'no renames': { facts: { conf: conf() }, verdict: 'not-applicable' } },
  },
});
