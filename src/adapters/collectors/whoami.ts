import { known, unknown } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { defineLive, refusal, textOf } from './define-live.ts';

/** Who we are while asking; before 6.0 there is only one. */
export default defineLive({
  fact: 'whoami',
  ask: [question('ACL WHOAMI')],
  read([answer]) {
    const why = refusal(answer, 'ACL WHOAMI');
    if (why || !answer || failed(answer)) return why ?? unknown('not-asked', 'ACL WHOAMI');
    const name = textOf(answer.value);
    return name === undefined ? unknown('unreadable', 'ACL WHOAMI is no text') : known(name, 'ACL WHOAMI');
  },
});
