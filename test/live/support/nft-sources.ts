/** Addresses to try an answer with: both sides of every edge of it, as far as a stranger can have them. */
import {
  type Answer,
  type AddressNumber,
  type Family,
  writeAddress,
} from '../../../src/lang/packets/index.ts';

const most = 14;

/** `turn` takes others of them each time, where there are many. */
export function boundarySources(answers: readonly Answer[], family: Family, turn: number): readonly string[] {
  const found = new Set<string>();
  for (const { sources } of answers)
    for (const bound of sources.bounds)
      for (const near of family === 'ipv4'
        ? [Number(bound) - 1, Number(bound)]
        : [BigInt(bound) - 1n, BigInt(bound)])
        if (usable(near, family)) found.add(writeAddress(near));
  for (const one of family === 'ipv4' ? ['8.8.8.8', '10.0.0.1'] : ['2a00:1450:4001::1', 'fd00::5'])
    found.add(one);
  const all = [...found];
  const from = all.length > most ? (turn * 5) % all.length : 0;
  return [...all.slice(from), ...all.slice(0, from)].slice(0, most);
}

/** Not of this host's own networks, and an address that a packet may come from. */
function usable(address: AddressNumber, family: Family): boolean {
  if (family === 'ipv6') {
    const value = BigInt(address);
    const top = value >> 112n;
    // Global and unique local addresses; no link-local, multicast, mapped ones.
    const good = (top >= 0x2000n && top <= 0x3fffn) || (top >= 0xfc00n && top <= 0xfdffn);
    const own =
      value >> 84n === 0x20010db80005n >> 0n ||
      top === 0xfd17n ||
      value >> 80n === 0x20010db80050n ||
      value >> 80n === 0x20010db80051n;
    return good && !own;
  }
  const value = Number(address);
  const first = Math.floor(value / 2 ** 24);
  const two = Math.floor(value / 2 ** 16);
  if (value < 2 ** 24 || first === 127 || first >= 224) return false;
  return (
    two !== (198 << 8) + 18 && two !== (198 << 8) + 19 && two !== (172 << 8) + 17 && two !== (169 << 8) + 254
  );
}
