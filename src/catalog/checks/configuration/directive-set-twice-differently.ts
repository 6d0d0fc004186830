import { directiveTable, newestMeasured } from '../../../lang/conf/index.ts';
import { defineCheck, failEach, fault } from '../../define-check.ts';
import { conf, line, secret } from '../../example-facts.ts';
import { isSecretNote, type DirectiveLine } from '../../../model/index.ts';

/** Lines that add up, each in its own way. */
const addUp: ReadonlySet<string> = new Set([
  'save',
  'client-output-buffer-limit',
  'sentinel',
  'module',
  'loadmodule',
]);

const products = ['redis', 'valkey', 'keydb'] as const;

/** One name for a directive and its aliases; `undefined` where every line counts, or nobody knows the name. */
function oneOf(name: string): string | undefined {
  const table = (product: (typeof products)[number]) => directiveTable(product, newestMeasured(product));
  const product = products.find((one) => table(one).has(name));
  const directive = product && table(product).get(name);
  if (!directive || directive.multi || directive.type.kind === 'statement' || addUp.has(name))
    return undefined;
  return [name, ...directive.aliases].toSorted()[0];
}

const valueOf = ({ args }: DirectiveLine): string =>
  args.map((value) => (isSecretNote(value) ? `\u0000${value.same}` : value.toLowerCase())).join(' ');

const shown = ({ args, line: at }: DirectiveLine): string =>
  `${args.map((value) => (isSecretNote(value) ? '(a password)' : value)).join(' ') || '""'} (line ${at})`;

const deciding: ReadonlySet<string> = new Set(
  'bind protected-mode requirepass aclfile port tls-port tls-auth-clients enable-debug-command enable-module-command enable-protected-configs'.split(
    ' ',
  ),
);

export default defineCheck({
  title: 'A directive is set twice, to different values',
  severity: 'low',
  why: 'The last line that is read wins, without a word in the log. Whoever finds the other one first believes that the server is set that way, and edits it in vain.',
  remedy:
    'Keep one line for the directive and take the others out; mind included files, which are read where the include line stands.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/config/'],
  needs: ['conf'],
  judge({ conf: { lines } }) {
    const byName = new Map<string, DirectiveLine[]>();
    for (const one of lines) {
      const name = oneOf(one.name);
      if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), one]);
    }
    return failEach(
      [...byName.values()]
        .filter((same) => new Set(same.map(valueOf)).size > 1)
        .map((same) => {
          const last = same.at(-1) ?? same[0];
          const name = last?.name ?? '';
          return fault(
            `${name}: ${same.map(shown).join('; ')}`,
            [{ kind: 'investigate', what: `which ${name} is meant` }],
            {
              where: last && { file: last.file, line: last.line },
              severity: deciding.has(name) ? 'medium' : 'low',
            },
          );
        }),
    );
  },
  examples: {
    good: {
      once: { conf: conf({ lines: [line('bind', ['127.0.0.1'])] }) },
      'twice the same': { conf: conf({ lines: [line('timeout', ['0'], 3), line('timeout', ['0'], 9)] }) },
      'lines that add up': {
        conf: conf({
          lines: [
            line('save', ['900', '1'], 3),
            line('save', ['300', '10'], 4),
            line('client-output-buffer-limit', ['normal', '0', '0', '0'], 5),
            line('client-output-buffer-limit', ['pubsub', '32mb', '8mb', '60'], 6),
            line('rename-command', ['FLUSHALL', ''], 7),
            line('rename-command', ['CONFIG', ''], 8),
          ],
        }),
      },
    },
    bad: {
      'bind, far apart': {
        conf: conf({ lines: [line('bind', ['127.0.0.1'], 3), line('bind', ['0.0.0.0'], 900)] }),
      },
      'under its old name': {
        conf: conf({ lines: [line('replica-read-only', ['yes'], 3), line('slave-read-only', ['no'], 9)] }),
      },
      'two passwords, of which one counts': {
        conf: conf({
          lines: [
            line('requirepass', [secret('strong', 'a')], 3),
            line('requirepass', [secret('weak', 'b')], 9),
          ],
        }),
      },
    },
  },
});
