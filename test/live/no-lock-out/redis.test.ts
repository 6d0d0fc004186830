import { describe } from 'vitest';
import { matrix } from '../support/servers.ts';
import { wholeWay } from './whole-way.ts';

const servers = matrix.filter(({ product, atLeast }) => product === 'redis' && atLeast(6, 0));
if (servers.length === 0) console.warn('skipped: no Redis with users in .cache/servers');

describe.each(servers)('$name, in use all the time', wholeWay);
