import fc from 'fast-check';
import { expect, it } from 'vitest';
import { argumentsOf, readCommandLine } from './command-line.ts';
import { controlGroups, serviceOf } from './control-groups.ts';
import { limitsOf, statusLines } from './proc-status.ts';
import { scrubArguments, scrubWords } from './scrub-arguments.ts';
import { isPastListening, listeningTcp, listeningUnix } from './socket-tables.ts';
import { serviceDirectives, unitAssignments } from './unit-text.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 200;

it('nothing that a process or a file says makes a reader throw', () => {
  const lines = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom('[Service]', 'ExecStart=a "b', 'Uid:', '0::/x.service', '--user', '>x', '0: 0:0 0 0A'),
    ),
  );
  fc.assert(
    fc.property(lines, fc.uint8Array(), (words, bytes) => {
      const text = words.join('\n');
      readCommandLine(argumentsOf(Buffer.from(bytes)));
      readCommandLine(words);
      statusLines(text);
      limitsOf(text);
      controlGroups(text).map(serviceOf);
      serviceDirectives(unitAssignments(text));
      listeningTcp(text);
      listeningUnix(text);
      isPastListening(Buffer.from(bytes));
      expect(scrubArguments(words).argv).toHaveLength(words.length);
      expect(typeof scrubWords(text)).toBe('string');
    }),
    { numRuns: runs },
  );
});

it('a line without any secret stays as it was', () => {
  const word = fc.constantFrom(
    'redis-server',
    '/etc/redis.conf',
    '"a b"',
    "'c'",
    '--port',
    '6379',
    '  ',
    '"',
    '\t',
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      expect(scrubWords(words.join(' '))).toBe(words.join(' '));
    }),
    { numRuns: runs },
  );
});
