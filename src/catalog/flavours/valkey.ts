import { measuredFlavour } from './flavour.ts';

export const valkey = measuredFlavour('valkey', { setsBind: '0.0.0', optionalAddresses: '0.0.0' });
