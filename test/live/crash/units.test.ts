import { describe, it } from 'vitest';
import { keptFromOthers } from '../support/other-accounts.ts';
import { crashMatrix } from '../support/crash/matrix.ts';
import { beginUnit } from '../support/crash/units.ts';

const name = 'a unit that starts it as root, with no walls';

if (keptFromOthers === '') crashMatrix({ name, begin: beginUnit }, { as: 'crash/units', least: 200 });
else
  describe.skip(`every step of a server that has ${name}${keptFromOthers}`, () => {
    it('on each server', () => undefined);
  });
