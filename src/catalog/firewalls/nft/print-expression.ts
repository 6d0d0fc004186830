/** Expressions in nft's own words, for people to read. */
import type { Expression, Verdict } from './syntax.ts';

const shown = 8;

export const printAddress = (value: number): string =>
  [value / 2 ** 24, value / 2 ** 16, value / 2 ** 8, value]
    .map((part) => String(Math.floor(part) % 256))
    .join('.');

export function printExpression(expression: Expression): string {
  switch (expression.is) {
    case 'word':
      return expression.quoted === true ? `"${expression.word}"` : expression.word;
    case 'number':
      return String(expression.value);
    case 'payload':
      return `${expression.protocol} ${expression.field}`;
    case 'raw':
      return `@${expression.base},${expression.offset},${expression.length}`;
    case 'meta':
      return /^[io]if(?:name)?$/.test(expression.key) ? expression.key : `meta ${expression.key}`;
    case 'ct':
      return `ct ${expression.direction === undefined ? '' : `${expression.direction} `}${expression.key}`;
    case 'fib':
      return `fib ${expression.flags.join(' . ')} ${expression.result}`;
    case 'unknown':
      return expression.text;
    case 'binary':
      return `${printExpression(expression.left)} ${expression.op} ${printExpression(expression.right)}`;
    case 'prefix':
      return `${printExpression(expression.address)}/${expression.length}`;
    case 'range':
      return `${printExpression(expression.from)}-${printExpression(expression.to)}`;
    case 'list':
      return expression.items.map(printExpression).join(',');
    case 'concat':
      return expression.parts.map(printExpression).join(' . ');
    case 'named':
      return `@${expression.name}`;
    case 'map':
      return `${printExpression(expression.key)} map ${printExpression(expression.data)}`;
    case 'verdict':
      return printVerdict(expression.verdict);
    case 'set': {
      const { packed, list } = expression.elements;
      const words = [];
      for (let at = 0; at < packed.length && words.length < shown; at += 2)
        words.push(printPacked(packed[at] ?? 0, packed[at + 1] ?? 0));
      for (const { key, data } of list.slice(0, shown - words.length))
        words.push(
          data === undefined ? printExpression(key) : `${printExpression(key)} : ${printExpression(data)}`,
        );
      const more = packed.length / 2 + list.length > words.length ? ', …' : '';
      return `{ ${words.join(', ')}${more} }`;
    }
  }
}

function printPacked(from: number, to: number): string {
  const size = to - from + 1;
  const bits = Math.log2(size);
  if (size === 1) return printAddress(from);
  if (Number.isInteger(bits) && from % size === 0) return `${printAddress(from)}/${32 - bits}`;
  return `${printAddress(from)}-${printAddress(to)}`;
}

export const printVerdict = (verdict: Verdict): string =>
  'chain' in verdict ? `${verdict.verdict} ${verdict.chain}` : verdict.verdict;
