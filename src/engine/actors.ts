import type { Actor, Setting, UserFacts } from '../model/index.ts';
import { byText } from './by-text.ts';

const guessable = ({ passwords }: UserFacts): boolean =>
  passwords.some(({ strength }) => strength === 'guessed' || strength === 'weak' || strength === 'empty');

/** Names that a client certificate logs in as, where the server maps them (Redis 8.6, Valkey 9). */
const mapsCertificates = (settings: Readonly<Record<string, Setting>>): boolean => {
  const field = settings['tls-auth-clients-user']?.value;
  return typeof field === 'string' && field !== '' && field !== 'off';
};

const rank: Record<Actor['kind'], number> = {
  nobody: 0,
  'empty-password': 1,
  'guessable-password': 2,
  password: 3,
  certificate: 4,
};

/** Columns of "as whom": everyone who can get in, those who need least first. Switched-off users are nobody. */
export function actorsOf(
  users: readonly UserFacts[],
  settings: Readonly<Record<string, Setting>>,
): readonly Actor[] {
  const actors = users
    .filter(({ enabled }) => enabled)
    .flatMap((user): readonly Actor[] => {
      const of = (kind: Actor['kind'], label: string): Actor => ({
        id: `${kind}:${user.name}`,
        kind,
        user: user.name,
        label,
      });
      if (user.noPassword) {
        return user.name === 'default'
          ? [of('nobody', 'nobody (no login)')]
          : [of('empty-password', `${user.name}, any password`)];
      }
      const certificate = mapsCertificates(settings)
        ? [of('certificate', `${user.name}, by certificate`)]
        : [];
      if (user.passwords.length === 0) return certificate;
      const weak = guessable(user);
      const label = user.name === 'default' ? 'the password' : `${user.name}'s password`;
      return [
        of(weak ? 'guessable-password' : 'password', weak ? `${label}, guessable` : `with ${label}`),
        ...certificate,
      ];
    });
  return actors.toSorted((a, b) => rank[a.kind] - rank[b.kind] || byText(a.user, b.user));
}
