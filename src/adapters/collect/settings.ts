import type { SecretMeter } from '../secrets/index.ts';
import type { FirewallCache } from '../firewall/index.ts';
import type { SeenProcess } from '../host/index.ts';

export interface Login {
  readonly user?: string;
  readonly password?: string;
}

export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  /** Log in although the certificate is not trusted. */
  readonly insecure: boolean;
}

export interface CollectSettings {
  readonly login: Login;
  readonly tls: TlsFiles;
  /** Milliseconds for each step with a server: to connect, to be greeted, to be answered. */
  readonly timeout: number;
  readonly renames: ReadonlyMap<string, string>;
  /** Look at processes, files and packages of this host. */
  readonly host: boolean;
  /** Talk to public addresses. */
  readonly allowPublic: boolean;
  readonly meter: SecretMeter;
  /** Servers that run on this host, looked for when first asked, once for all targets; absent where nobody looks. */
  readonly seen?: () => Promise<readonly SeenProcess[]>;
  /** Rules of network namespaces, read once for all targets. */
  readonly firewalls?: FirewallCache;
  /** The clock: ISO 8601, UTC. */
  readonly now: () => string;
}
