import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { conf, line, secret } from '../../example-facts.ts';
import type { DirectiveLine } from '../../../model/index.ts';

const wordAt = ({ args }: DirectiveLine, index: number): string => {
  const word = args[index];
  return typeof word === 'string' ? word : '';
};

export default defineCheck({
  title: 'The Sentinel has no password for servers that it watches',
  severity: 'medium',
  why: 'Either these servers let everybody in, or the Sentinel is locked out of them and will call a healthy master dead. Both end in somebody opening what was closed.',
  remedy:
    'Give the servers a user for Sentinels, and name it here with `sentinel auth-user` and `sentinel auth-pass`.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#sentinel-acls-and-authentication',
  ],
  needs: ['conf'],
  judge({ conf: { sentinel, lines } }) {
    const own = lines.filter(({ name }) => name === 'sentinel');
    const of = (what: string): readonly DirectiveLine[] =>
      own.filter((one) => wordAt(one, 0).toLowerCase() === what);
    const watched = of('monitor');
    if (!sentinel || watched.length === 0) return notApplicable('no Sentinel that watches anything');
    const named = new Set(of('auth-pass').map((one) => wordAt(one, 1)));
    return failEach(
      watched
        .filter((one) => !named.has(wordAt(one, 1)))
        .map((one) =>
          fault(
            `sentinel auth-pass ${wordAt(one, 1)} is not set`,
            [
              {
                kind: 'setting',
                name: `sentinel auth-pass ${wordAt(one, 1)}`,
                ask: 'the password of a user for Sentinels',
              },
            ],
            { where: { file: one.file, line: one.line } },
          ),
        ),
    );
  },
  examples: {
    good: {
      set: {
        conf: conf({
          sentinel: true,
          lines: [
            line('sentinel', ['monitor', 'main', '10.0.0.5', '6379', '2']),
            line('sentinel', ['auth-pass', 'main', secret('strong')], 11),
          ],
        }),
      },
    },
    bad: {
      'one of two': {
        conf: conf({
          sentinel: true,
          lines: [
            line('sentinel', ['monitor', 'main', '10.0.0.5', '6379', '2']),
            line('sentinel', ['auth-pass', 'main', secret('strong')], 11),
            line('sentinel', ['monitor', 'cache', '10.0.0.9', '6379', '2'], 12),
          ],
        }),
      },
    },
    other: { 'a data node': { facts: { conf: conf() }, verdict: 'not-applicable' } },
  },
});
