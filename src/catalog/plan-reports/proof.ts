import type { Claim, Proof, Who } from '../../model/index.ts';
import type { ReportOptions } from '../define-report.ts';
import { harmless } from '../reports/shown.ts';
import { heading, hang, more, pageOf, some } from '../reports/terminal/page.ts';

const who = (as: Who): string => {
  switch (as.kind) {
    case 'nobody':
      return 'nobody (no login)';
    case 'wrong':
      return `${as.user} with a wrong password`;
    case 'user':
      return as.user;
    case 'operator':
      return 'the operator';
  }
};

const listed = (some: readonly string[]): string =>
  `${some.slice(0, 4).join(', ')}${some.length > 4 ? `, and ${some.length - 4} more` : ''}`;

/** A claim as a sentence. */
export function sayClaim(claim: Claim): string {
  switch (claim.claim) {
    case 'answers':
      return 'the server answers';
    case 'setting':
      return `${claim.name} is ${typeof claim.value === 'string' ? JSON.stringify(claim.value) : '***'}`;
    case 'file-sets':
      return `${claim.path} sets ${claim.name} to ${typeof claim.value === 'string' ? JSON.stringify(claim.value) : '***'}`;
    case 'user-exists':
      return `user ${claim.user} ${claim.exists ? 'is there' : 'is gone'}`;
    case 'user-has':
      return `user ${claim.user} has ${claim.words.join(' ')}`;
    case 'passwords':
      return claim.are.length === 0
        ? `user ${claim.user} has no password, and does not get in without one`
        : `user ${claim.user} has no other password`;
    case 'user-kept':
      return `${claim.path} keeps user ${claim.user} as it runs`;
    case 'login':
      return `${who(claim.as)} ${claim.accepted ? 'gets in' : 'is refused'}`;
    case 'command':
      return `${who(claim.as)} ${claim.permitted ? 'may' : 'may not'} ${claim.words.join(' ')}`;
    case 'port':
      return `${claim.host} port ${claim.port}${claim.tls ? ' (TLS)' : ''} is ${claim.open ? 'open' : 'closed'}`;
    case 'serves':
      return `port ${claim.port} serves ${claim.certificate}`;
    case 'client-certificate':
      return `port ${claim.port} ${claim.required ? 'asks' : 'does not ask'} for a client certificate`;
    case 'access':
      return `${claim.path} is ${[claim.mode, claim.owner, claim.group].filter((part) => part !== undefined).join(' ')}`;
    case 'runs-as':
      return `the server runs as ${claim.user}`;
    case 'no-new-privileges':
      return 'the server gains no rights by what it runs';
    case 'unused':
      return `nobody uses ${'user' in claim ? `user ${claim.user}` : `port ${claim.port}`}`;
    case 'moved':
      return `the clients of ${claim.user} have moved`;
    case 'no-refused-login':
      return `no login of ${claim.user} is refused for ${claim.seconds} s`;
    case 'replicates':
      return 'replication is up';
    case 'firewall-allows': {
      const but = claim.except === undefined ? '' : ` (but for ${listed(claim.except)})`;
      return `the rules of the host ${claim.allowed ? 'let' : 'keep'} ${claim.source}${but} ${claim.allowed ? 'through to' : 'from'} port ${claim.port}`;
    }
  }
}

/** A proof for a person: what did not hold first, then what could not be tried, then the rest. */
export function renderProof(given: Proof, options: Omit<ReportOptions, 'checks'>): string {
  const proof = harmless(given);
  const page = pageOf({ ...options, checks: [] });
  const of = (outcome: string): Proof['trials'] => proof.trials.filter((trial) => trial.outcome === outcome);
  const { held, broken, untried } = proof.summary;
  const rows = (outcome: 'held' | 'broken' | 'untried', sign: string, most: number): readonly string[] => {
    const { shown, left } = some(page, of(outcome), most);
    return [
      ...shown.flatMap(({ claim, saw }) =>
        hang(page, `  ${sign} `, `${sayClaim(claim)}${outcome === 'held' ? '' : `: ${saw}`}`, [
          outcome === 'held' ? 'green' : outcome === 'broken' ? 'red' : 'magenta',
        ]),
      ),
      ...more(page, left, 'claim'),
    ];
  };
  return `${[
    ...hang(
      page,
      '',
      `Proof of ${proof.plan} from ${proof.from}: ${held} held, ${broken} broken, ${untried} not tried`,
      [],
      ['bold'],
    ),
    '',
    heading(page, broken > 0 ? 'WHAT DID NOT HOLD' : 'TRIED FROM OUTSIDE'),
    ...rows('broken', '!', 100),
    ...rows('untried', page.signs.unknown, 20),
    ...rows('held', '+', 40),
    '',
    ...(proof.audits ?? []).flatMap(({ name, health, nobodyCells }) =>
      hang(page, '', `Audited again: ${name} is ${health}; ${nobodyCells} cells are open to nobody-at-all`),
    ),
  ].join('\n')}\n`;
}
