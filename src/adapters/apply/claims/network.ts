import { X509Certificate } from 'node:crypto';
import { failed, type Connection, type Failure, type TlsSettings } from '../../server/connection.ts';
import { knock, welcome } from '../entry.ts';
import { doorsOf } from '../doors.ts';
import type { Site } from '../site.ts';
import { broken, held, said, untried, when, type Trying } from './saw.ts';

const reach = (site: Site, host: string, port: number, tls?: TlsSettings): Promise<Connection | Failure> =>
  knock({ name: `${host}:${port}`, where: { host, port }, ...(tls ? { tls } : {}) }, site.settings);

/** The TLS settings with which we would come to that port. */
async function ourTls(site: Site, port: number): Promise<TlsSettings> {
  const place = optional(site);
  const node = { ...site.node, target: { kind: 'tcp', host: hostOf(site), port, tls: true } as const };
  const said = await site.session.listening();
  return (await doorsOf(node, said, site.settings, place))[0]?.tls ?? {};
}

const hostOf = ({ node: { target } }: Site): string => (target.kind === 'tcp' ? target.host : '127.0.0.1');
const optional = (site: Site): ReturnType<Site['place']> | undefined => {
  try {
    return site.place();
  } catch {
    return undefined;
  }
};

export const port: Trying<'port'> = async ({ host, port: number, tls, open }, site) => {
  const connection = await reach(site, host, number, tls ? await ourTls(site, number) : undefined);
  if ('failed' in connection) {
    const there =
      connection.failed !== 'refused' &&
      connection.failed !== 'unreachable' &&
      connection.failed !== 'timed-out';
    return when(!open && !(there && !tls), said(connection.detail));
  }
  const greeting = await welcome(connection);
  connection.close();
  // A port that takes a connection and hangs up speaks another language: plain at a TLS port, or protected mode.
  const answers = greeting === undefined || !/^(closed|reset|protocol|tls|timed-out)/.test(greeting);
  return when(answers === open, answers ? 'it answers' : said(greeting ?? ''));
};

export const serves: Trying<'serves'> = async ({ host, port: number, certificate, ca }, site) => {
  const place = site.place();
  const [file, authority] = [await place.read(certificate), await place.read(ca)];
  if (!file || !authority) return broken(`${file ? ca : certificate} is not there`);
  const connection = await reach(site, host, number, {
    ...(await ourTls(site, number)),
    ca: [authority.bytes],
  });
  if ('failed' in connection) return broken(said(connection.detail));
  const { tls } = connection;
  connection.close();
  if (!tls?.certificate) return broken('no certificate was served');
  const [served, wanted] = [new X509Certificate(tls.certificate), new X509Certificate(file.bytes)];
  if (served.fingerprint256 !== wanted.fingerprint256)
    return broken('another certificate is served than that of the file');
  if (tls.trusted !== true)
    return broken(`the certificate of the file is served, and not trusted: ${said(tls.trusted)}`);
  return held(`the certificate of the file, valid to ${served.validToDate.toISOString().slice(0, 10)}`);
};

/** Whether a stranger's hand is shaken; what a server thinks of a certificate comes with the first answer (TLS 1.3). */
async function letsIn(
  site: Site,
  host: string,
  number: number,
  tls: TlsSettings,
): Promise<string | undefined> {
  const connection = await reach(site, host, number, tls);
  if ('failed' in connection)
    return connection.failed === 'refused' || connection.failed === 'unreachable'
      ? undefined
      : connection.detail;
  const answer = await connection.tell(['PING']);
  connection.close();
  return failed(answer) ? answer.detail : '';
}

export const clientCertificate: Trying<'client-certificate'> = async (
  { host, port: number, required },
  site,
) => {
  const { cert: _cert, key: _key, passphrase: _phrase, ...bare } = await ourTls(site, number);
  const without = await letsIn(site, host, number, bare);
  if (without === undefined) return untried('nobody answers there');
  if (without === '') return when(!required, 'let in without a certificate');
  if (!required) return broken(`refused without a certificate: ${said(without)}`);
  const { makeCertificates } = await import('../../tls/make-certificate.ts');
  const made = await makeCertificates({ names: ['stranger.invalid'], days: 1, clients: ['stranger'] });
  const [cert, key] = [made['stranger.crt'], made['stranger.key']];
  const stranger = await letsIn(site, host, number, { ...bare, ...(cert && key ? { cert, key } : {}) });
  if (stranger === undefined) return untried('nobody answers there any more');
  return when(
    stranger !== '',
    stranger === '' ? 'let in with the certificate of a stranger' : `refused: ${said(stranger)}`,
  );
};
