/** Flags: of TCP, and of what conntrack did with a connection. */
import type { Match } from '../../../lang/packets/index.ts';
import type { Step } from './steps.ts';
import type { Comparison } from './syntax.ts';
import type { Values } from './values.ts';

/** Whether it was rewritten is known; that it was looked at for rewriting (bits 7 and 8) follows only from that. */
export function status(test: (value: bigint) => boolean, text: string): readonly Match[] {
  const first = statusWith(0n, test, text);
  // The server's answer finds the connection confirmed, and is a reply itself.
  const answer = statusWith(10n, test, text);
  if (JSON.stringify(first) === JSON.stringify(answer)) return first;
  return [
    {
      match: 'any',
      of: [
        [{ match: 'ct-state', states: ['new', 'related'] }, ...first],
        [{ match: 'ct-state', states: ['established'] }, ...answer],
      ],
    },
  ];
}

function statusWith(base: bigint, test: (value: bigint) => boolean, text: string): readonly Match[] {
  const rows = [0n, 16n].flatMap((snat) =>
    [0n, 32n].map((dnat) => {
      const done = [0n, 128n, 256n, 384n].filter(
        (bits) => (snat === 0n || (bits & 128n) !== 0n) && (dnat === 0n || (bits & 256n) !== 0n),
      );
      const answers = new Set(done.map((bits) => test(base | snat | dnat | bits)));
      return { snat: snat !== 0n, dnat: dnat !== 0n, answers };
    }),
  );
  if (rows.some(({ answers }) => answers.size > 1)) return [{ match: 'opaque', on: 'other', text }];
  const yes = rows.filter(({ answers }) => answers.has(true));
  if (yes.length === rows.length) return [];
  if (yes.length === 0) return [{ match: 'never', why: text }];
  const is = (name: 'dnat' | 'snat', on: boolean): Match => ({
    match: 'ct-status',
    status: name,
    ...(on ? {} : { not: true }),
  });
  for (const name of ['dnat', 'snat'] as const)
    for (const on of [true, false])
      if (yes.length === 2 && yes.every((row) => row[name] === on)) return [is(name, on)];
  return [{ match: 'any', of: yes.map((row) => [is('dnat', row.dnat), is('snat', row.snat)]) }];
}

export function tcpFlags(
  steps: readonly Step[],
  op: Comparison,
  values: Values,
  flags: boolean,
  test: (value: bigint) => boolean,
): readonly Match[] {
  const [first] = values.ranges;
  const [step] = steps;
  const single = values.ranges.length === 1 && first !== undefined && first[0] === first[1] && !values.all;
  const masks = steps.length === 0 || (steps.length === 1 && step?.op === '&');
  if (single && masks) {
    const value = Number(first[0]);
    if (flags && op === 'implied') return [{ match: 'tcp-flags', mask: value & 63, value: 0, not: true }];
    if (op === '!') return [{ match: 'tcp-flags', mask: value & 63, value: 0 }];
    const mask = Number((step?.by ?? 63n) & 63n);
    if ((op === 'implied' || op === '==') && value < 64) return [{ match: 'tcp-flags', mask, value }];
    if (op === '!=' && value < 64) return [{ match: 'tcp-flags', mask, value, not: true }];
  }
  // Anything else is asked of every set of flags: the server's answer has others than the first packet.
  const all = Array.from({ length: 64 }, (_, value) => value);
  const yes = all.filter((value) => test(BigInt(value)));
  const no = all.filter((value) => !test(BigInt(value)));
  const exactly = (list: readonly number[]): readonly (readonly Match[])[] =>
    list.map((value) => [{ match: 'tcp-flags', mask: 63, value }]);
  return yes.length <= no.length
    ? [{ match: 'any', of: exactly(yes) }]
    : [{ match: 'any', of: exactly(no), not: true }];
}
