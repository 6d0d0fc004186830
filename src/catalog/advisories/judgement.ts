export type AdvisoryState = 'affected' | 'fixed' | 'not-affected' | 'unknown';

export interface Judgement {
  readonly id: string;
  readonly state: AdvisoryState;
  /** One sentence, for a reader. */
  readonly because: string;
  /** The first safe release of the branch, or the first safe revision of the package, where one is known. */
  readonly fixedIn?: string;
  /** For `unknown`: what to do to find out. */
  readonly howToKnow?: string;
}

/** A judgement before it is known whose it is. */
export type Verdict = Omit<Judgement, 'id'>;

/** What is known about a server besides its version. Everything that is left out counts as not known. */
export interface AdvisoryContext {
  /** Whether the server comes from a distribution's package, which may hold fixes without a new version. */
  readonly packaged: boolean | 'unknown';
  /** ID and VERSION_ID of /etc/os-release: `{ id: 'debian', release: '12' }`. */
  readonly distro?: { readonly id: string; readonly release?: string };
  /** The whole version of the package: `5:7.0.15-1~deb12u5`, `6.2.18-1.el9_5`. */
  readonly packageRevision?: string;
  readonly bits?: 32 | 64;
  /** `mem_allocator` of INFO. */
  readonly allocator?: string;
  /** `os` of INFO. */
  readonly system?: string;
  /** Names from MODULE LIST; an empty list says that none is loaded. */
  readonly modules?: readonly string[];
  /** Directives that are known, by name in lower case. */
  readonly settings?: Readonly<Record<string, string>>;
  /** KeyDB's `version-override`, a `version` that does not fit the answers: the number cannot be trusted. */
  readonly versionMayBeInvented?: boolean;
}
