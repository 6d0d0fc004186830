import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { grant, identity } from '../../example-facts.ts';
import { isOrdinary, permitted } from '../../readings/grants.ts';
import { hasChannelRules } from '../../readings/release.ts';
import { listed } from '../../readings/values.ts';

const channelCommands = ['publish', 'spublish', 'subscribe', 'psubscribe', 'ssubscribe'] as const;

export default defineCheck({
  title: 'A user reads and sends on every channel',
  severity: 'info',
  why: 'Channels carry other applications’ events, keyspace notifications with key names, and __sentinel__:hello, on which Sentinels believe what they hear.',
  remedy:
    'Name the channels that the user’s application needs: ACL SETUSER name resetchannels &app:*. A user that uses none needs only resetchannels.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['grants', 'identity'],
  judge({ grants, identity: who }) {
    if (hasChannelRules(who) === false) return notApplicable('this version has no rules for channels');
    const ordinary = grants.filter(isOrdinary);
    if (ordinary.length === 0) return notApplicable('there is no user for an application');
    return failEach(
      ordinary.flatMap((entry) => {
        const commands = permitted(entry, channelCommands);
        if (!entry.allChannels || commands.length === 0) return [];
        return [
          fault(`user ${entry.user} may run ${listed(commands)} on every channel`, [
            { kind: 'investigate', what: `which channels the application of ${entry.user} uses` },
          ]),
        ];
      }),
    );
  },
  examples: {
    good: {
      'no channels': {
        grants: [grant('app', { allChannels: false, commands: ['publish'] })],
        identity: identity(),
      },
      'no command for channels': { grants: [grant('app')], identity: identity() },
    },
    bad: {
      '&*': { grants: [grant('app', { commands: ['get', 'publish', 'subscribe'] })], identity: identity() },
    },
    other: {
      'before 6.2': {
        facts: {
          grants: [grant('app', { commands: ['publish'] })],
          identity: identity({ version: '6.0.20' }),
        },
        verdict: 'not-applicable',
      },
    },
  },
});
