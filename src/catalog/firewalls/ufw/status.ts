/**
 * `ufw status`, the second and weaker reading: what users allowed, without what before.rules and after.rules do around
 * it. These are taken as ufw ships them.
 */
import {
  type BaseChain,
  type Chain,
  type Deed,
  type Family,
  fromCidr,
  type Match,
  type PortRange,
  type Position,
  type Rule,
  type RuleProblem,
  type RuleSet,
} from '../../../lang/packets/index.ts';
import { type Place, readPlace, readStatusLine, type StatusLine } from './status-line.ts';

const mostLines = 100_000;
const longestText = 300;

interface Listed {
  readonly at: Position;
  readonly line: StatusLine;
  readonly to: Place;
  readonly from: Place;
}

/**
 * Rules by the text of `ufw status verbose` or `ufw status numbered`. Only the former tells the default policy; from the
 * latter, what no rule decides is left open. Profiles of applications are named with their ports by the former only.
 * Rules for what goes out or is passed on are left out. Never throws.
 *
 * @example parseUfwStatus('Status: inactive\n').tables // []
 */
export function parseUfwStatus(text: string, file?: string): RuleSet {
  const problems: RuleProblem[] = [];
  const listed: Listed[] = [];
  const place = file === undefined ? {} : { file };
  const whole: Position = { ...place, text: '' };
  let active: boolean | undefined;
  let policy: Deed['deed'] | undefined;
  let policyAt: Position = { ...place, text: 'the default policy is not told here' };
  let inTable = false;
  for (const [index, raw] of text.split('\n', mostLines).entries()) {
    const line = raw.trimEnd();
    const at: Position = { ...place, line: index + 1, text: line.trim().slice(0, longestText) };
    if (line.startsWith('Status:')) active = line.slice(7).trim() === 'active';
    else if (line.startsWith('Default:')) {
      const word = /(\w{1,10}) \(incoming\)/.exec(line)?.[1];
      policy =
        word === 'allow' ? 'accept' : word === 'deny' ? 'drop' : word === 'reject' ? 'reject' : undefined;
      policyAt = at;
    } else if (/^[ -]*--[ -]*$/.test(line)) inTable = true;
    else if (inTable && line.trim() !== '') {
      const read = readStatusLine(line.trimStart());
      if (read) listed.push({ at, line: read, to: readPlace(read.to), from: readPlace(read.from) });
      else problems.push({ at, reason: 'this line is not understood', fatal: false });
    }
  }
  if (text.split('\n', mostLines + 1).length > mostLines)
    problems.push({ at: whole, reason: `more than ${mostLines} lines: the rest is not read`, fatal: true });
  if (active === undefined)
    problems.push({
      at: whole,
      reason: 'no line "Status: …": this is not what ufw status prints',
      fatal: true,
    });
  if (active !== true) {
    if (active === false) problems.push({ at: whole, reason: 'ufw is not active', fatal: false });
    return { backend: 'ufw-status', tables: [], problems };
  }
  problems.push({
    at: whole,
    reason: 'only rules of users are listed: before.rules and after.rules are taken as ufw ships them',
    fatal: false,
  });
  const last = lastRule(policy, policyAt);
  return {
    backend: 'ufw-status',
    tables: (['ipv4', 'ipv6'] as const).map((family) => ({
      name: 'filter',
      families: [family],
      chains: [
        {
          name: 'INPUT',
          base: baseOf('input'),
          at: policyAt,
          rules: [...stock, ...listed.flatMap((one) => rulesOf(one, family)), last],
        },
        {
          name: 'FORWARD',
          base: baseOf('forward'),
          at: policyAt,
          rules: [
            established,
            { when: [], does: [open('rules for what is passed on are not read')], at: policyAt },
          ],
        } satisfies Chain,
      ],
    })),
    problems,
  };
}

const open = (text: string): Deed => ({ deed: 'opaque', on: 'other', text });
const baseOf = (hook: BaseChain['hook']): BaseChain => ({
  hook,
  type: 'filter',
  priority: 0,
  policy: 'drop',
});

const ours = (text: string): Position => ({ text });
const established: Rule = {
  when: [{ match: 'ct-state', states: ['established', 'related'] }],
  does: [{ deed: 'accept' }],
  at: ours('answers are let in'),
};
const stock: readonly Rule[] = [
  {
    when: [{ match: 'in-interface', names: ['lo'] }],
    does: [{ deed: 'accept' }],
    at: ours('the host itself is let in'),
  },
  established,
  {
    when: [{ match: 'ct-state', states: ['invalid'] }],
    does: [{ deed: 'drop' }],
    at: ours('what makes no sense is dropped'),
  },
];

const lastRule = (policy: Deed['deed'] | undefined, at: Position): Rule => ({
  when: [],
  does: [policy === 'accept' || policy === 'drop' || policy === 'reject' ? { deed: policy } : open(at.text)],
  at,
});

function rulesOf({ at, line, to, from }: Listed, family: Family): readonly Rule[] {
  if (line.way !== 'in' || (to.six || from.six) !== (family === 'ipv6')) return [];
  const when: readonly Match[] = [...side(to, 'destination', family), ...side(from, 'source', family)];
  const { action } = line;
  const rule = (deed: 'accept' | 'drop' | 'reject', more: readonly Match[] = []): Rule => ({
    when: [...when, ...more],
    does: [{ deed }],
    at,
  });
  if (action === 'ALLOW') return [rule('accept')];
  if (action === 'DENY') return [rule('drop')];
  if (action === 'REJECT') return [rule('reject')];
  return [
    rule('reject', [{ match: 'opaque', on: 'recent', text: 'six connections in 30 seconds' }]),
    rule('accept'),
  ];
}

function side(place: Place, which: 'source' | 'destination', family: Family): readonly Match[] {
  const when: Match[] = [];
  const opaque = (text: string): void => {
    when.push({ match: 'opaque', on: 'other', text });
  };
  if (place.address !== undefined) {
    const addresses = fromCidr(place.address);
    if (addresses === undefined) opaque(place.address);
    else if (addresses.family !== family) when.push({ match: 'never', why: 'an address of another family' });
    else when.push({ match: which, addresses });
  }
  if (place.protocol !== undefined) {
    const protocols = numbers.get(place.protocol);
    if (protocols === undefined) opaque(place.protocol);
    else when.push({ match: 'protocol', protocols: [protocols] });
  }
  if (place.ports !== undefined)
    when.push({ match: `${which}-port`, ports: place.ports.split(',').map(rangeOf) });
  if (place.interface !== undefined && which === 'destination')
    when.push({ match: 'in-interface', names: [place.interface] });
  if (place.profile !== undefined) opaque(place.profile);
  return when;
}

const rangeOf = (text: string): PortRange => {
  const [from = 0, to = from] = text.split(':').map(Number);
  return [from, to];
};

const numbers: ReadonlyMap<string, number> = new Map([
  ['tcp', 6],
  ['udp', 17],
  ['ah', 51],
  ['esp', 50],
  ['gre', 47],
  ['igmp', 2],
  ['ipv6', 41],
  ['vrrp', 112],
]);
