/**
 * Our part of iptables: a chain of our own, and a jump into it at the head of INPUT, or of the chain that Docker keeps
 * for the administrator. Only a first packet (SYN alone) of a connection to our ports ever enters it: what is
 * established stays, also where nobody tracked connections so far, and no other port is touched. Whom we let pass
 * returns, so that the rules that were there before decide as they did.
 */
import type { Family } from '../../../lang/packets/index.ts';
import type { FirewallPart } from '../../../model/index.ts';
import { chainName, nameOf, networksOf } from './our-part.ts';

/** A rule that leads into our chain, and where it stands: 1 is the head. */
export interface Jump {
  readonly from: string;
  readonly at: number;
  /** Its words, without `-A` and its chain. */
  readonly words: string;
}

/** What is ours in the table `filter` of one family. */
export interface IptablesPart {
  /** Rules of our chain, as iptables-save prints them without `-A` and the chain; absent where there is no such chain. */
  readonly rules?: readonly string[];
  /** In the order in which they stand. */
  readonly jumps: readonly Jump[];
}

const firstPacket = '-m tcp --tcp-flags FIN,SYN,RST,ACK SYN';

/** Our part as it shall be, in the words of iptables-save. */
export function iptablesPart(part: FirewallPart, family: Family, docker: boolean): IptablesPart {
  const chain = chainName(nameOf(part), docker);
  const jump = (at: number, match: string): Jump => ({
    from: docker ? 'DOCKER-USER' : 'INPUT',
    at,
    words: `-p tcp ${firstPacket} ${match} -j ${chain}`,
  });
  return {
    rules: [
      '-i lo -j RETURN',
      ...networksOf(part.allow, family).map((network) => `-s ${network} -j RETURN`),
      '-j DROP',
    ],
    // A published port is told by what the stranger asked for: what the container asks for outside is not ours.
    jumps: docker
      ? part.ports.map((port, index) =>
          jump(index + 1, `-m conntrack --ctstate DNAT --ctorigdstport ${port}`),
        )
      : [jump(1, `-m multiport --dports ${part.ports.join(',')}`)],
  };
}

/** What is ours in what `iptables-save -t filter` printed. */
export function readIptablesPart(save: string, port: number, docker: boolean): IptablesPart {
  const chain = chainName(port, docker);
  const rules: string[] = [];
  const jumps: Jump[] = [];
  const counts = new Map<string, number>();
  let declared = false;
  for (const line of save.split('\n')) {
    if (line.startsWith(`:${chain} `)) declared = true;
    if (!line.startsWith('-A ')) continue;
    const [, from = ''] = line.split(' ', 2);
    const at = (counts.get(from) ?? 0) + 1;
    counts.set(from, at);
    const words = line.slice(4 + from.length);
    if (from === chain) rules.push(words);
    else if (words.endsWith(` -j ${chain}`) || words === `-j ${chain}`) jumps.push({ from, at, words });
  }
  return declared ? { rules, jumps } : { jumps };
}

/** Whether a chain is there: what `iptables-save -t filter` printed declares it. */
export const hasChain = (save: string, chain: string): boolean => save.includes(`\n:${chain} `);

/**
 * Input of `iptables-restore --noflush` that makes one of the other: all of it at once, or nothing where a line is
 * refused. Nothing where both are the same.
 */
export function iptablesChange(
  now: IptablesPart,
  wanted: IptablesPart,
  port: number,
  docker: boolean,
): string | undefined {
  if (JSON.stringify(now) === JSON.stringify(wanted)) return undefined;
  const chain = chainName(port, docker);
  const sameJumps = JSON.stringify(now.jumps) === JSON.stringify(wanted.jumps);
  return [
    '*filter',
    // A chain that is there is emptied by being named.
    ...(wanted.rules ? [`:${chain} - [0:0]`, ...wanted.rules.map((words) => `-A ${chain} ${words}`)] : []),
    ...(sameJumps
      ? []
      : [
          ...now.jumps.map(({ from, words }) => `-D ${from} ${words}`),
          ...wanted.jumps.map(({ from, at, words }) => `-I ${from} ${at} ${words}`),
        ]),
    ...(now.rules && !wanted.rules ? [`-F ${chain}`, `-X ${chain}`] : []),
    'COMMIT',
    '',
  ].join('\n');
}
