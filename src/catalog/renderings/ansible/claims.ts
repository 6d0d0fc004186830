import type { Claim, PlanNode } from '../../../model/index.ts';
import { loginLine } from '../parts/login-line.ts';
import { expressionPattern, holdable, literal, template } from './jinja.ts';
import { answers, userLine } from './actions.ts';
import { asked, read, redisCli, type Task } from './redis-cli.ts';

/** Why a playbook cannot wait for it: then it must not do the step either. */
export const cannotWait = (claim: Claim, node: PlanNode): string | undefined =>
  guard(claim, node) === undefined
    ? `it must wait until this holds: ${claim.claim}${'user' in claim ? ` ${claim.user}` : ''}`
    : undefined;

export function guard(claim: Claim, node: PlanNode): Task | undefined {
  return claim.claim === 'unused' ? unused(claim, node) : proof(claim, node);
}

/** `undefined`: a playbook cannot prove it, and leaves it to `keyward prove`. */
export function proof(claim: Claim, node: PlanNode): Task | undefined {
  switch (claim.claim) {
    case 'answers':
      return answers(node);
    case 'setting':
      return typeof claim.value === 'string' && holdable(claim.value)
        ? read(
            `${claim.name} is as set`,
            node,
            `CONFIG GET "${claim.name.replaceAll(/["\\\r\n]/g, '')}"`,
            'keyward_value',
            {
              failed_when: `keyward_value.stdout_lines | last != '2) "' ~ ${literal(claim.value)} ~ '"'`,
            },
          )
        : undefined;
    case 'user-exists':
      return read(
        `User ${claim.user} is ${claim.exists ? 'there' : 'gone'}`,
        node,
        'ACL LIST',
        'keyward_users',
        {
          failed_when: `(${userLine('keyward_users', claim.user)}) ${claim.exists ? '==' : '!='} ''`,
        },
      );
    case 'login': {
      const line = loginLine(claim.as);
      if (line === undefined) return undefined;
      const who = 'user' in claim.as ? claim.as.user : 'nobody';
      return redisCli(
        `${who} is ${claim.accepted ? 'let in' : 'turned away'}`,
        node,
        `${template(line)}\nPING`,
        {
          register: 'keyward_login_tried',
          changed_when: false,
          check_mode: false,
          failed_when: `keyward_login_tried.stdout is ${claim.accepted ? 'not ' : ''}match('^(OK|PONG)\\nPONG$')`,
        },
      );
    }
    default:
      return undefined;
  }
}

/** One line a client: quoted answers have their line breaks as two letters. */
const clients =
  "keyward_clients.stdout.split('\\\\n') | select('search', 'id=[0-9]') | reject('search', ' name=keyward-plan ')";

function unused(claim: Extract<Claim, { claim: 'unused' }>, node: PlanNode): Task {
  const users =
    'user' in claim
      ? `(${clients} | select('search', ${literal(` user=${expressionPattern(claim.user)} `)}) | list | length) == 0`
      : `(${clients} | reject('search', ' laddr=') | list | length) == 0 and (${clients} | select('search', ${literal(` laddr=[^ ]*:${claim.port} `)}) | list | length) == 0`;
  const what = 'user' in claim ? `user ${claim.user}` : `port ${claim.port}`;
  return asked(
    `Nobody but ourselves uses ${what}`,
    node,
    [['CLIENT SETNAME keyward-plan'], ['CLIENT LIST']],
    {
      register: 'keyward_clients',
      until: users,
      retries: '{{ keyward_patience | int }}',
      delay: 1,
      changed_when: false,
      check_mode: false,
    },
  );
}
