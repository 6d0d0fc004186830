import { known, unknown } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { defineLive, listOf, refusal, textOf } from './define-live.ts';
import { userFromWords } from './user-words.ts';

// A server with more users than this would be a first; the bound is against one that lies.
const maxUsers = 20_000;

export default defineLive({
  fact: 'aclUsers',
  ask: [question('ACL LIST')],
  async read([answer], { meter, names }) {
    const why = refusal(answer, 'ACL LIST');
    if (why || !answer || failed(answer)) return why ?? unknown('not-asked', 'ACL LIST');
    const lines = listOf(answer.value)
      .slice(0, maxUsers)
      .map((line) => textOf(line) ?? '');
    const users = await Promise.all(
      lines.flatMap((line) => {
        const [word, name, ...words] = line.split(' ');
        return word === 'user' && name !== undefined ? [userFromWords(name, words, meter, names)] : [];
      }),
    );
    return users.length > 0 ? known(users, 'ACL LIST') : unknown('unreadable', 'ACL LIST names no user');
  },
});
