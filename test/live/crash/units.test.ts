import { crashMatrix } from '../support/crash/matrix.ts';
import { beginUnit } from '../support/crash/units.ts';

crashMatrix(
  { name: 'a unit that starts it as root, with no walls', begin: beginUnit },
  { as: 'crash/units', least: 200 },
);
