import { defineCheck, failEach, fault } from '../../define-check.ts';
import { conf, line } from '../../example-facts.ts';
import type { DirectiveLine } from '../../../model/index.ts';

/** Marks of Jinja, Go, ERB, shell, Ant and of sample files. The server itself fills in none of them. */
const marks: readonly RegExp[] = [
  /\{\{.{0,200}?\}\}/,
  /\{%.{0,200}?%\}/,
  /<%.{0,200}?%>/,
  /\$\{[A-Za-z_][^}]{0,100}\}/,
  /^\$[A-Z_][A-Z0-9_]+$/,
  /^@@?[A-Z_][A-Z0-9_]+@@?$/,
  /^__[A-Z][A-Z0-9_]*__$/,
  /^<[a-z][a-z0-9 _-]{1,40}>$/i,
  /^(?:change[-_]?me|replace[-_]?me|todo|fixme|your[-_](?:password|host|ip|domain)(?:[-_]here)?)$/i,
];

const isLeft = (word: string): boolean => marks.some((mark) => mark.test(word));

function leftIn({ name, args }: DirectiveLine): readonly string[] {
  // Of a user, only the name: patterns may hold anything.
  const words = name === 'user' ? args.slice(0, 1) : args;
  return [name, ...words].filter((word): word is string => typeof word === 'string' && isLeft(word));
}

export default defineCheck({
  title: 'A placeholder of a template stands in the configuration',
  severity: 'medium',
  why: 'The server does not expand variables: it takes the placeholder for the value. A password is then a word from a public template, an address or a file is not what was meant.',
  remedy:
    'Fill in the value in place of the placeholder, and find out why the template was not rendered: other lines may be missing altogether.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/config/'],
  needs: ['conf'],
  judge: ({ conf: { lines } }) =>
    failEach(
      lines.flatMap((one) => {
        const left = leftIn(one);
        if (left.length === 0) return [];
        return [
          fault(
            `${one.name} has ${left[0]?.slice(0, 60) ?? ''}`,
            [{ kind: 'investigate', what: `line ${one.line} of ${one.file}` }],
            { where: { file: one.file, line: one.line } },
          ),
        ];
      }),
    ),
  examples: {
    good: {
      rendered: { conf: conf({ lines: [line('bind', ['10.0.0.5']), line('dir', ['/var/lib/redis'])] }) },
      'the title has braces of its own': {
        conf: conf({ lines: [line('proc-title-template', ['{title} {listen-addr} {server-mode}'])] }),
      },
      'patterns of keys': {
        conf: conf({ lines: [line('user', ['app', 'on', '~{order}:*', '~${x}', '+@read'])] }),
      },
      'event classes': { conf: conf({ lines: [line('notify-keyspace-events', ['KEA$'])] }) },
    },
    bad: {
      Jinja: { conf: conf({ lines: [line('bind', ['{{ redis_bind }}'])] }) },
      shell: { conf: conf({ lines: [line('replica-announce-ip', ['${POD_IP}'])] }) },
      'in a Sentinel': {
        conf: conf({
          lines: [line('sentinel', ['monitor', 'main', '10.0.0.5', '6379', '$SENTINEL_QUORUM'])],
        }),
      },
      'the sample line, uncommented': {
        conf: conf({ lines: [line('replicaof', ['<masterip>', '<masterport>'])] }),
      },
    },
  },
});
