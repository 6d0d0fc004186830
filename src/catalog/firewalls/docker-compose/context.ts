export interface ComposeContext {
  /** What stands in the environment and in `.env`. Where a name is in neither, its default counts. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The environment is all there is: a name that is not in it is empty, as compose takes it. */
  readonly complete?: boolean;
}
