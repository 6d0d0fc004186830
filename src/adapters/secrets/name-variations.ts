/** Never more names than these are guessed from, and none longer: a cluster may have thousands of users. */
const mostNames = 64;
const longestName = 64;

const endings = [
  '',
  '1',
  '12',
  '123',
  '1234',
  '12345',
  '123456',
  '321',
  '01',
  '001',
  '007',
  '6379',
  '!',
  '1!',
  '123!',
  '1234!',
  '!@#',
  '@1',
  '@12',
  '@123',
  '@1234',
  '@12345',
  '@123456',
  '#123',
  '#1234',
  '_123',
  '-123',
  '.123',
  '@!',
  '@6379',
  '_6379',
  '6379!',
  'pass',
  'Pass',
  'PASS',
  'password',
  'Password',
  'passwd',
  'pwd',
  'pw',
  'secret',
  'auth',
  'key',
  'admin',
  'user',
  'db',
  'prod',
  '_pass',
  '_password',
  '_secret',
  '_pwd',
  '_prod',
  '-pass',
  '-password',
  '-secret',
  '-pwd',
  '-prod',
  'prod123',
  'dev',
  'test',
];
const beginnings = ['my', 'my_', 'my-', 'the', 'pass', 'password', 'secret', '123', '1234', '123456'];
const marks = ['', '@', '_', '-', '#', '.'];
const firstYear = 2009;

/**
 * Passwords that people make from a name: `cache123`, `Cache@2024`, `c4che`, `ehcac`. About a thousand for a name;
 * a host name gives its parts too.
 */
export function* nameVariations(names: readonly string[], thisYear: number): Generator<string> {
  const years = Array.from({ length: Math.max(0, thisYear + 2 - firstYear) }, (_, index) =>
    String(firstYear + index),
  );
  for (const word of wordsOf(names)) {
    for (const form of formsOf(word)) {
      for (const ending of endings) yield form + ending;
      for (const beginning of beginnings) yield beginning + form;
      for (const year of years) {
        for (const mark of marks) yield form + mark + year;
        yield `${form}${year}!`;
      }
    }
  }
}

function wordsOf(names: readonly string[]): ReadonlySet<string> {
  const words = new Set<string>();
  for (const name of names.slice(0, mostNames)) {
    const short = name.slice(0, longestName);
    for (const word of [short, ...short.split('.'), ...short.split(/[^\p{L}\p{N}]+/u)])
      if (word.length > 1) words.add(word);
  }
  return words;
}

function formsOf(word: string): ReadonlySet<string> {
  const lower = word.toLowerCase();
  const title = lower.slice(0, 1).toUpperCase() + lower.slice(1);
  const swapped = lower.replaceAll('a', '@').replaceAll('o', '0').replaceAll('e', '3').replaceAll('i', '1');
  return new Set([
    word,
    lower,
    title,
    word.toUpperCase(),
    Array.from(lower).toReversed().join(''),
    lower + lower,
    swapped,
    lower.replaceAll('a', '4').replaceAll('o', '0'),
    lower.replaceAll('e', '3'),
    lower.replaceAll('i', '1'),
    lower.replaceAll('s', '$').replaceAll('a', '@'),
  ]);
}
