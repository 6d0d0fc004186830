import { describe, expect, it } from 'vitest';
import { secretPartOf } from './secret-argument.ts';

const parts = (line: string): string => {
  const [name = '', ...args] = line.split(' ');
  return args
    .map((arg, index) => {
      const part = secretPartOf(name, args, index);
      if (part === 'after-sign') return `${arg[0]}*`;
      if (part === 'after-equals') return `${arg.split('=', 1)[0]}=*`;
      return part === 'all' ? '*' : arg;
    })
    .join(' ');
};

describe('a line of a configuration', () => {
  it.each([
    ['requirepass hunter2', '*'],
    ['masterauth hunter2', '*'],
    ['tls-key-file-pass hunter2', '*'],
    ['some-module.token a b', '* *'],
    ['rename-command CONFIG cfg-7f', 'CONFIG *'],
    ['user app on >hunter2 #aa ~* +@all', 'app on >* #* ~* +@all'],
    ['sentinel auth-pass main hunter2', 'auth-pass main *'],
    ['sentinel sentinel-pass hunter2', 'sentinel-pass *'],
    ['sentinel rename-command main CONFIG cfg-7f', 'rename-command main CONFIG *'],
    ['sentinel monitor main 10.0.0.1 6379 2', 'monitor main 10.0.0.1 6379 2'],
    ['loadmodule /m.so PASSWORD hunter2 token=x size=3', '/m.so PASSWORD * token=* size=3'],
    ['bind 10.0.0.1', '10.0.0.1'],
  ])('%s', (line, shown) => {
    expect(parts(line)).toBe(shown);
  });
});
