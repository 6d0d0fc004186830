import { defineCheck, failEach, fault, notApplicable, pass, undecided } from '../../define-check.ts';
import { closeDefault } from '../../readings/default-user.ts';
import { identity, settings, user } from '../../example-facts.ts';
import { boundAddresses, isLoopback } from '../../readings/listening.ts';
import { hasSwitches } from '../../readings/release.ts';
import { textOf } from '../../readings/values.ts';
import type { Setting } from '../../../model/index.ts';

/** What CONFIG GET shows where no line was written. */
const unwritten = new Set(['', '* -::*']);

const isWritten = (bind: Setting | undefined): boolean =>
  bind !== undefined &&
  bind.from !== 'default' &&
  (bind.where !== undefined ||
    bind.from === 'file' ||
    (typeof bind.value === 'string' && !unwritten.has(bind.value)));

export default defineCheck({
  title: 'A bind line switches protected mode off',
  severity: 'high',
  why: 'Up to Redis 6.2, and in KeyDB, protected mode acts only where there is no bind line at all. `bind 0.0.0.0` beside `protected-mode yes` looks guarded and answers everybody. The same file is closed from Redis 7.0 on, and in Valkey.',
  remedy:
    'Give the default user a password now; do not count on protected mode. Then bind only the addresses that clients use, and move to a version that is still mended.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/#protected-mode'],
  needs: ['settings', 'identity', 'users'],
  judge({ settings: values, identity: who, users }) {
    if (textOf(values, 'protected-mode') !== 'yes')
      return notApplicable('there is no protected mode here, or it is off');
    const ignoresBind = hasSwitches(who);
    if (ignoresBind === true) return notApplicable('this version does not look at bind');
    const open = users.some(({ name, noPassword, enabled }) => name === 'default' && enabled && noPassword);
    const elsewhere = boundAddresses(values).filter((address) => !isLoopback(address));
    if (!open || !isWritten(values.bind) || elsewhere.length === 0) return pass;
    if (ignoresBind === undefined) return undecided('the version is not known, and it decides');
    return failEach([
      fault(
        `protected-mode is yes, the default user has no password, and bind ${textOf(values, 'bind') ?? ''} makes it nothing`,
        [closeDefault(users)],
        { opens: { as: 'default' }, where: values.bind?.where },
      ),
    ]);
  },
  examples: {
    good: {
      'no bind line': {
        settings: settings({ 'protected-mode': 'yes', bind: '' }),
        identity: identity({ version: '5.0.14' }),
        users: [user('default', { noPassword: true, passwords: [] })],
      },
      'loopback only': {
        settings: settings({ 'protected-mode': 'yes', bind: '127.0.0.1 -::1' }),
        identity: identity({ version: '6.2.16' }),
        users: [user('default', { noPassword: true, passwords: [] })],
      },
      'a password': {
        settings: settings({ 'protected-mode': 'yes', bind: '0.0.0.0' }),
        identity: identity({ version: '6.2.16' }),
        users: [user('default')],
      },
    },
    bad: {
      'Redis 6.2': {
        settings: settings({ 'protected-mode': 'yes', bind: '0.0.0.0' }),
        identity: identity({ version: '6.2.16' }),
        users: [user('default', { noPassword: true, passwords: [] })],
      },
      KeyDB: {
        settings: settings({ 'protected-mode': 'yes', bind: '10.0.0.5' }, 'file'),
        identity: identity({ product: 'keydb', version: '6.3.4' }),
        users: [user('default', { noPassword: true, passwords: [] })],
      },
    },
    other: {
      'Redis 7.0 and later': {
        facts: {
          settings: settings({ 'protected-mode': 'yes', bind: '0.0.0.0' }),
          identity: identity({ version: '7.0.15' }),
          users: [user('default', { noPassword: true, passwords: [] })],
        },
        verdict: 'not-applicable',
      },
      'an unknown version': {
        facts: {
          settings: settings({ 'protected-mode': 'yes', bind: '0.0.0.0' }),
          identity: { product: 'redis', doubts: [], because: [] },
          users: [user('default', { noPassword: true, passwords: [] })],
        },
        verdict: 'unknown',
      },
    },
  },
});
