/** dnat, snat and redirect, also to what a map or chance says. */
import type { Deed, Match, PortRange, Rule } from '../../../lang/packets/index.ts';
import { byMap, grouped, isDynamic } from './map-groups.ts';
import { printExpression } from './print-expression.ts';
import { addressSet, lastOf, parseAddress } from './ranges.ts';
import type { Expression, NftRule, Statement } from './syntax.ts';
import { numberOf, type Scope, valuesOf } from './values.ts';

export function rewrite(
  statement: Statement & { readonly does: 'dnat' | 'snat' | 'redirect' },
  when: readonly Match[],
  does: readonly Deed[],
  rule: NftRule,
  making: Scope,
): readonly Rule[] {
  const { at } = rule;
  if (statement.does === 'snat') return [{ when, does: [...does, { deed: 'snat' }], at }];
  for (const part of ['to', 'port'] as const) {
    const value = statement[part];
    if (value?.is !== 'map') continue;
    const split = byMap(value, making) ?? anyOf(value, making);
    if (split === undefined) break;
    return split.flatMap(([matches, one]) =>
      rewrite({ ...statement, [part]: one }, [...when, ...matches], does, rule, making),
    );
  }
  const deed = target(statement, making);
  return [{ when, does: [...does, deed ?? { deed: 'opaque', on: 'other', text: at.text }], at }];
}

/** A choice at random: any of the values. */
function anyOf(
  value: Expression & { readonly is: 'map' },
  making: Scope,
): readonly (readonly [readonly Match[], Expression])[] | undefined {
  const groups = grouped(value.data, making);
  if (groups === undefined || isDynamic(value.data, making) || groups.length === 0) return undefined;
  const values = groups.map(([, data]) => data);
  if (values.some((one) => one.is === 'concat')) {
    return values.map((one, index) => [
      index + 1 < values.length
        ? [{ match: 'opaque', on: 'other', text: printExpression(value.key) } as const]
        : [],
      one,
    ]);
  }
  return [[[], { is: 'set', elements: { packed: [], list: values.map((key) => ({ key })) } }]];
}

function target(
  statement: Statement & { readonly does: 'dnat' | 'snat' | 'redirect' },
  making: Scope,
): Deed | undefined {
  let { to, port } = statement;
  if (to?.is === 'concat') [to, port] = [to.parts[0], to.parts[1] ?? port];
  const ports = port === undefined ? undefined : portRange(port, making);
  if (port !== undefined && ports === undefined) return undefined;
  const withPort = ports === undefined ? {} : { port: ports };
  if (statement.does === 'redirect') return { deed: 'redirect', ...withPort };
  if (to === undefined) return ports === undefined ? undefined : { deed: 'dnat', ...withPort };
  const family = familyOf(to);
  if (family === undefined) return undefined;
  const values = valuesOf(to, { of: 'address', side: 'destination', family }, making);
  if (values.unclear || values.open || values.all) return undefined;
  return { deed: 'dnat', to: addressSet(family, values.ranges, values.packed), ...withPort };
}

function portRange(port: Expression, making: Scope): PortRange | undefined {
  const field = { of: 'port', side: 'destination-port' } as const;
  const one = numberOf(port, field);
  if (one !== undefined) return one <= 65535n ? [Number(one), Number(one)] : undefined;
  const { ranges, unclear } = valuesOf(port, field, making);
  const [range] = ranges;
  return range === undefined || ranges.length > 1 || unclear
    ? undefined
    : [Number(range[0]), Number(range[1])];
}

function familyOf(to: Expression): 'ipv4' | 'ipv6' | undefined {
  if (to.is === 'word') return parseAddress(to.word === 'localhost' ? '127.0.0.1' : to.word)?.family;
  if (to.is === 'prefix') return familyOf(to.address);
  if (to.is === 'range') return familyOf(to.from);
  if (to.is === 'number') return BigInt(to.value) <= lastOf('ipv4') ? 'ipv4' : 'ipv6';
  if (to.is !== 'set') return undefined;
  const [first] = to.elements.list;
  return to.elements.packed.length > 0 ? 'ipv4' : first === undefined ? undefined : familyOf(first.key);
}
