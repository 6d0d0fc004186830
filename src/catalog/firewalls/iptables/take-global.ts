/** Options that every rule may have. */
import { type AddressSet, isAll, type Match, union } from '../../../lang/packets/index.ts';
import { addressesOf } from './addresses.ts';
import { opaque } from './extension.ts';
import type { GlobalOption } from './global-options.ts';
import { matchModules } from './matches/index.ts';
import { protocolOf } from './protocols.ts';
import { type RuleState, isTurned, oldTurn, valueOf } from './rule-state.ts';
import { targetModules } from './targets/index.ts';

const onceBits: Readonly<Partial<Record<GlobalOption, number>>> = {
  source: 1,
  destination: 2,
  protocol: 4,
  'in-interface': 8,
  'out-interface': 16,
  jump: 32,
  goto: 32,
  fragment: 64,
};

/** Several sources or destinations are several rules to iptables, and then none of them may be turned round. */
const severalBit = 128;
const turnedBit = 256;

export function takeGlobal(state: RuleState, option: GlobalOption): void {
  const bit = onceBits[option];
  if (bit !== undefined) {
    if ((state.seen & bit) !== 0) state.draft.refuse(`--${option} is given twice`);
    state.seen |= bit;
  }
  switch (option) {
    case 'source':
    case 'destination':
      takeAddresses(state, option);
      break;
    case 'protocol':
      takeProtocol(state);
      break;
    case 'in-interface':
    case 'out-interface':
      takeInterface(state, option);
      break;
    case 'match':
      takeModule(state);
      break;
    case 'jump':
    case 'goto':
      takeJump(state, option);
      break;
    case 'fragment':
      if (state.draft.family === 'ipv6') state.draft.refuse('-f is for IPv4');
      if (!isTurned(state, '-f', true)) state.when.push({ match: 'never', why: 'a fragment' });
      break;
    case 'set-counters':
      state.at += 2;
      break;
    case 'wait':
    case 'wait-interval':
      if (/^\d+$/.test(state.words[state.at] ?? '')) state.at++;
      break;
    case 'modprobe':
      valueOf(state, '--modprobe');
      break;
    case 'table':
      state.draft.refuse('-t is not for files');
      valueOf(state, '-t');
      break;
    // A rule that names the other family is passed over before it is read.
    case 'ipv4':
    case 'ipv6':
    case 'quiet':
      break;
  }
}

function takeAddresses(state: RuleState, option: 'source' | 'destination'): void {
  oldTurn(state, option);
  const { draft } = state;
  const text = valueOf(state, option);
  const not = isTurned(state, option, true);
  const several = text.includes(',');
  if (several) state.seen |= severalBit;
  if (not) state.seen |= turnedBit;
  if ((state.seen & (severalBit | turnedBit)) === (severalBit | turnedBit))
    draft.refuse('! is not allowed with several addresses');
  const addresses = several ? severalOf(state, text) : oneOf(state, text);
  if (addresses === undefined) {
    state.when.push(opaque('other', `${not ? '! ' : ''}--${option} ${text}`));
    return;
  }
  if (not && isAll(addresses))
    draft.doubt('not any address: never met, and iptables on nftables does not load it');
  if (option === 'destination' && !not) draft.destination = singleOf(addresses);
  state.when.push(not ? { match: option, addresses, not } : { match: option, addresses });
}

function severalOf(state: RuleState, text: string): AddressSet | undefined {
  const sets = text.split(',').map((one) => oneOf(state, one));
  const known = sets.filter((set) => set !== undefined);
  return known.length < sets.length ? undefined : known.reduce(union);
}

function oneOf({ draft }: RuleState, text: string): AddressSet | undefined {
  const set = addressesOf(text, draft.family);
  if (typeof set === 'object') return set;
  if (set === 'nonsense') draft.refuse(`${text} is no address of ${draft.family}`);
  else if (set === 'name')
    draft.doubt(`${text} is looked up when the rules are loaded: they fail without an answer`);
  else draft.doubt(`${text} stands for too many ranges of addresses`);
  return undefined;
}

/** The only address of a set. */
function singleOf({ bounds }: AddressSet): number | bigint | undefined {
  const [low, high] = bounds;
  const one = typeof low === 'bigint' ? high === low + 1n : low !== undefined && high === low + 1;
  return one && bounds.length === 2 ? low : undefined;
}

const protocols = new Map<number, Match>();

function takeProtocol(state: RuleState): void {
  oldTurn(state, 'protocol');
  const { draft, when } = state;
  const text = valueOf(state, 'protocol');
  const not = isTurned(state, 'protocol', true);
  const number = protocolOf(text);
  if (number === undefined) {
    draft.refuse(`${text} is no protocol`);
    when.push(opaque('other', `-p ${text}`));
  } else if (number === 0) {
    if (not) draft.refuse('no packet is of none of all protocols');
  } else {
    draft.protocol = number;
    draft.protocolNot = not;
    if (not) when.push({ match: 'protocol', protocols: [number], not });
    else when.push(shared(number));
  }
}

/** The same condition for all rules that have it. */
function shared(number: number): Match {
  const known = protocols.get(number);
  if (known !== undefined) return known;
  const match: Match = { match: 'protocol', protocols: [number] };
  protocols.set(number, match);
  return match;
}

function takeInterface(state: RuleState, option: 'in-interface' | 'out-interface'): void {
  oldTurn(state, option);
  const text = valueOf(state, option);
  const not = isTurned(state, option, true);
  if (text === '' || text.length > 15) state.draft.refuse(`${text || 'nothing'} is no name of an interface`);
  // `+` alone is any interface, also none.
  if (text === '+' && !not) return;
  state.when.push({ match: option, names: [text], ...(not ? { not } : {}) });
}

function takeModule(state: RuleState): void {
  isTurned(state, '--match', false);
  const name = valueOf(state, '--match');
  const module = matchModules.get(name);
  if (module === undefined) state.draft.doubt(`module ${name} is not known here: taken as undecided`);
  state.uses.push({ name, module, given: [] });
}

function takeJump(state: RuleState, option: 'jump' | 'goto'): void {
  const { draft } = state;
  isTurned(state, `--${option}`, false);
  const name = valueOf(state, `--${option}`);
  const isChain = draft.chains.has(name);
  if (option === 'goto') {
    if (!isChain) draft.refuse(`there is no chain ${name}`);
    state.jump = { chain: name, goto: true };
  } else if (isChain) state.jump = { chain: name, goto: false };
  else {
    const module = targetModules.get(name);
    if (module === undefined) draft.refuse(`there is neither a chain nor a target ${name}`);
    state.target = { name, module, given: [] };
  }
}
