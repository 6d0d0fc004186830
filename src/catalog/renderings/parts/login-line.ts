import type { Who } from '../../../model/index.ts';
import { lineParts, type Part } from './words.ts';

/** Servers before 6.0 know no user, and take the password alone; later ones take that for the default user. */
const nameOf = (user: string): readonly string[] => (user === 'default' ? [] : [user]);

/** What somebody says to be let in; `undefined` for whoever the script itself is. */
export function loginLine(who: Who): readonly Part[] | undefined {
  switch (who.kind) {
    case 'nobody':
      return ['PING'];
    case 'wrong':
      return ['AUTH ', ...lineParts([...nameOf(who.user), 'a-password-that-nobody-has'])];
    case 'user':
      return ['AUTH ', ...lineParts([...nameOf(who.user), who.password])];
    case 'operator':
      return undefined;
  }
}
