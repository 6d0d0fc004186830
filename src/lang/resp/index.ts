/**
 * RESP2, RESP3 and inline commands: the only place where the protocol is read or written. Nothing throws on any bytes
 * from the wire: a decoder that cannot go on says why in `error`, and stays stopped.
 *
 * @example
 * socket.write(encodeCommand(['GET', 'key']));
 * const decoder = createDecoder();
 * socket.on('data', (chunk) => {
 *   decoder.push(chunk);
 *   for (let value = decoder.next(); value !== undefined; value = decoder.next()) console.log(asText(value));
 *   if (decoder.error) socket.destroy();
 * });
 */
export { createCommandDecoder, defaultCommandLimits, unauthenticatedLimits } from './command.ts';
export type { Command, CommandDecoder, CommandDecoderOptions, CommandLimits } from './command.ts';
export { createDecoder } from './decode.ts';
export type { Decoder, DecoderOptions, Strings } from './decode.ts';
export { encode, encodeCommand } from './encode.ts';
export type { EncodeOptions } from './encode.ts';
export { splitInline } from './inline.ts';
export type { Inline } from './inline.ts';
export { defaultLimits } from './limits.ts';
export type { DecodeError, Limits, Pending } from './limits.ts';
export { asItems, asPairs, asText, bare, errorCode, isError } from './read.ts';
export { RowMemory } from './rows.ts';
export type * from './value.ts';
