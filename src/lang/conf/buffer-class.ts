import { normalise, type NormaliseOptions } from './normalise.ts';

const directive = 'client-output-buffer-limit';

/**
 * What a value of `client-output-buffer-limit` says of the class of clients that `wanted` names, in bytes and with the
 * old name of replicas, which every version takes: a line sets the buffers of one class, CONFIG GET prints those of all.
 * `undefined` where `wanted` is not the four words of one class.
 *
 * @example bufferClass('replica 256mb 64mb 60', 'replica 256mb 64mb 60') // 'slave 268435456 67108864 60'
 */
export function bufferClass(
  wanted: string,
  value: string,
  options: NormaliseOptions = {},
): string | undefined {
  const [first = '', ...rest] = wanted.trim().toLowerCase().split(/\s+/);
  if (rest.length !== 3) return undefined;
  const words = normalise(directive, value, options).split(' ');
  const at = words.indexOf(first === 'replica' ? 'slave' : first);
  return at === -1 || words.length % 4 !== 0 ? undefined : words.slice(at, at + 4).join(' ');
}
