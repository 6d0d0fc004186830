import type { Claim } from '../../../model/index.ts';
import type { Site } from '../site.ts';
import { command } from './command.ts';
import { firewallAllows } from './firewall.ts';
import { access, noNewPrivileges, runsAs } from './host.ts';
import { login } from './logins.ts';
import { clientCertificate, port, serves } from './network.ts';
import { replicates } from './replicates.ts';
import { noRefusedLogin } from './refused-logins.ts';
import type { Saw, Trying } from './saw.ts';
import { answers, fileSets, setting } from './settings.ts';
import { passwords } from './passwords.ts';
import { moved, unused, userExists, userHas, userKept } from './users.ts';

const ways: { readonly [K in Claim['claim']]: Trying<K> } = {
  answers,
  setting,
  'file-sets': fileSets,
  'user-exists': userExists,
  'user-has': userHas,
  passwords,
  'user-kept': userKept,
  login,
  command,
  port,
  serves,
  'client-certificate': clientCertificate,
  access,
  'runs-as': runsAs,
  'no-new-privileges': noNewPrivileges,
  unused,
  moved,
  'no-refused-login': noRefusedLogin,
  replicates,
  'firewall-allows': firewallAllows,
};

/** Tries a claim, once, harmlessly. */
export const tryClaim = (claim: Claim, site: Site): Promise<Saw> =>
  (ways[claim.claim] as Trying<Claim['claim']>)(claim, site);
