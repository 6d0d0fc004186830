import { describe, expect, it } from 'vitest';
import { known, unknown } from '../../model/index.ts';
import { certificate, settings } from '../example-facts.ts';
import { certificatesInUse, daysUntil, ownCertificates } from './certificates.ts';

const silence = unknown('not-asked', 'test');
const ca = '/etc/redis/tls/ca.crt';
const tls = known(settings({ 'tls-port': '6380', 'tls-ca-cert-file': ca }), 'test');

describe('certificates that count', () => {
  const leaf = certificate();
  const issuer = certificate({ path: ca, subject: 'CN=Example CA', issuer: 'CN=Root', sha256: 'AA:02' });
  const root = certificate({
    path: ca,
    subject: 'CN=Root',
    issuer: 'CN=Root',
    selfSigned: true,
    sha256: 'AA:03',
  });
  const stranger = certificate({ path: ca, subject: 'CN=Other', issuer: 'CN=Other', sha256: 'AA:04' });
  const sources = {
    certificates: known([leaf, stranger, issuer, root], 'test'),
    servedCertificate: silence,
    settings: tls,
  };

  it('are the server’s own, and those that vouch for it, up to the root', () => {
    expect(ownCertificates(sources)).toEqual([leaf]);
    expect(certificatesInUse(sources)).toEqual([leaf, issuer, root]);
  });
  it('name the served one by its file where both are the same', () => {
    const served = known(certificate({ path: 'served' }), 'test');
    expect(ownCertificates({ ...sources, servedCertificate: served })).toEqual([leaf]);
  });
  it('end where issuers go round in a circle', () => {
    const a = certificate({ subject: 'CN=a', issuer: 'CN=b', sha256: '1' });
    const b = certificate({ path: ca, subject: 'CN=b', issuer: 'CN=a', sha256: '2' });
    const circle = { certificates: known([a, b], 'test'), servedCertificate: silence, settings: tls };
    expect(certificatesInUse(circle)).toEqual([a, b]);
  });
});

describe('days until', () => {
  it.each([
    ['2026-06-30T23:59:59.000Z', '2026-06-30', 0],
    ['2026-07-01T00:00:00.000Z', '2026-06-30', 1],
    ['2026-06-29T23:59:59.000Z', '2026-06-30', -1],
    ['2028-03-01T00:00:00.000Z', '2028-02-28', 2],
  ])('%s from %s: %i', (date, today, days) => {
    expect(daysUntil(date, today)).toBe(days);
  });
});
