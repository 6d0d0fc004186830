/** A recorded reply in the other version of the protocol, as the same server would have sent it. */
import { type RespValue, asText, createDecoder, encode } from '../../src/lang/resp/index.ts';

export type Protocol = 2 | 3;

/** Reads the one reply that `bytes` hold; undefined when they do not hold exactly one. */
export function decodeReply(bytes: Uint8Array): RespValue | undefined {
  const decoder = createDecoder({ strings: 'latin1' });
  decoder.push(bytes);
  const value = decoder.next();
  return decoder.pending.bytes === 0 ? value : undefined;
}

// Which replies RESP3 clothes differently, by the servers' sources.
const verbatim =
  /^(?:info|lolwut|client list|client info|cluster info|cluster nodes|memory doctor|latency doctor)(?: |$)/;
const maps = /^(?:config get|acl getuser)(?: |$)/;

/** A reply's bytes; text is latin1, so that every byte stays what it was. */
export const write = (value: RespValue, protocol: Protocol): Uint8Array =>
  encode(value, { protocol, strings: 'latin1' });

/** `args` name the command that was answered. */
export function translate(
  reply: Uint8Array,
  from: Protocol,
  to: Protocol,
  args: readonly string[],
): Uint8Array {
  if (from === to) return reply;
  const value = decodeReply(reply);
  if (value === undefined) return reply;
  return write(to === 3 ? clothe(value, args.join(' ').toLowerCase()) : value, to);
}

function clothe(value: RespValue, command: string): RespValue {
  if (typeof value === 'string' && verbatim.test(command)) return { kind: 'verbatim', format: 'txt', value };
  if (Array.isArray(value) && maps.test(command)) return asMap(value);
  return value;
}

/** A flat list of keys and values as a map. */
export function asMap(items: readonly RespValue[]): RespValue {
  const pairs = items.flatMap((item, index) =>
    index % 2 === 0 ? [[item, items[index + 1] ?? null] as const] : [],
  );
  return { kind: 'map', pairs };
}

/** An item's text, empty for what is no string. */
export const text = (value: RespValue | undefined): string =>
  value === undefined ? '' : (asText(value) ?? '');
