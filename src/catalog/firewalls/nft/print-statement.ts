/** Statements in nft's own words, shortened, for people to find the rule. */
import { printExpression, printVerdict } from './print-expression.ts';
import { shortened } from './json-value.ts';
import type { Statement } from './syntax.ts';

export const printStatements = (statements: readonly Statement[]): string =>
  shortened(statements.map(printStatement).filter(Boolean).join(' '));

function printStatement(statement: Statement): string {
  switch (statement.does) {
    case 'match': {
      const op = statement.op === 'implied' || statement.op === '==' ? '' : `${statement.op} `;
      return `${printExpression(statement.left)} ${op}${printExpression(statement.right)}`;
    }
    case 'vmap':
      return `${printExpression(statement.key)} vmap ${printExpression(statement.data)}`;
    case 'verdict':
      return printVerdict(statement.verdict);
    case 'block':
      return `${statement.verdict} { ${statement.rules.map(({ at }) => at.text).join('; ')} }`;
    case 'set-mark':
      return `${statement.target === 'mark' ? 'meta mark' : 'ct mark'} set ${printExpression(statement.value)}`;
    case 'dnat':
    case 'redirect': {
      const to = statement.to === undefined ? '' : ` ${printExpression(statement.to)}`;
      const port = statement.port === undefined ? '' : `:${printExpression(statement.port)}`;
      return `${statement.does}${to === '' && port === '' ? '' : ' to'}${to === '' ? ' ' : to}${port}`.trim();
    }
    case 'condition':
    case 'opaque':
    case 'remember':
      return statement.text;
    case 'go-on':
      return '';
    default:
      return statement.does;
  }
}
