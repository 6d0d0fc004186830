/** The pieces that ufw loads for one family, in its order. Facts from ufw-init of 0.36. */
import type { Position } from '../../../lang/packets/index.ts';
import type { Piece } from './pieces.ts';
import { block } from './stock-rules.ts';

export type Way = 'input' | 'output' | 'forward';

/** What happens by default to packets of one way, as the shell hands it over. */
export interface DefaultPolicy {
  readonly value: string;
  readonly at: Position;
}

export interface FamilyRules {
  readonly before: Piece | undefined;
  readonly after: Piece | undefined;
  readonly user: Piece | undefined;
}

const ways: readonly Way[] = ['input', 'output', 'forward'];

export function piecesOf(
  six: boolean,
  policies: Readonly<Record<Way, DefaultPolicy>>,
  { before, after, user }: FamilyRules,
): readonly Piece[] {
  const ufw = six ? 'ufw6' : 'ufw';
  const stages = ['before-logging', 'before', 'after', 'after-logging', 'reject', 'track'];
  const own = (lines: readonly string[], because?: Position): Piece =>
    because === undefined ? { text: block(lines) } : { text: block(lines), because };
  const chains = (names: readonly string[]): readonly string[] =>
    names.map((name) => `:${ufw}-${name} - [0:0]`);
  return [
    own([
      ...chains(stages.flatMap((stage) => ways.map((way) => `${stage}-${way}`))),
      ...ways.flatMap((way) => stages.map((stage) => `-A ${way.toUpperCase()} -j ${ufw}-${stage}-${way}`)),
    ]),
    ...ways.flatMap((way): readonly Piece[] => {
      const { value, at } = policies[way];
      if (value === 'REJECT') return [own([`-A ${ufw}-reject-${way} -j REJECT`], at)];
      if (value !== 'ACCEPT') return [];
      const track = (protocol: string): string =>
        `-A ${ufw}-track-${way} -p ${protocol} -m conntrack --ctstate NEW -j ACCEPT`;
      return [own([track('tcp'), track('udp')], at)];
    }),
    own(chains(['logging-deny', 'logging-allow'])),
    own([
      ...chains(ways.map((way) => `skip-to-policy-${way}`)),
      ...ways.map((way) => `-A ${ufw}-skip-to-policy-${way} -j ${policies[way].value}`),
    ]),
    ...(before ? [before] : []),
    ...(after ? [after] : []),
    ...(user
      ? [
          own(
            chains([
              ...ways.map((way) => `user-${way}`),
              ...ways.map((way) => `user-logging-${way}`),
              'user-limit',
              'user-limit-accept',
            ]),
          ),
          user,
          own(ways.map((way) => `-A ${ufw}-before-${way} -j ${ufw}-user-${way}`)),
        ]
      : []),
    ...ways.map((way) => {
      const { value, at } = policies[way];
      return own([`:${way.toUpperCase()} ${value === 'REJECT' ? 'DROP' : value} [0:0]`], at);
    }),
  ];
}

/** Where IPv6 is switched off, ufw shuts it but for the host itself. */
export const shutPieces = (because: Position): readonly Piece[] => [
  {
    text: block([
      ':INPUT DROP [0:0]',
      ':FORWARD DROP [0:0]',
      ':OUTPUT DROP [0:0]',
      '-A INPUT -i lo -j ACCEPT',
      '-A OUTPUT -o lo -j ACCEPT',
    ]),
    because,
  },
];
