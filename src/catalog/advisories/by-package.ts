import {
  compareDebianVersions,
  compareVersions,
  type Product,
  type Version,
} from '../../lang/version/index.ts';
import type { AdvisoryContext, Verdict } from './judgement.ts';
import { always, isVendorsOwn, keptByDistributions, packageFixes } from './packages.ts';
import { readOnce } from './read-once.ts';
import type { Advisory } from './types.ts';

/**
 * Corrects what the version says for servers from a distribution's package. Distributions add fixes without a new
 * version, so `affected` becomes `unknown` unless the fixed revision is known. The other way round, Debian and Ubuntu link
 * the Lua of the system, so for faults inside Lua a fixed version is no proof either.
 */
export function byPackage(
  advisory: Advisory,
  product: Product,
  version: Version,
  context: AdvisoryContext,
  verdict: Verdict,
): Verdict {
  if (verdict.state === 'not-affected') return verdict;
  if (context.packaged === 'unknown') return perhapsPackaged(product, version, verdict, advisory.id);
  if (!context.packaged || isVendorsOwn(context.packageRevision)) return verdict;
  const known = fixedRevision(advisory.id, product, context);
  if (known?.revision === always) {
    return { state: 'fixed', because: `every package of this release has it (${known.source})` };
  }
  if (known !== undefined && context.packageRevision !== undefined) {
    return compareDebianVersions(context.packageRevision, known.revision) >= 0
      ? {
          state: 'fixed',
          fixedIn: known.revision,
          because: `the package has it since ${known.revision} (${known.source})`,
        }
      : {
          state: 'affected',
          fixedIn: known.revision,
          because: `the package has it only since ${known.revision} (${known.source})`,
        };
  }
  if (verdict.state === 'fixed') {
    return advisory.inLua === true && linksSystemLua(context)
      ? unknown(
          'the fault is in Lua, and this package uses the Lua library of the distribution',
          advisory.id,
          context,
        )
      : verdict;
  }
  if (verdict.state !== 'affected') return verdict;
  return unknown('a distribution may have added the fix without changing the version', advisory.id, context);
}

const linksSystemLua = ({ distro }: AdvisoryContext): boolean =>
  distro === undefined || ['debian', 'ubuntu'].includes(distro.id);

function fixedRevision(
  id: string,
  product: Product,
  context: AdvisoryContext,
): { readonly revision: string; readonly source: string } | undefined {
  const release = context.distro?.release ?? releaseIn(context.packageRevision);
  const fixes = packageFixes.find(
    (known) =>
      known.product === product && known.distribution === context.distro?.id && known.release === release,
  );
  const revision = fixes?.fixes[id];
  return fixes === undefined || revision === undefined ? undefined : { revision, source: fixes.source };
}

/** `~deb12u5` and `ubuntu0.24.04.2` name their release. */
function releaseIn(revision: string | undefined): string | undefined {
  const found = /[~+]deb(\d{1,3})u\d|ubuntu\d{1,3}\.(\d\d\.\d\d)\b/.exec(revision ?? '');
  return found?.[1] ?? found?.[2];
}

function perhapsPackaged(product: Product, version: Version, verdict: Verdict, id: string): Verdict {
  if (verdict.state !== 'affected') return verdict;
  const kept = keptByDistributions.find((known) => {
    const other = readOnce(known.version);
    return known.product === product && other !== undefined && compareVersions(other, version) === 0;
  });
  return kept === undefined
    ? verdict
    : unknown(
        `${kept.where} ships this version with fixes of its own; a build from upstream is affected`,
        id,
      );
}

function unknown(because: string, id: string, { distro }: Partial<AdvisoryContext> = {}): Verdict {
  return { state: 'unknown', because, howToKnow: howToKnow(id, distro?.id) };
}

function howToKnow(id: string, distribution: string | undefined): string {
  const cve = id.startsWith('CVE-');
  switch (distribution) {
    case 'debian':
    case 'ubuntu':
      return cve
        ? `Look for ${id} in /usr/share/doc/<package>/changelog.Debian.gz, or in the security tracker of the distribution.`
        : `There is no CVE for ${id}; compare the changelog of the package with the release notes of the vendor.`;
    case undefined:
      return 'Find the package and its whole version: `dpkg-query -W` or `rpm -qa` on the host.';
    default:
      return cve
        ? `Look for ${id} in \`rpm -q --changelog <package>\`, or in the security data of the distribution.`
        : `There is no CVE for ${id}; compare the changelog of the package with the release notes of the vendor.`;
  }
}
