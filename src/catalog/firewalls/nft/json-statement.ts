/** Statements as `nft -j` writes them. */
import { boundBy, jsonExpression, jsonVerdict } from './json-expression.ts';
import { isObject, type Json, listOf, said, textOf } from './json-value.ts';
import { jsonPaceOf, type Pace } from './pace.ts';
import type { Comparison, Expression, Statement } from './syntax.ts';

/** Counts, logs, tells a flow apart: the packet goes on as before. */
const goOn = new Set([
  'counter',
  'log',
  'flow',
  'comment',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'dup',
  'last',
  'reset',
  'secmark',
]);
const operators: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ['in', 'implied'],
  ['==', '=='],
  ['!=', '!='],
  ['<', '<'],
  ['>', '>'],
  ['<=', '<='],
  ['>=', '>='],
  ['!', '!'],
]);

/** `text` reads a statement that nft wrote as text into its JSON, as some versions do with blocks. */
export function jsonStatement(
  value: unknown,
  text: (words: string) => readonly Statement[],
): readonly Statement[] {
  if (typeof value === 'string') return text(value);
  if (!isObject(value)) return [opaque(value)];
  const [entry] = Object.entries(value);
  if (entry === undefined) return [opaque(value)];
  const [key, body] = entry;
  if (goOn.has(key)) return [{ does: 'go-on' }];
  const verdict = jsonVerdict(value);
  if (verdict !== undefined) return [{ does: 'verdict', verdict }];
  const object = isObject(body) ? body : {};
  switch (key) {
    case 'match': {
      const op = operators.get(textOf(object['op']) ?? 'in');
      if (op === undefined) return [{ does: 'condition', on: 'other', text: said(value) }];
      const right = jsonExpression(object['right']);
      return [{ does: 'match', op, left: jsonExpression(object['left']), right }];
    }
    case 'vmap':
      return [{ does: 'vmap', key: jsonExpression(object['key']), data: jsonExpression(object['data']) }];
    case 'reject':
      return [rejection(textOf(object['type']) ?? '')];
    case 'notrack':
      return [{ does: key }];
    case 'limit':
    case 'quota':
      return [{ does: 'condition', on: 'rate', text: `${key} ${said(body)}` }];
    case 'ct count':
      return [{ does: 'condition', on: 'rate', text: `ct count ${said(body)}` }];
    case 'dnat':
    case 'redirect':
      return [{ does: key, ...nat(object) }];
    case 'snat':
    case 'masquerade':
      return [{ does: 'snat' }];
    case 'mangle':
      return [mangle(object)];
    case 'set':
    case 'map':
      return [
        {
          does: 'remember',
          set: (textOf(object[key]) ?? '').replace(/^@/, ''),
          key: jsonExpression(object['elem']),
          bound: boundBy(object['stmt']),
          ...paced(jsonPaceOf(object['elem'], object['stmt'])),
          text: said(value),
        },
      ];
    case 'meter':
      return [
        {
          does: 'remember',
          set: '',
          key: jsonExpression(object['key']),
          bound: boundBy(object['stmt']),
          ...paced(jsonPaceOf(object['key'], object['stmt'])),
          text: `meter ${textOf(object['name']) ?? ''}`,
        },
      ];
    case 'xt':
      return xt(object);
    default:
      return [opaque(value)];
  }
}

const paced = (pace: Pace | undefined): { readonly pace?: Pace } => (pace === undefined ? {} : { pace });

export const rejection = (message: string): Statement =>
  message === 'icmp'
    ? { does: 'reject', family: 'ipv4' }
    : message === 'icmpv6'
      ? { does: 'reject', family: 'ipv6' }
      : { does: 'reject' };

const opaque = (value: unknown): Statement => ({ does: 'opaque', on: 'other', text: said(value) });

function nat(body: Json): { readonly to?: Expression; readonly port?: Expression; readonly family?: string } {
  const { addr, port, family } = body;
  return {
    ...(addr === undefined || addr === null ? {} : { to: jsonExpression(addr) }),
    ...(port === undefined || port === null ? {} : { port: jsonExpression(port) }),
    ...(typeof family === 'string' ? { family } : {}),
  };
}

/** What becomes of a packet when `left` is set: a mark, or something of its own. */
export function assignment(left: Expression, value: Expression, text: string): Statement {
  if (left.is === 'meta')
    return left.key === 'mark' ? { does: 'set-mark', target: 'mark', value } : { does: 'go-on' };
  if (left.is === 'ct')
    return left.key === 'mark' ? { does: 'set-mark', target: 'ct mark', value } : { does: 'go-on' };
  // Addresses and ports written over: the packet goes elsewhere, and no connection knows of it.
  const moves =
    left.is === 'raw' ||
    (left.is === 'payload' && ['saddr', 'daddr', 'sport', 'dport', 'protocol', 'flags'].includes(left.field));
  return moves && !(left.is === 'payload' && left.protocol === 'ether')
    ? { does: 'opaque', on: 'other', text }
    : { does: 'go-on' };
}

function mangle(body: Json): Statement {
  return assignment(jsonExpression(body['key']), jsonExpression(body['value']), said({ mangle: body }));
}

/** Matches and targets of iptables, kept by the kernel as they are; older nft does not even tell which. */
function xt(body: Json): readonly Statement[] {
  const name = textOf(body['name']) ?? '';
  const text = `xt ${textOf(body['type']) ?? ''} ${name}`.replaceAll(/ +/g, ' ').trim();
  if (name === 'comment') return [{ does: 'go-on' }];
  if (body['type'] === 'match') return [{ does: 'condition', on: 'other', text }];
  if (body['type'] === 'target' || body['type'] === 'watcher')
    return ['LOG', 'NFLOG', 'TRACE'].includes(name)
      ? [{ does: 'go-on' }]
      : [{ does: 'opaque', on: 'other', text }];
  return [{ does: 'condition', on: 'other', text }];
}

export const objectStatements = (values: unknown, text: (words: string) => readonly Statement[]) =>
  listOf(values).flatMap((value) => jsonStatement(value, text));
