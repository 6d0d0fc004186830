import { measuredFlavour } from './flavour.ts';

/** Follows Redis 6.2, as far as it was looked at: nobody saw it take an address with a leading hyphen. */
export const keydb = measuredFlavour('keydb', { setsBind: '6.0.0', optionalAddresses: undefined });
