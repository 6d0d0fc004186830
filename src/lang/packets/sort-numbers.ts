/** Of fewer than these the tables would cost more than they save. */
const few = 4096;

/**
 * Numbers below 2^128 in rising order. To compare two bigints takes so long that a million of them would take seconds;
 * so they are cut into digits of 16 bits and sorted digit by digit, from the last one on (radix sort). Digits that are
 * the same in all of them, as most are in real address lists, cost nothing.
 */
export function sortNumbers(values: readonly bigint[]): readonly bigint[] {
  const count = values.length;
  if (count < few) return values.toSorted((a, b) => (a < b ? -1 : Number(a > b)));
  const digits = new Uint16Array(count * 8);
  const halves = new BigUint64Array(digits.buffer);
  for (let index = 0; index < count; index++) {
    const value = values[index] as bigint;
    // The array keeps the lowest 64 bits of what is put into it.
    halves[2 * index] = value;
    halves[2 * index + 1] = value >> 64n;
  }
  let order = Uint32Array.from({ length: count }, (_, index) => index);
  let next = new Uint32Array(count);
  for (let digit = 0; digit < 8; digit++) {
    const starts = new Uint32Array(65537);
    for (let index = 0; index < count; index++) {
      const bucket = (digits[8 * index + digit] as number) + 1;
      starts[bucket] = (starts[bucket] as number) + 1;
    }
    if (starts.includes(count)) continue;
    for (let bucket = 1; bucket < starts.length; bucket++)
      starts[bucket] = (starts[bucket] as number) + (starts[bucket - 1] as number);
    for (let index = 0; index < count; index++) {
      const from = order[index] as number;
      const bucket = digits[8 * from + digit] as number;
      const place = starts[bucket] as number;
      next[place] = from;
      starts[bucket] = place + 1;
    }
    [order, next] = [next, order];
  }
  return Array.from(order, (index) => values[index] as bigint);
}
