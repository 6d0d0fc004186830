import { measuredFlavour } from './flavour.ts';

export const redis = measuredFlavour('redis', { setsBind: '6.2.0', optionalAddresses: '6.2.0' });
