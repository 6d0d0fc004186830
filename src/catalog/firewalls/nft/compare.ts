/** One field compared with values, as matches of the one rule language. */
import type { CtState, Match, PortRange } from '../../../lang/packets/index.ts';
import { address } from './compare-address.ts';
import { status, tcpFlags } from './compare-flags.ts';
import { mark } from './compare-mark.ts';
import { portsOf } from './compare-port.ts';
import { addressTypeOf, type Field, isFamily } from './field.ts';
import { ordered, satisfies, type Step, through } from './steps.ts';
import { ctStates } from './symbols.ts';
import type { Comparison, Expression } from './syntax.ts';
import type { Values } from './values.ts';

export function compare(
  field: Field,
  steps: readonly Step[],
  op: Comparison,
  values: Values,
  right: Expression,
  text: string,
): readonly Match[] {
  const flags = right.is !== 'set' && right.is !== 'named' && right.is !== 'range' && steps.length === 0;
  const test = (value: bigint, last = 0xffffffffn): boolean =>
    satisfies(op, through(steps, value, last), values, flags);
  switch (field.of) {
    case 'address':
      return address(field, steps, op, values, text);
    case 'port': {
      const ports = portsOf(steps, op, values);
      // Every other port, say: nobody needs it, and a thousand such rules would fill the memory.
      if (steps.length > 0 && ports.length > 512) return [{ match: 'opaque', on: 'port', text }];
      return [{ match: field.side, ports: ports.map(([from, to]): PortRange => [Number(from), Number(to)]) }];
    }
    case 'interface':
      return interfaces(field.side, steps, op, values, text);
    case 'mark':
      return mark(field.which, steps, op, values, text);
    case 'ct-state': {
      const states = [...ctStates].filter(([, bit]) => test(BigInt(bit))).map(([name]) => name as CtState);
      return states.length === ctStates.size ? [] : [{ match: 'ct-state', states }];
    }
    case 'direction': {
      // What we follow the other way is the answer to the first packet.
      const states: CtState[] = [
        ...(satisfies(op, 0n, values, false) ? (['new', 'related'] as const) : []),
        ...(satisfies(op, 1n, values, false) ? (['established'] as const) : []),
      ];
      return states.length === 3 ? [] : [{ match: 'ct-state', states }];
    }
    case 'ct-status':
      return status(test, text);
    case 'tcp-flags':
      return tcpFlags(steps, op, values, flags, test);
    case 'address-type': {
      const types = Array.from({ length: 12 }, (_, type) => type)
        .filter((type) => satisfies(op, BigInt(type), values, false))
        .flatMap((type) => addressTypeOf(type) ?? []);
      return [{ match: field.side, types, ...(field.own ? { own: true } : {}) }];
    }
    case 'reverse-path': {
      // Asked for the name or number of an interface, it is another question.
      const isMissing = right.is === 'number' ? right.value === 0 : right.is === 'word' && right.word !== '1';
      const plain = steps.length === 0 && (op === 'implied' || op === '==' || op === '!=');
      if (!plain || !(isMissing || (right.is === 'number' && right.value === 1)))
        return [{ match: 'opaque', on: 'route', text }];
      const not = !satisfies(op, 1n, values, false);
      return [
        {
          match: 'reverse-path',
          loose: field.loose,
          local: false,
          marked: field.marked,
          ...(not ? { not } : {}),
        },
      ];
    }
    case 'owner':
      return owner(field.which, steps, op, values, text);
    case 'segment-size':
      return segmentSize(steps, op, values, text);
    case 'protocol':
      return protocol(steps, op, values);
    case 'family':
    case 'ether-type': {
      const [four, six] = field.of === 'family' ? [2n, 10n] : [0x0800n, 0x86ddn];
      const [v4, v6] = [four, six].map((value) => satisfies(op, value, values, false));
      if (v4 === v6) return v4 === true ? [] : [{ match: 'never', why: text }];
      return [isFamily(v4 === true ? 'ipv4' : 'ipv6')];
    }
    case 'device-type': {
      const lo = satisfies(op, 772n, values, false);
      const ether = satisfies(op, 1n, values, false);
      const others: Match[] = [
        { match: 'in-interface', names: ['lo'], not: true },
        { match: 'opaque', on: 'interface', text },
      ];
      if (!lo) return others;
      return ether ? [] : [{ match: 'in-interface', names: ['lo'] }];
    }
    case 'constant':
      return satisfies(op, through(steps, field.value, 0xffffffffn), values, false)
        ? []
        : [{ match: 'never', why: text }];
    default:
      return [{ match: 'opaque', on: 'other', text }];
  }
}

const lastId = 0xffff_ffffn;

/** A packet without a socket here has no owner, and is not compared at all. */
function owner(
  of: 'user' | 'group',
  steps: readonly Step[],
  op: Comparison,
  values: Values,
  text: string,
): readonly Match[] {
  if (steps.length > 0 || values.all || op === '!') return [{ match: 'opaque', on: 'socket', text }];
  const equal = op === 'implied' || op === '==' || op === '!=';
  const ranges = equal ? values.ranges : ordered(op, values.ranges[0]?.[0] ?? 0n, lastId);
  const ids = ranges.map(([from, to]): PortRange => [Number(from), Number(to)]);
  return [{ match: 'owner', of, ids, without: false, ...(op === '!=' ? { not: true } : {}) }];
}

/** What a usual client says, and a server answers. */
const segmentSizes = [536n, 65_495n] as const;

function segmentSize(steps: readonly Step[], op: Comparison, values: Values, text: string): readonly Match[] {
  const [least, most] = segmentSizes;
  const ends = values.ranges.flatMap(([from, to]) => [from - 1n, from, from + 1n, to, to + 1n]);
  const tried = [least, most, ...ends].filter((size) => least <= size && size <= most);
  const yes = new Set(tried.map((size) => satisfies(op, size, values, false)));
  if (steps.length > 0 || yes.size > 1) return [{ match: 'opaque', on: 'content', text }];
  return [{ match: 'unusual', on: 'content', text, ...(yes.has(true) ? { not: true } : {}) }];
}

function protocol(steps: readonly Step[], op: Comparison, values: Values): readonly Match[] {
  const plain = steps.length === 0 && !values.all && values.ranges.every(([from, to]) => from === to);
  if (plain && (op === 'implied' || op === '==' || op === '!=')) {
    const protocols = values.ranges.map(([one]) => Number(one));
    return [{ match: 'protocol', protocols, ...(op === '!=' ? { not: true } : {}) }];
  }
  const numbers = Array.from({ length: 256 }, (_, value) => value).filter((value) =>
    satisfies(op, through(steps, BigInt(value), 255n), values, false),
  );
  return numbers.length > 128
    ? [{ match: 'protocol', protocols: complementOf(numbers), not: true }]
    : [{ match: 'protocol', protocols: numbers }];
}

const complementOf = (numbers: readonly number[]): readonly number[] => {
  const present = new Set(numbers);
  return Array.from({ length: 256 }, (_, value) => value).filter((value) => !present.has(value));
};

function interfaces(
  side: 'in-interface' | 'out-interface',
  steps: readonly Step[],
  op: Comparison,
  values: Values,
  text: string,
): readonly Match[] {
  if (steps.length > 0 || (op !== 'implied' && op !== '==' && op !== '!='))
    return [{ match: 'opaque', on: 'interface', text }];
  if (values.all) return op === '!=' ? [{ match: 'never', why: text }] : [];
  // A name that really ends in + would be read as a pattern further on.
  const strange = values.names.filter((name) => name.endsWith('+') || name.endsWith('\\*'));
  const not = op === '!=' ? { not: true as const } : {};
  if (strange.length === 0) return [{ match: side, names: values.names, ...not }];
  const plain = values.names.filter((name) => !strange.includes(name));
  const patterns = strange.map((name) => name.replace(/\\\*$/, '*'));
  const doubt: Match = { match: 'opaque', on: 'interface', text };
  return [
    {
      match: 'any',
      of: [[{ match: side, names: plain }], [{ match: side, names: patterns }, doubt]],
      ...not,
    },
  ];
}
