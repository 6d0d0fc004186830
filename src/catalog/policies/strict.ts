import { themes } from '../define-check.ts';
import type { Policy } from './policy.ts';
import { recommended } from './recommended.ts';

export const strict: Policy = {
  name: 'strict',
  title: 'As if the server were already broken into',
  promise:
    'All of recommended; and nothing crosses the network in clear text, clients show certificates, and the server runs as nobody special, shut into a sandbox.',
  covers: [{ themes, from: 'info' }],
  steps: [...recommended.steps, 'tls', 'plain-port', 'client-certificates', 'run-as', 'sandbox'],
};
