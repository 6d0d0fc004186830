/**
 * Sends packets through one base chain and all that it calls. A rule takes the packets that it chooses out of the flow;
 * what may be chosen and may not goes both ways, and says on what that depends. Who reaches the end of the base chain
 * meets its policy.
 */
import { applyDeed } from './apply-deed.ts';
import { type AddressSet, emptySet } from './address-set.ts';
import { askOf, type Asked } from './applies.ts';
import { doubtOf, type Flow, flowOf, isSameClass, type PacketClass } from './packet-class.ts';
import type { Chain, Match, Position, Rule } from './rule.ts';
import { intersect, subtract } from './set-algebra.ts';
import { commonPorts, otherPorts } from './port-ranges.ts';
import { end, giveUp, pass, type Walk } from './walk.ts';

/** Sends a flow through a base chain. */
export function walkBase(chain: Chain, flow: Flow, walk: Walk): void {
  const { base } = chain;
  for (const left of walkChain(chain, [flow], walk)) {
    const sources = left.sources.takeAll();
    if (base?.policy === 'drop') end(walk, left, sources, chain.at);
    else pass(walk, left.packets, left.doubts, { sources, at: chain.at, explicit: false });
  }
}

/** To enter a chain is as much work as so many rules. */
const costOfCall = 20;

/** Sends flows through a chain; gives those that come out at its end. */
export function walkChain(chain: Chain, flows: readonly Flow[], walk: Walk): readonly Flow[] {
  walk.inside.add(chain);
  walk.budget.rules -= costOfCall;
  let here = flows.filter(({ sources }) => !sources.isEmpty);
  const out: Flow[] = [];
  for (const rule of chain.rules) {
    if (here.length === 0) break;
    walk.budget.rules -= here.length;
    if (walk.budget.rules < 0) {
      for (const flow of here) giveUp(walk, flow, rule.at);
      here = [];
      break;
    }
    if (rule.does.every(({ deed }) => deed === 'go-on')) continue;
    let changed: Flow[] | undefined;
    const moved: Flow[] = [];
    for (const flow of here) {
      const asked = askOf(rule.when, flow.packets, walk.place);
      if (!asked) continue;
      changed ??= [];
      if (asked.doubts & portDoubt) {
        // Ports in a list of conditions: each range of them that the list treats alike is a flow of its own.
        for (const part of splitByPorts(rule.when, flow)) {
          const one = askOf(rule.when, part.packets, walk.place);
          if (one) choose(rule, part, one, changed, out, walk);
          changed.push(part);
        }
        continue;
      }
      if (asked.doubts === 0 && asked.unusual === 0 && !asked.ports && asked.tests.length < 2) {
        const test = asked.tests[0];
        if (!test || test.must === test.may) {
          if (!test) {
            moved.push(flow);
            changed.push(...deeds(rule, flow, out, walk));
            continue;
          }
          const sources = flow.sources.take(test.must);
          if (sources.bounds.length > 0) act(rule, flow.packets, flow.doubts, sources, changed, out, walk);
          continue;
        }
      }
      choose(rule, flow, asked, changed, out, walk);
    }
    if (!changed) continue;
    if (changed.length > 0 || moved.length > 0 || here.some(({ sources }) => sources.isEmpty))
      here = gather(
        here.filter((flow) => !flow.sources.isEmpty && !moved.includes(flow)),
        changed,
        walk,
        rule.at,
      );
  }
  walk.inside.delete(chain);
  return out.length === 0 ? here : gather(here, out, walk, chain.at);
}

/** The general case: some surely, some perhaps, and for some ports only. */
function choose(
  rule: Rule,
  flow: Flow,
  { tests, doubts, unusual, usual, ports }: Asked,
  changed: Flow[],
  out: Flow[],
  walk: Walk,
): void {
  let may = flow.sources.flat();
  let must = may;
  let on = doubts;
  for (const test of tests) {
    const same = must === may && test.must === test.may;
    must = intersect(must, test.must);
    may = same ? must : intersect(may, test.may);
    on |= test.doubts;
  }
  if (doubts !== 0) must = emptySet(may.family);
  if (may.bounds.length === 0) return;
  let { packets } = flow;
  const known = flow.doubts;
  const narrowed = ports && String(ports) !== String(packets.strangerPorts) ? ports : undefined;
  if (unusual !== 0) {
    const odd = { ...packets, unusual: true };
    if (!usual) {
      // Usual packets go on; of those that were made to be chosen, all others know nothing.
      const chosen = narrowed ? { ...odd, strangerPorts: narrowed } : odd;
      act(rule, chosen, known | on | unusual, may, changed, out, walk);
      return;
    }
    changed.push(flowOf(odd, known | unusual, may));
  }
  flow.sources.take(may);
  if (narrowed) {
    const rest = commonPorts(packets.strangerPorts, otherPorts(narrowed));
    changed.push(flowOf({ ...packets, strangerPorts: rest }, known, may));
    packets = { ...packets, strangerPorts: narrowed };
  }
  if (must.bounds.length > 0) act(rule, packets, known, must, changed, out, walk);
  const perhaps = must === may ? emptySet(may.family) : subtract(may, must);
  if (perhaps.bounds.length === 0) return;
  const before = walk.ended.length + walk.passed.size;
  const acted: Flow[] = [];
  const [passedBefore, returned] = [countPassed(walk), out.length];
  act(rule, packets, known | on, perhaps, acted, out, walk);
  // Where it makes no difference whether the rule applies, nothing depends on it.
  const [only] = acted;
  const same =
    acted.length === 1 &&
    only &&
    walk.ended.length + walk.passed.size === before &&
    countPassed(walk) === passedBefore &&
    out.length === returned &&
    isSameClass(only.packets, packets) &&
    only.sources.flat().bounds.length === perhaps.bounds.length &&
    subtract(perhaps, only.sources.flat()).bounds.length === 0;
  if (same) changed.push(flowOf(packets, known, perhaps));
  else changed.push(flowOf(packets, known | on, perhaps), ...acted);
}

const portDoubt = doubtOf('port');
/** More kinds of ports than this are not told apart. */
const mostParts = 16;

/** The same packets by the ports that they come from, cut where the lists of a rule's conditions cut them; moves them. */
function splitByPorts(when: readonly Match[], flow: Flow): readonly Flow[] {
  const cuts = new Set<number>();
  const look = (match: Match): void => {
    if (match.match === 'any') for (const list of match.of) list.forEach(look);
    if (match.match === 'source-port' || match.match === 'destination-port')
      for (const [from, to] of match.ports) cuts.add(from).add(to + 1);
  };
  when.forEach(look);
  const bounds = [...cuts].toSorted((a, b) => a - b);
  const sources = flow.sources.takeAll();
  const parts = [0, ...bounds].flatMap((from, index) => {
    const to = (bounds[index] ?? 65_536) - 1;
    const strangerPorts = from > to ? [] : commonPorts(flow.packets.strangerPorts, [[from, to]]);
    return strangerPorts.length === 0
      ? []
      : [flowOf({ ...flow.packets, strangerPorts }, flow.doubts, sources)];
  });
  return parts.length > mostParts ? [flowOf(flow.packets, flow.doubts, sources)] : parts;
}

const countPassed = (walk: Walk): number => {
  let count = 0;
  for (const { records } of walk.passed.values()) count += records.length;
  return count;
};

const call = (chain: Chain, flow: Flow, walk: Walk): readonly Flow[] => walkChain(chain, [flow], walk);

/** Does a rule's deeds to what it has chosen. What goes on to the next rule goes to `changed`. */
function act(
  rule: Rule,
  packets: PacketClass,
  doubts: number,
  sources: AddressSet,
  changed: Flow[],
  out: Flow[],
  walk: Walk,
): void {
  const [first] = rule.does;
  if (rule.does.length === 1 && first) {
    if (first.deed === 'accept') {
      pass(walk, packets, doubts, { sources, at: rule.at, explicit: true });
      return;
    }
    if (first.deed === 'drop' || first.deed === 'reject') {
      end(walk, { packets, doubts }, sources, rule.at);
      return;
    }
    if (first.deed === 'return') {
      out.push(flowOf(packets, doubts, sources));
      return;
    }
  }
  changed.push(...deeds(rule, flowOf(packets, doubts, sources), out, walk));
}

/** Does all deeds of a rule to a whole flow; gives what goes on to the next rule. */
function deeds(rule: Rule, flow: Flow, out: Flow[], walk: Walk): readonly Flow[] {
  let flows: readonly Flow[] = [flow];
  for (const deed of rule.does) {
    flows = flows.flatMap((one) => applyDeed(deed, one, rule, out, walk, call));
    if (flows.length === 0) break;
  }
  return flows;
}

/** One flow for each class and its doubts; no packet twice in one class. */
function gather(here: Flow[], more: readonly Flow[], walk: Walk, at: Position): Flow[] {
  const flows = [...here];
  for (const flow of more) {
    if (flow.sources.isEmpty) continue;
    const alike = flows.filter(({ packets }) => isSameClass(packets, flow.packets));
    const home = alike.find(({ doubts }) => doubts === flow.doubts);
    // From here on a packet's way is the same however it came here.
    for (const other of alike) if (other !== home) flow.sources.take(other.sources.flat());
    if (home) home.sources.add(flow.sources.flat());
    else if (flow.sources.isEmpty) continue;
    else if (flows.length < walk.budget.classes) flows.push(flow);
    else giveUp(walk, flow, at);
  }
  return flows;
}
