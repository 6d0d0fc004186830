import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

let factory: Promise<ZxcvbnFactory> | undefined;

/** How many guesses a good cracker would need, as zxcvbn reckons: dictionary words, keyboard runs, dates, repeats. */
export async function guessCount(password: string, names: readonly string[]): Promise<number> {
  const meter = await (factory ??= loadMeter());
  // Longer ones are strong by their first 128 characters, or repeat them.
  return meter.check(password.slice(0, 128), names.slice(0, 64)).guesses;
}

async function loadMeter(): Promise<ZxcvbnFactory> {
  const [core, common] = await Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')]);
  return new core.ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs });
}

/**
 * Long and without any order: generated, so there is nothing to measure. 24 characters of a generator's alphabet are
 * 94 bits even in hexadecimal. Words fail by their runs of letters: a generator changes between capital, small letter,
 * digit and sign about every second character, hexadecimal about every third.
 */
export function looksGenerated(password: string): boolean {
  if (password.length < 24 || password.length > 4096) return false;
  const kinds = Array.from(password, kindOf);
  const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
  const pairs = new Set(kinds.map((_, index) => password.slice(index, index + 2)));
  const length = kinds.length;
  return (
    new Set(password).size >= 10 && changes * 4 >= length && pairs.size * 10 >= Math.min(length, 256) * 7
  );
}

function kindOf(char: string): 'a' | 'A' | '0' | '-' {
  if (/[a-z]/.test(char)) return 'a';
  if (/[A-Z]/.test(char)) return 'A';
  return /[0-9]/.test(char) ? '0' : '-';
}
