import { type AddressNumber, after } from './address-number.ts';
import { doubtOf, type Flow, type PacketClass } from './packet-class.ts';
import { hasPort } from './port-ranges.ts';
import type { Chain, Deed, PortRange, Rule } from './rule.ts';
import { sizeOf } from './set-text.ts';
import { end, giveUp, pass, type Walk } from './walk.ts';

/** More targets of a rewriting than this are not followed one by one. */
const mostTargets = 8;

/**
 * Does one deed to a flow; gives what goes on to the next deed or rule. What leaves the chain goes to `out`, what is
 * accepted or dropped into the walk.
 */
export function applyDeed(
  deed: Deed,
  flow: Flow,
  rule: Rule,
  out: Flow[],
  walk: Walk,
  call: (chain: Chain, flow: Flow, walk: Walk) => readonly Flow[],
): readonly Flow[] {
  const { packets, doubts, sources } = flow;
  const explicit = { at: rule.at, explicit: true };
  switch (deed.deed) {
    case 'go-on':
      return [flow];
    case 'accept':
      pass(walk, packets, doubts, { ...explicit, sources: sources.takeAll() });
      return [];
    case 'drop':
    case 'reject':
      end(walk, flow, sources.takeAll(), rule.at);
      return [];
    case 'return':
      out.push(flow);
      return [];
    case 'jump':
    case 'goto': {
      const chain = walk.chains.get(deed.chain);
      if (!chain || walk.inside.has(chain) || walk.inside.size >= walk.budget.depth) {
        giveUp(walk, flow, rule.at);
        return [];
      }
      const back = call(chain, flow, walk);
      if (deed.deed === 'jump') return back;
      out.push(...back);
      return [];
    }
    case 'set-mark':
      return [changed(flow, { mark: written(packets.mark, deed.value, deed.mask) })];
    case 'set-ct-mark':
      return isTracked(packets, walk)
        ? [changed(flow, { ctMark: written(packets.ctMark, deed.value, deed.mask) })]
        : [flow];
    case 'copy-mark':
      if (!isTracked(packets, walk)) return [flow];
      return [
        deed.from === 'connection'
          ? changed(flow, { mark: copied(packets.ctMark, packets.mark, deed.mask) })
          : changed(flow, { ctMark: copied(packets.mark, packets.ctMark, deed.mask) }),
      ];
    case 'notrack':
      // Too late for what conntrack has seen already.
      return [walk.place.tracked ? flow : changed(flow, { untracked: true })];
    case 'snat':
      pass(walk, { ...packets, snat: true }, doubts, { ...explicit, sources: sources.takeAll() });
      return [];
    case 'redirect':
    case 'dnat':
      rewrite(deed, flow, rule, walk);
      return [];
    case 'opaque': {
      const doubt = { ...flow, doubts: doubts | doubtOf(deed.on) };
      if (walk.place.type === 'nat') {
        giveUp(walk, doubt, rule.at);
        return [];
      }
      const all = sources.takeAll();
      end(walk, doubt, all, rule.at);
      // Whoever lets it through may have marked it.
      pass(walk, { ...packets, mark: undefined, ctMark: undefined }, doubt.doubts, {
        ...explicit,
        sources: all,
      });
      return [];
    }
  }
}

const isTracked = (packets: PacketClass, { place }: Walk): boolean => place.tracked && !packets.untracked;

const changed = (flow: Flow, change: Partial<PacketClass>): Flow => ({
  ...flow,
  packets: { ...flow.packets, ...change },
});

const allBits = 0xffff_ffff;

const written = (mark: number | undefined, value: number, mask: number): number | undefined => {
  if (mask >>> 0 === allBits) return value >>> 0;
  return mark === undefined ? undefined : ((mark & ~mask) ^ value) >>> 0;
};

const copied = (from: number | undefined, to: number | undefined, mask: number): number | undefined => {
  if (from === undefined || (to === undefined && mask >>> 0 !== allBits)) return undefined;
  return (((to ?? 0) & ~mask) | (from & mask)) >>> 0;
};

function rewrite(
  deed: Extract<Deed, { deed: 'dnat' | 'redirect' }>,
  flow: Flow,
  rule: Rule,
  walk: Walk,
): void {
  const { packets, doubts, sources } = flow;
  const addresses: readonly (AddressNumber | undefined)[] | undefined =
    deed.deed === 'dnat' ? targets(deed.to, packets, walk) : [walk.place.ownAddress];
  const ports = deed.port ? portTargets(deed.port, packets.port) : [packets.port];
  if (!ports || !addresses || addresses.length === 0 || addresses.includes(undefined)) {
    giveUp(walk, flow, rule.at);
    return;
  }
  const all = sources.takeAll();
  const several = addresses.length * ports.length > 1;
  for (const destination of addresses)
    for (const port of ports) {
      if (destination === undefined) continue;
      const dnat = packets.dnat || destination !== packets.destination || port !== packets.port;
      pass(
        walk,
        { ...packets, destination, port, dnat, bound: true },
        doubts | (several ? doubtOf('other') : 0),
        { sources: all, at: rule.at, explicit: true },
      );
    }
}

function targets(
  to: Extract<Deed, { deed: 'dnat' }>['to'],
  packets: PacketClass,
  walk: Walk,
): readonly AddressNumber[] | undefined {
  if (!to) return [packets.destination];
  if (to.family !== walk.place.family || sizeOf(to) > BigInt(mostTargets)) return undefined;
  const out: AddressNumber[] = [];
  for (let index = 0; index < to.bounds.length; index += 2)
    for (
      let value = to.bounds[index] as AddressNumber;
      value < (to.bounds[index + 1] as AddressNumber);
      value = after(value)
    )
      out.push(value);
  return out;
}

/** A port that lies in the range already is kept. */
function portTargets([from, to]: PortRange, port: number): readonly number[] | undefined {
  if (hasPort([[from, to]], port)) return [port];
  return to - from < mostTargets
    ? Array.from({ length: to - from + 1 }, (_, index) => from + index)
    : undefined;
}
