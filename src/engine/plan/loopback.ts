import { kindOf } from '../../lang/address/index.ts';

export const isLoopback = (address: string): boolean => kindOf(address) === 'loopback';
