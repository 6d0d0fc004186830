import type { FirewallPart } from '../../../model/index.ts';
import { nameOf, networksOf, tableName } from './our-part.ts';

/**
 * Our part of nftables: a table of its own, before the usual chains of input. It refuses, or leaves it to the chains
 * that come after. Only a first packet (SYN alone) to our ports enters `strangers`.
 */
export function nftPart(part: FirewallPart): string {
  const [four, six] = [networksOf(part.allow, 'ipv4'), networksOf(part.allow, 'ipv6')];
  return [
    `table inet ${tableName(nameOf(part))} {`,
    '\tchain strangers {',
    '\t\tiifname "lo" return',
    ...(four.length > 0 ? [`\t\tip saddr { ${four.join(', ')} } return`] : []),
    ...(six.length > 0 ? [`\t\tip6 saddr { ${six.join(', ')} } return`] : []),
    '\t\tdrop',
    '\t}',
    '',
    '\tchain input {',
    '\t\ttype filter hook input priority -5; policy accept;',
    `\t\ttcp dport { ${part.ports.join(', ')} } tcp flags & (fin | syn | rst | ack) == syn jump strangers`,
    '\t}',
    '}',
    '',
  ].join('\n');
}

/** Input of `nft -f -` that makes our table this text, or takes it away: all of it at once, or nothing. */
export function nftChange(table: string | undefined, port: number): string {
  const name = `inet ${tableName(port)}`;
  // Named before it is deleted: that it is not there is no error then.
  return `table ${name}\ndelete table ${name}\n${table ?? ''}`;
}
