import type { AddressNumber } from './address-number.ts';
import type { PacketClass, Place } from './packet-class.ts';

/** Options of TCP hold no longer run of what their senders choose: a clock and its echo. */
const longestChosen = 8;
/** Above the number of every option that usual clients send. */
const leastPrinted = 0x23;

/**
 * Whether such bytes may stand in the headers of the packets of a class. They are as every system writes them: no IP
 * options, and of TCP's the segment size, selective acknowledgement, scale and clock. Nothing of what is not fixed is
 * taken for known.
 */
export function mayHold(
  wanted: readonly number[],
  { from, to, anyCase }: { readonly from: number; readonly to: number; readonly anyCase: boolean },
  packets: PacketClass,
  place: Place,
): boolean {
  let run = 0;
  let printed = false;
  for (const byte of wanted) {
    run = byte >= leastPrinted && byte < 0x80 ? run + 1 : 0;
    printed ||= run > longestChosen;
  }
  if (!printed) return true;
  const header = headerOf(packets, place);
  const fits = (at: number): boolean =>
    wanted.every((byte, index) => {
      const known = header[at + index];
      return known?.some((one) => (anyCase ? lower(one) === lower(byte) : one === byte)) ?? true;
    });
  // The header ends in zeros, which are not printed: what reaches over its end would have to hold them.
  for (let at = Math.max(0, from); at + wanted.length <= header.length && at <= to; at++)
    if (fits(at)) return true;
  return false;
}

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

/** What may stand there; nothing: anything. */
type Byte = readonly number[] | undefined;

const fixed = (...bytes: readonly number[]): readonly Byte[] => bytes.map((byte) => [byte]);
/** How long the header of TCP is, in its upper half; of the lower one only the last bit is ever used. */
const lengths = Array.from({ length: 11 }, (_, index) => (index + 5) << 4).flatMap((one) => [one, one | 1]);
/** SYN, and its answer; each with what asks for congestion to be told. */
const flags = { asked: [0x02, 0x42, 0x82, 0xc2], answered: [0x12, 0x52] };

const unknown = (length: number): readonly Byte[] => Array.from({ length }, () => undefined);

/** The fixed part of both headers; what differs from packet to packet is left open. */
function headerOf({ destination, port }: PacketClass, { family, reply }: Place): readonly Byte[] {
  const length = family === 'ipv4' ? 4 : 16;
  const server = fixed(...bytesOf(destination, length));
  const addresses = reply ? [...server, ...unknown(length)] : [...unknown(length), ...server];
  const service = fixed(port >> 8, port & 255);
  const ports = reply ? [...service, ...unknown(2)] : [...unknown(2), ...service];
  const network =
    family === 'ipv4'
      ? [[0x45], undefined, [0], ...unknown(4), [0], undefined, [6], ...unknown(2)]
      : [...unknown(4), [0], undefined, [6], undefined];
  const acknowledged = reply ? unknown(4) : fixed(0, 0, 0, 0);
  const rest = [lengths, reply ? flags.answered : flags.asked, ...unknown(4), ...fixed(0, 0)];
  return [...network, ...addresses, ...ports, ...unknown(4), ...acknowledged, ...rest];
}

const bytesOf = (address: AddressNumber, length: number): readonly number[] =>
  Array.from({ length }, (_, index) => Number((BigInt(address) >> BigInt(8 * (length - 1 - index))) & 255n));
