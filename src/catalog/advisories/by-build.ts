import type { AdvisoryContext, Verdict } from './judgement.ts';
import { isVendorsOwn } from './packages.ts';
import type { Advisory } from './types.ts';

/** What the way it was built decides, whatever the version. `undefined`: the version decides. */
export function byBuild(advisory: Advisory, context: AdvisoryContext): Verdict | undefined {
  const needs = (prerequisite: Advisory['prerequisites'][number]): boolean =>
    advisory.prerequisites.includes(prerequisite);
  if (needs('build:32bit') && context.bits !== 32) {
    return context.bits === 64
      ? { state: 'not-affected', because: 'only 32-bit builds are affected' }
      : unknown(
          'only 32-bit builds are affected, and the width of this one is not known',
          'Read arch_bits from INFO server.',
        );
  }
  if (needs('build:allocator')) {
    return context.allocator?.startsWith('jemalloc') === true
      ? { state: 'not-affected', because: 'jemalloc is not affected, only unusual allocators are' }
      : unknown(
          'it depends on the allocator; jemalloc and glibc are safe',
          'Read mem_allocator from INFO memory.',
        );
  }
  if (needs('build:windows')) {
    return context.system !== undefined && !/windows/i.test(context.system)
      ? { state: 'not-affected', because: 'only a port to Windows is affected' }
      : unknown('only a port to Windows is affected', 'Read os from INFO server.');
  }
  if (needs('build:debian')) return byDebian(context);
  return undefined;
}

/** CVE-2022-0543: a fault of the packaging. Where it is from Debian or Ubuntu, only the revision decides. */
function byDebian({ packaged, distro, packageRevision }: AdvisoryContext): Verdict | undefined {
  const why = 'only packages of Debian and Ubuntu are affected';
  if (packaged === false || isVendorsOwn(packageRevision)) return { state: 'not-affected', because: why };
  if (distro !== undefined && !['debian', 'ubuntu'].includes(distro.id))
    return { state: 'not-affected', because: why };
  return packaged === true && distro !== undefined
    ? undefined
    : unknown(
        why,
        'Find out whether the server is a Debian or Ubuntu package: `dpkg -S $(command -v redis-server)`.',
      );
}

const unknown = (because: string, howToKnow: string): Verdict => ({ state: 'unknown', because, howToKnow });
