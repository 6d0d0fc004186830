import type { CertificateFacts, Endpoint, Fact, Setting } from '../../model/index.ts';
import { portOf } from './listening.ts';
import { textOf } from './values.ts';

type Settings = Readonly<Record<string, Setting>>;

export interface CertificateSources {
  readonly certificates: Fact<readonly CertificateFacts[]>;
  readonly servedCertificate: Fact<CertificateFacts>;
  readonly settings: Fact<Settings>;
}

/** Settings that name a file of authorities, not of the server. */
const authorities = (settings: Fact<Settings>): ReadonlySet<string> =>
  new Set(settings.known ? [textOf(settings.value, 'tls-ca-cert-file') ?? ''] : []);

/** Certificates of the server itself: the one it sends, and the first one of each of its own files. */
export function ownCertificates({
  certificates,
  servedCertificate,
  settings,
}: CertificateSources): readonly CertificateFacts[] {
  const of = authorities(settings);
  const all = certificates.known ? certificates.value : [];
  const firsts = all.filter(
    ({ path }, index) => !isOneOf(of, path) && all.findIndex((other) => other.path === path) === index,
  );
  const served = servedCertificate.known ? [servedCertificate.value] : [];
  return unique([...firsts, ...served]);
}

/** The same with those that vouch for them. The rest of a bundle is nobody's business. */
export function certificatesInUse(sources: CertificateSources): readonly CertificateFacts[] {
  const all = sources.certificates.known ? sources.certificates.value : [];
  let used = ownCertificates(sources);
  for (let step = 0; step < longestChain; step += 1) {
    const issuers = new Set(used.map(({ issuer }) => issuer));
    const more = all.filter(
      ({ subject, sha256 }) => issuers.has(subject) && !used.some((one) => one.sha256 === sha256),
    );
    if (more.length === 0) break;
    used = unique([...used, ...more]);
  }
  return used;
}

const longestChain = 5;

const isOneOf = (paths: ReadonlySet<string>, path: string): boolean =>
  paths.has(path) ||
  [...paths].some((named) => named !== '' && !named.startsWith('/') && path.endsWith(`/${named}`));

const unique = (list: readonly CertificateFacts[]): readonly CertificateFacts[] =>
  [...new Map(list.toReversed().map((one) => [one.sha256, one])).values()].toReversed();

/** Whether the server speaks TLS at all; `undefined` where that is not known. */
export function speaksTls(settings: Fact<Settings>, endpoint?: Fact<Endpoint>): boolean | undefined {
  if (endpoint?.known && endpoint.value.tls !== undefined) return true;
  if (!settings.known) return undefined;
  return (
    portOf(settings.value, 'tls-port') !== undefined ||
    textOf(settings.value, 'tls-replication') === 'yes' ||
    textOf(settings.value, 'tls-cluster') === 'yes'
  );
}

/** `certificate CN=a (/etc/redis/tls/redis.crt)`, for a sentence. */
export const nameOf = ({ subject, path }: CertificateFacts): string =>
  `${subject === '' ? 'a certificate without a subject' : `certificate ${subject}`} (${path === 'served' ? 'served' : path})`;

/** Of a file, its place; the served one has none. */
export const placeOf = ({ path }: CertificateFacts): { readonly file: string } | undefined =>
  path === 'served' ? undefined : { file: path };

/** Whole days from `today` (`YYYY-MM-DD`) to an ISO date; negative when it is past. */
export function daysUntil(date: string, today: string): number {
  const day = (text: string): number => Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  return Math.floor((day(date) - day(today)) / 86_400_000);
}
