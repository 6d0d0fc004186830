/** Reads what a machine's apt is told: deb822 `.sources` files and one-line `.list` files (sources.list(5)). */

export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** A keyring's path, or an armoured key written in place. */
  readonly signedBy: string | undefined;
}

const words = (text: string | undefined): readonly string[] =>
  (text ?? '').split(/\s+/).filter((word) => word !== '');

/** Parses a deb822 file: stanzas of `Field: value`, continued by lines that begin with a space. */
export function parseDeb822(text: string): readonly AptSource[] {
  const sources: AptSource[] = [];
  let fields = new Map<string, string>();
  let last = '';
  const close = (): void => {
    const enabled = fields.get('enabled')?.trim().toLowerCase() !== 'no';
    if (enabled && words(fields.get('types')).includes('deb')) {
      sources.push({
        uris: words(fields.get('uris')),
        suites: words(fields.get('suites')),
        components: words(fields.get('components')),
        signedBy: fields.get('signed-by')?.trim() || undefined,
      });
    }
    fields = new Map();
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    if (line.trim() === '') close();
    else if (line.startsWith(' ') || line.startsWith('\t')) {
      const more = line.trim() === '.' ? '' : line.trim();
      fields.set(last, `${fields.get(last) ?? ''}\n${more}`);
    } else {
      const colon = line.indexOf(':');
      last = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
      fields.set(last, line.slice(colon + 1).trim());
    }
  }
  close();
  return sources;
}

/** Parses a one-line file: `deb [option=value …] uri suite component …`. */
export function parseOneLine(text: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const [bare = ''] = line.split('#');
    const entry = bare.trim();
    if (!/^deb\s/.test(entry)) return [];
    const open = entry.indexOf('[');
    const close = entry.indexOf(']');
    const hasOptions = open > 0 && close > open && entry.slice(3, open).trim() === '';
    const options = hasOptions ? words(entry.slice(open + 1, close)) : [];
    const [uri, suite, ...components] = words(hasOptions ? entry.slice(close + 1) : entry.slice(3));
    if (uri === undefined || suite === undefined) return [];
    const signedBy = options.find((option) => option.startsWith('signed-by='))?.slice('signed-by='.length);
    return [{ uris: [uri], suites: [suite], components, signedBy }];
  });
}

/** The distribution's own archive among the sources, and its security archive. */
export interface Archive {
  readonly main: string;
  readonly security: string | undefined;
  readonly signedBy: string | undefined;
}

/**
 * Finds the distribution's archive: other vendors also publish a suite named after the codename, so the
 * source that also serves `-updates` and is signed by the distribution's own keyring wins.
 */
export function findArchive(
  sources: readonly AptSource[],
  distribution: string,
  codename: string,
): Archive | undefined {
  const usable = (uri: string): boolean => /^(?:https?|file|copy|mirror[+a-z]*):/.test(uri);
  const names = [codename, 'stable', 'testing', 'unstable', 'sid'];
  const servesUpdates = (uri: string): boolean =>
    sources.some(
      ({ uris, suites }) => uris.includes(uri) && suites.some((suite) => suite.endsWith('-updates')),
    );
  const candidates = sources
    .filter(
      ({ suites, components }) =>
        components.includes('main') && suites.some((suite) => names.includes(suite)),
    )
    .flatMap((source) => source.uris.filter(usable).map((uri) => ({ uri, source })))
    .map(({ uri, source }) => ({
      uri,
      source,
      score:
        (servesUpdates(uri) ? 2 : 0) +
        (source.signedBy?.includes(`${distribution}-archive`) ? 1 : 0) +
        (new RegExp(`/${distribution}/?$`).test(uri) ? 1 : 0),
    }))
    .toSorted((a, b) => b.score - a.score);
  const [best] = candidates;
  if (best === undefined) return undefined;
  const security = sources
    .filter(({ suites }) =>
      suites.some((suite) => suite === `${codename}-security` || suite.endsWith('-security')),
    )
    .flatMap(({ uris }) => uris.filter(usable))
    .at(0);
  return { main: best.uri, security, signedBy: best.source.signedBy };
}
