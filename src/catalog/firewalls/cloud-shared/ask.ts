/** A question to a cloud's own command line, whose answer a reader takes. All of them only read. */
export interface Ask {
  readonly argv: readonly string[];
  readonly why: string;
  /** The answer can be done without; then more depends on what is not known. */
  readonly optional?: boolean;
}
