import type { Audit } from '../../model/index.ts';
import { exampleAudit } from './example-audit.ts';

/** What a hostile server may put into any field: each is live in one of the formats, or in the terminal. */
export const attack = [
  '=HYPERLINK("http://198.51.100.1","x")',
  '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  '\0\r\n## forged heading\r\nCRITICAL forged\u2028',
  '\u202egnp.exe\u2066\u200b\ufeff\u{e0041}',
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  '--><!-- ]]><![CDATA[ &amp; &#x1b; <?xml?> "\'',
  '| a `b` ``` **c** _d_ [e](javascript:alert(3)) ![f](http://198.51.100.1/f.png) <!-- ',
  '@somebody #1 https://198.51.100.1/track',
  '\ud800 \ufffe 日本語 e\u0301\u0301\u0301 😀 %0A::error::forged',
].join(' ');

/** Words of the vocabulary: a hostile server cannot choose them. */
const closed = new Set([
  'schema',
  'kind',
  'severity',
  'verdict',
  'health',
  'why',
  'reach',
  'certainty',
  'can',
  'collectedAt',
  'mode',
  'role',
  'product',
  'theme',
  'strength',
  'same',
  'door',
]);

const poison = (text: string): string => `${attack} ${text}`;

function everywhere(value: unknown, key: string): unknown {
  if (closed.has(key)) return value;
  if (typeof value === 'string') {
    if (key !== 'opens') return poison(value);
    const [from = '', as = '', can = ''] = value.split('|');
    return `${poison(from)}|${poison(as)}|${can}`;
  }
  if (Array.isArray(value)) return value.map((part) => everywhere(part, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, everywhere(part, name)]));
}

/** The example, with the attack in front of every text that comes from the world. */
export const hostileAudit = everywhere(exampleAudit, '') as Audit;
