/** What nft refuses of a rule whose statements are well formed one by one: they can never hold together. */
import type { Expression, Statement } from './syntax.ts';

const transports = new Set([
  'tcp',
  'udp',
  'udplite',
  'sctp',
  'dccp',
  'icmp',
  'icmpv6',
  'igmp',
  'ah',
  'esp',
  'comp',
]);

/** `undefined`: there is nothing to say against it. */
export function conflictOf(statements: readonly Statement[], family: string): string | undefined {
  let network = family === 'ip' || family === 'ip6' ? family : undefined;
  let transport: string | undefined;
  let named = false;
  for (const statement of statements) {
    if (statement.does === 'dnat' || statement.does === 'redirect') {
      for (const part of [statement.to, statement.port])
        if (
          part?.is === 'map' &&
          fieldsOf(part.key).some((one) => one.is === 'payload' && transports.has(one.protocol))
        )
          named = true;
      if (statement.port !== undefined && !named)
        return 'a port can be rewritten only after a match of its protocol';
      continue;
    }
    const left =
      statement.does === 'match' ? statement.left : statement.does === 'vmap' ? statement.key : undefined;
    if (left === undefined) continue;
    for (const one of fieldsOf(left)) {
      if (one.is === 'meta' && one.key === 'l4proto') named = true;
      if (one.is === 'ct' && one.key.startsWith('proto-') && !named)
        return `ct ${one.key} can be asked only after a match of its protocol`;
      if (one.is !== 'payload') continue;
      const { protocol, field } = one;
      if (protocol === 'ip' || protocol === 'ip6') {
        if (network !== undefined && network !== protocol) return `${network} and ${protocol} in one rule`;
        network = protocol;
        if (field === 'protocol' || field === 'nexthdr') named = true;
      }
      if (!transports.has(protocol)) continue;
      if (transport !== undefined && transport !== protocol)
        return `${transport} and ${protocol} in one rule`;
      transport = protocol;
      named = true;
    }
    if (statement.does !== 'match' || (statement.op !== 'implied' && statement.op !== '==')) continue;
    const said = protocolSaid(statement.left, statement.right);
    if (said === undefined || !transports.has(said)) continue;
    if (transport !== undefined && transport !== said) return `${transport} and ${said} in one rule`;
    transport = said;
  }
  return undefined;
}

function fieldsOf(expression: Expression): readonly Expression[] {
  if (expression.is === 'concat') return expression.parts.flatMap(fieldsOf);
  return expression.is === 'binary' ? fieldsOf(expression.left) : [expression];
}

function protocolSaid(left: Expression, right: Expression): string | undefined {
  const asks =
    (left.is === 'meta' && left.key === 'l4proto') ||
    (left.is === 'payload' &&
      (left.field === 'protocol' || left.field === 'nexthdr') &&
      left.protocol.startsWith('ip'));
  return asks && right.is === 'word' ? right.word.replace('ipv6-icmp', 'icmpv6') : undefined;
}
