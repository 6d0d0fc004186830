import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { identity, settings, user } from '../../example-facts.ts';
import { hasChannelRules } from '../../readings/release.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'New users get every channel without being given it',
  severity: 'low',
  why: 'acl-pubsub-default allchannels, the default before 7.0, gives each new user all channels. From 7.0 on the default is resetchannels: users that never had a rule for channels then lose PUBLISH at the upgrade, which comes as a surprise.',
  remedy:
    'Give the users that need it their channels (&app:*), then set acl-pubsub-default resetchannels; before an upgrade to 7.0 in any case.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['settings', 'users', 'identity'],
  judge({ settings: values, users, identity: who }) {
    if (hasChannelRules(who) === false) return notApplicable('this version has no rules for channels');
    const value = textOf(values, 'acl-pubsub-default');
    if (value === undefined) return notApplicable('the server has no acl-pubsub-default');
    if (!users.some(({ name }) => name !== 'default'))
      return notApplicable('there is no user beside default');
    return failEach(
      value === 'allchannels'
        ? [
            fault(
              'acl-pubsub-default is allchannels',
              [{ kind: 'setting', name: 'acl-pubsub-default', value: 'resetchannels' }],
              {
                where: values['acl-pubsub-default']?.where,
              },
            ),
          ]
        : [],
    );
  },
  examples: {
    good: {
      'the default since 7.0': {
        settings: settings({ 'acl-pubsub-default': 'resetchannels' }),
        users: [user('default'), user('app')],
        identity: identity(),
      },
    },
    bad: {
      'put back after an upgrade': {
        settings: settings({ 'acl-pubsub-default': 'allchannels' }),
        users: [user('default'), user('app')],
        identity: identity(),
      },
      'the default of 6.2': {
        settings: settings({ 'acl-pubsub-default': 'allchannels' }, 'default'),
        users: [user('default'), user('app')],
        identity: identity({ version: '6.2.16' }),
      },
    },
    other: {
      '6.0 has none': {
        facts: {
          settings: {},
          users: [user('default'), user('app')],
          identity: identity({ version: '6.0.20' }),
        },
        verdict: 'not-applicable',
      },
      'only default': {
        facts: {
          settings: settings({ 'acl-pubsub-default': 'allchannels' }),
          users: [user('default')],
          identity: identity(),
        },
        verdict: 'not-applicable',
      },
    },
  },
});
