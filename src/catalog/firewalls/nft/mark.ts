/** `meta mark set …`: whatever is made of the old mark by constants comes down to `(mark & ~mask) ^ value`. */
import type { Deed } from '../../../lang/packets/index.ts';
import type { Expression } from './syntax.ts';
import { numberOf } from './values.ts';

const all = 0xffffffffn;

interface Made {
  readonly from: 'none' | 'mark' | 'ct mark';
  readonly keep: bigint;
  readonly turn: bigint;
}

/** `undefined`: what the mark will be is not known beforehand. */
export function markDeeds(target: 'mark' | 'ct mark', value: Expression): readonly Deed[] | undefined {
  const made = madeOf(value);
  if (made === undefined) return undefined;
  const keep = made.from === 'none' ? 0n : made.keep;
  const set: Deed = {
    deed: target === 'mark' ? 'set-mark' : 'set-ct-mark',
    mask: Number(~keep & all),
    value: Number(made.turn),
  };
  if (made.from === 'none' || made.from === target) return [set];
  const copy: Deed = {
    deed: 'copy-mark',
    from: made.from === 'mark' ? 'packet' : 'connection',
    mask: Number(all),
  };
  return made.keep === all && made.turn === 0n ? [copy] : [copy, set];
}

function madeOf(value: Expression): Made | undefined {
  if (value.is === 'meta' && value.key === 'mark') return { from: 'mark', keep: all, turn: 0n };
  if (value.is === 'ct' && value.key === 'mark') return { from: 'ct mark', keep: all, turn: 0n };
  if (value.is === 'binary') {
    const left = madeOf(value.left);
    const by = numberOf(value.right, { of: 'mark', which: 'mark' });
    if (left === undefined || by === undefined) return undefined;
    switch (value.op) {
      case '&':
        return { ...left, keep: left.keep & by, turn: left.turn & by };
      case '|':
        return { ...left, keep: left.keep & ~by & all, turn: (left.turn & ~by & all) | (by & all) };
      case '^':
        return { ...left, turn: left.turn ^ (by & all) };
      default: {
        if (left.from !== 'none') return undefined;
        const turn = value.op === '<<' ? (left.turn << (by & 63n)) & all : left.turn >> (by & 63n);
        return { from: 'none', keep: 0n, turn };
      }
    }
  }
  const number = numberOf(value, { of: 'mark', which: 'mark' });
  return number === undefined || number > all ? undefined : { from: 'none', keep: 0n, turn: number };
}
