import { accountsOf } from '../accounts.ts';
import { dumpMark, isWormKey } from './marks.ts';
import { type Search, fileText, sign } from './place.ts';

const mostHomes = 200;

/**
 * Keys that open a login: a dump written to ~/.ssh/authorized_keys, or the key of the first worms. Homes on network
 * file systems are left out (`skip`): a server that does not answer would hold the reader for ever.
 */
export function keySigns(search: Search, root: string, skip: (path: string) => boolean): void {
  const homes = new Set(['/root', ...accountsOf(root).users.map(({ home }) => home)]);
  const real = [...homes].filter(
    (home) =>
      home.startsWith('/') &&
      home !== '/' &&
      !/^\/(nonexistent|dev|proc|bin|sbin|usr\/s?bin)(\/|$)/.test(home),
  );
  for (const home of real.slice(0, mostHomes)) {
    if (skip(home)) {
      search.unread.add(`${home} (on a network file system)`);
      continue;
    }
    for (const name of ['authorized_keys', 'authorized_keys2']) {
      const path = `${home.replace(/\/+$/, '')}/.ssh/${name}`;
      const text = fileText(search, root, path, 262_144);
      if (text === undefined) continue;
      const mark = dumpMark(text);
      if (mark !== undefined) sign(search, 'authorized-keys', path, mark);
      else if (text.split('\n').some(isWormKey))
        sign(search, 'authorized-keys', path, 'has a key with the comment crackit');
    }
  }
}

/** Libraries that some products load into every process on purpose. */
const innocent =
  /(libjemalloc|libtcmalloc|libsnoopy|snoopy|libkeepalive|libnss|dynatrace|oneagent|liboneagentproc|libcyg|libarmmem|libcofi|faketime|libeatmydata|libstdbuf)/i;

/**
 * /etc/ld.so.preload: a library in it is loaded into every program, the way of rootkits that hide miners from ps. Most
 * hosts have no such file. What is known to be there on purpose (Dynatrace, snoopy, Raspberry Pi's libarmmem, an
 * allocator) is left out when it lies in a folder of the system.
 */
export function preloadSigns(search: Search, root: string): void {
  const path = '/etc/ld.so.preload';
  const text = fileText(search, root, path, 16_384);
  if (text === undefined) return;
  const libraries = text
    .split('\n')
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '');
  const foreign = libraries.filter(
    (library) => !(innocent.test(library) && /^\/(usr|lib|opt|\$LIB)/.test(library)),
  );
  if (foreign.length > 0)
    sign(search, 'ld-so-preload', path, `loads ${foreign.join(' ')} into every program`);
}
