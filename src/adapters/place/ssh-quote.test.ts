import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteWord, quoteWords } from './ssh-quote.ts';

const runs = process.env['KEYWARD_DEEP'] ? 2000 : 40;
const shells = ['/bin/sh', '/bin/bash', '/bin/dash', '/usr/bin/ksh', '/bin/zsh', '/bin/busybox'].filter(
  existsSync,
);

/** What a shell hands to a program: each word, ended by NUL. A builtin would do; a program is what we run. */
function handedOn(shell: string, words: readonly Buffer[]): Buffer {
  const quoted = quoteWords(words.map((word) => word.toString('latin1')));
  const argv = shell.endsWith('busybox') ? ['sh', '-s'] : ['-s'];
  const script = Buffer.from(`/usr/bin/printf '%s\\0' ${quoted}\n`, 'latin1');
  const { stdout, stderr, status } = spawnSync(shell, argv, { input: script, env: { LC_ALL: 'C' } });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout;
}

// Bytes as characters 1 to 255: quoting looks at characters that are one byte in every encoding.
const byte = fc.oneof(
  fc.integer({ min: 1, max: 255 }),
  fc.constantFrom(...Buffer.from(`'"\\$\`!*?[]{}~#;&|<>()\n\t =-%`)),
);
const word = fc.array(byte, { maxLength: 40 }).map((bytes) => Buffer.from(bytes));

describe.each(shells)('a word quoted for %s', (shell) => {
  it('arrives as it was, whatever bytes it has', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), (words) => {
        const expected = Buffer.concat(words.flatMap((one) => [one, Buffer.from([0])]));
        expect(handedOn(shell, words)).toEqual(expected);
      }),
      { numRuns: runs },
    );
  });

  it('arrives as it was, each single byte of it', () => {
    const words = Array.from({ length: 255 }, (_, index) => Buffer.from([index + 1]));
    const expected = Buffer.concat(words.flatMap((one) => [one, Buffer.from([0])]));
    expect(handedOn(shell, words)).toEqual(expected);
  });
});

describe('a word that no argument can carry', () => {
  it.each(['a\0b', '\ud800', 'x\udc00y'])('is refused: %j', (bad) => {
    expect(() => quoteWord(bad)).toThrow(RangeError);
  });
});
