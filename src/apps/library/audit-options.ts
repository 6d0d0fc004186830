import type { Login, TlsFiles } from '../../adapters/collect/settings.ts';

export interface AuditOptions {
  /** Used for every live target whose URL brings no credentials of its own. */
  readonly login?: Login;
  readonly tls?: TlsFiles;
  /** Milliseconds for each step with a server; 3000. */
  readonly timeout?: number;
  /** Servers at a time; 64. */
  readonly concurrency?: number;
  /** New names of renamed commands, by the original name in capitals. */
  readonly renames?: ReadonlyMap<string, string>;
  /** Look at processes, files and packages of this host; true. */
  readonly host?: boolean;
  /** Talk to public addresses; false. */
  readonly allowPublic?: boolean;
}
