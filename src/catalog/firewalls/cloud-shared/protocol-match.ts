import type { Match } from '../../../lang/packets/index.ts';
import type { Protocol } from './protocols.ts';

/** The condition that a packet is of this protocol; `text` is how it is written. */
export function protocolMatch(protocol: Protocol, text: string): readonly Match[] {
  if (protocol === 'all') return [];
  if (protocol === 'unknown') return [{ match: 'opaque', on: 'other', text: `protocol ${text}` }];
  return [{ match: 'protocol', protocols: [protocol] }];
}
