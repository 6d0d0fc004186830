/** What a packet must have for a statement to read an expression of it: where it has none, the rule ends there. */
import type { Match } from '../../../lang/packets/index.ts';
import { asked, isFamily, isTracked } from './field.ts';
import { printExpression } from './print-expression.ts';
import type { Expression } from './syntax.ts';

/** For `{ ip saddr . tcp dport }` in a table of both families: that the packet is one of IPv4. */
export function present(expression: Expression, table: string): readonly Match[] {
  if (expression.is === 'concat') return expression.parts.flatMap((part) => present(part, table));
  if (expression.is === 'binary') return present(expression.left, table);
  const { field, family, never, tracked } = asked(expression);
  if (never !== undefined) return [{ match: 'never', why: never }];
  return [
    ...(tracked === true ? [isTracked] : []),
    ...(family === undefined || table === 'ip' || table === 'ip6' ? [] : [isFamily(family)]),
    ...read(field.of, expression),
  ];
}

function read(of: string, expression: Expression): readonly Match[] {
  const text = printExpression(expression);
  if (of === 'extra-header') return [{ match: 'unusual', on: 'content', text }];
  if (of === 'owner') return [{ match: 'opaque', on: 'socket', text }];
  // Options of TCP, and whatever else a packet may be without.
  if (expression.is === 'unknown') return [{ match: 'opaque', on: expression.on, text }];
  return [];
}
