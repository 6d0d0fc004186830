import { compareVersions, parseVersion, type Product, type Version } from '../../lang/version/index.ts';
import { revokedReleases } from './branches.ts';
import { byBuild } from './by-build.ts';
import { byPackage } from './by-package.ts';
import { byVersion } from './by-version.ts';
import { advisories } from './data.ts';
import type { AdvisoryContext, Judgement, Verdict } from './judgement.ts';
import { readOnce } from './read-once.ts';
import type { Advisory, NeedsSetting } from './types.ts';

/**
 * Judges every advisory that says something about this product. Advisories that are silent about a product are left out:
 * nobody looked. What cannot be decided is `unknown`, never a guess.
 *
 * Whether an attacker gets there, by rights, ports or TLS, is not judged here; see `Advisory.reach`.
 *
 * @param product of the server; for Valkey give `valkey_version`, never `redis_version`
 * @param version as the server or its package reports it
 * @example advisoriesFor('redis', '7.2.10', { packaged: false })
 *   .find(({ id }) => id === 'CVE-2025-49844') // { state: 'affected', because: 'fixed only in 7.2.11', … }
 */
export function advisoriesFor(
  product: Product,
  version: string,
  context: AdvisoryContext,
): readonly Judgement[] {
  const key = JSON.stringify([product, version, { ...context, settings: asked(context.settings) }]);
  const found = judged.get(key);
  if (found !== undefined) return found;
  const read = parseVersion(version, product);
  const judgements = advisories.flatMap((advisory) => {
    const verdict = judge(advisory, product, read, context);
    return verdict === undefined ? [] : [{ id: advisory.id, ...verdict }];
  });
  if (judged.size >= mostJudged) judged.clear();
  if (key.length <= 4096) judged.set(key, judgements);
  return judgements;
}

// A fleet has few versions: what one server was told holds for all of whom the same is known.
const judged = new Map<string, readonly Judgement[]>();
const mostJudged = 64;

const directives = [
  ...new Set(
    advisories.flatMap(({ needsSetting }) =>
      needsSetting === undefined
        ? []
        : [needsSetting, ...alternativeOf(needsSetting)].map(({ directive }) => directive),
    ),
  ),
];

/** The settings that any advisory asks for. */
const asked = (settings: AdvisoryContext['settings']): unknown =>
  settings && directives.map((name) => settings[name]);

function judge(
  advisory: Advisory,
  product: Product,
  version: Version | undefined,
  context: AdvisoryContext,
): Verdict | undefined {
  const ranges = advisory.products[product];
  if (ranges === undefined) return undefined;
  if ('notAffected' in ranges) return { state: 'not-affected', because: ranges.notAffected };
  const built = byBuild(advisory, context);
  if (built !== undefined) return built;
  if (version === undefined) return { state: 'unknown', because: 'the version cannot be read' };
  const neverFixed = ranges.branches.every(({ branch, fixed }) => branch === '*' && fixed === 'never');
  if (context.versionMayBeInvented === true) {
    return neverFixed
      ? { state: 'affected', because: 'no release has the fix, whatever version it claims' }
      : { state: 'unknown', because: 'the operator can make this server claim any version' };
  }
  const verdict = byVersion(product, version, ranges);
  const packaged = byPackage(advisory, product, version, context, verdict);
  return withRevocation(
    product,
    version,
    bySetting(advisory, byModule(advisory, product, version, context, packaged), context),
  );
}

/** A fault of a module only matters where the module is loaded, and before Redis 8 it has a version of its own. */
function byModule(
  advisory: Advisory,
  product: Product,
  version: Version,
  { modules }: AdvisoryContext,
  verdict: Verdict,
): Verdict {
  const name = advisory.prerequisites
    .find((prerequisite) => prerequisite.startsWith('module:'))
    ?.slice('module:'.length);
  const anyModule = advisory.prerequisites.includes('module');
  if (name === undefined && !anyModule) return verdict;
  const what = name === undefined ? 'a module' : `module ${name}`;
  const loaded =
    modules === undefined ? undefined : name === undefined ? modules.length > 0 : modules.includes(name);
  if (loaded === false) return { state: 'not-affected', because: `${what} is not loaded` };
  if (product === 'redis' && version.major < 8 && loaded === true && name !== undefined) {
    return {
      state: 'unknown',
      because: `${what} is loaded by itself, so its own version decides`,
      howToKnow: 'Compare ver of MODULE LIST with the release notes of the module.',
    };
  }
  return verdict.state === 'affected' && loaded === undefined
    ? {
        state: 'unknown',
        because: `${verdict.because}, if ${what} is loaded`,
        howToKnow: 'Read MODULE LIST.',
      }
    : verdict;
}

/** A release that only brings a switch is fixed once the switch is set. */
function bySetting({ needsSetting }: Advisory, verdict: Verdict, { settings }: AdvisoryContext): Verdict {
  if (needsSetting === undefined || (verdict.state !== 'fixed' && verdict.state !== 'affected'))
    return verdict;
  const alternatives = [...(verdict.state === 'fixed' ? [needsSetting] : []), ...alternativeOf(needsSetting)];
  const set = alternatives.find(({ directive, value }) => settings?.[directive] === value);
  if (set !== undefined) return { state: 'fixed', because: `${set.directive} is ${set.value}` };
  const wanted = alternatives.map(({ directive, value }) => `${directive} ${value}`).join(' or ');
  if (alternatives.every(({ directive }) => settings?.[directive] !== undefined)) {
    return {
      state: 'affected',
      because:
        verdict.state === 'fixed'
          ? `the release has only a switch against it, and it is off: ${wanted}`
          : `${verdict.because}, with ${needsSetting.directive} ${needsSetting.value}; until then, ${wanted} closes it`,
    };
  }
  return {
    state: 'unknown',
    because: `${verdict.because}, and it takes ${wanted}`,
    howToKnow: `Read ${alternatives.map(({ directive }) => directive).join(' and ')} with CONFIG GET.`,
  };
}

function alternativeOf({
  or,
}: NeedsSetting): readonly { readonly directive: string; readonly value: string }[] {
  return or === undefined ? [] : [or];
}

function withRevocation(product: Product, version: Version, verdict: Verdict): Verdict {
  const revoked = revokedRelease(product, version);
  return revoked === undefined || verdict.state !== 'affected'
    ? verdict
    : { ...verdict, because: `${verdict.because}. ${revoked}` };
}

/** Why a release should not be used although its number looks right; `undefined` for all others. */
export function revokedRelease(product: Product, version: Version): string | undefined {
  return revokedReleases.find((known) => {
    const other = readOnce(known.version);
    return known.product === product && other !== undefined && compareVersions(other, version) === 0;
  })?.because;
}
