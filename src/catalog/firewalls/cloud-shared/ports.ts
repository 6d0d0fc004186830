import type { Match, PortRange } from '../../../lang/packets/index.ts';
import { integerOf, isUnresolved, saying, textOf, type Value } from './value.ts';

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= 65535;

/**
 * Ports as texts or numbers: `80`, `6000-7000`, `*`. Undefined: not known, or nonsense.
 *
 * @example readPorts('6000-7000') // [6000, 7000]
 */
export function readPorts(value: Value | undefined): PortRange | undefined {
  const number = integerOf(value);
  if (number !== undefined) return isPort(number) ? [number, number] : undefined;
  const text = textOf(value)?.trim() ?? '';
  if (text === '*') return [0, 65535];
  const parts = /^(\d{1,5})\s*-\s*(\d{1,5})$/.exec(text);
  const [from, to] = [Number(parts?.[1]), Number(parts?.[2])];
  return parts && isPort(from) && isPort(to) && from <= to ? [from, to] : undefined;
}

const everyPort = (ports: readonly PortRange[]): boolean =>
  ports.some(([from, to]) => from <= 1 && to === 65535);

/** The condition that the port is one of these; what is not known of them makes it open. */
export function portMatch(
  side: 'source-port' | 'destination-port',
  values: readonly Value[],
  wrong: (value: Value) => void,
): readonly Match[] {
  const known: PortRange[] = [];
  const unknown: string[] = [];
  for (const value of values) {
    const range = readPorts(value);
    if (range) known.push(range);
    else {
      if (!isUnresolved(value)) wrong(value);
      unknown.push(saying(value));
    }
  }
  if (everyPort(known)) return [];
  if (unknown.length === 0) return [{ match: side, ports: known }];
  const open: Match = { match: 'opaque', on: 'port', text: unknown.join(', ') };
  return known.length === 0 ? [open] : [{ match: 'any', of: [[{ match: side, ports: known }], [open]] }];
}
