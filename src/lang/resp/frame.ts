import type { RespMap, RespValue } from './value.ts';

/** The bottom of the stack: it takes one value, the reply. */
export const ROOT = 0;
/** The attributes are read, and the value is awaited that they describe. */
export const ATTRIBUTED = 1;

/** An aggregate being filled. */
export interface Frame {
  /** The type's byte, or ROOT or ATTRIBUTED. */
  readonly type: number;
  /** Filled up to `filled`; there may be room for more. */
  readonly items: RespValue[];
  filled: number;
  readonly length: number;
  readonly attributes: RespMap['pairs'];
}

const none: RespMap['pairs'] = [];

/** A frame with room for what `bytes`, those that have arrived, may hold of it. */
export function createFrame(type: number, length: number, bytes: number, attributes = none): Frame {
  const room = Math.min(length, Math.floor(bytes / SHORTEST_ELEMENT));
  // oxlint-disable-next-line unicorn/no-new-array -- Array.from would fill it, at several times the cost
  const items = room > 0 ? new Array<RespValue>(room) : [];
  return { type, items, filled: 0, length, attributes };
}

const SHORTEST_ELEMENT = 3;
const GROWTH = 8;

/**
 * Makes room for the elements that `bytes` may hold: growing one by one would copy a large array many times. What
 * has arrived sets the size, and not what a header declares: at most GROWTH times more.
 */
export function makeRoom(frame: Frame, bytes: number): void {
  const { items, filled, length } = frame;
  const wanted = Math.min(length, filled + Math.floor(bytes / SHORTEST_ELEMENT));
  if (wanted > items.length) items.length = Math.min(length, Math.max(wanted, items.length * GROWTH));
}
