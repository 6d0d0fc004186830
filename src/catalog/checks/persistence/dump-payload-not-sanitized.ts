import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { grant, settings } from '../../example-facts.ts';
import { isOwner, permits } from '../../readings/grants.ts';
import { listed, textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'Values from RESTORE and from a master are not checked',
  severity: 'low',
  why: 'RESTORE and replication bring serialized values that are believed to be well formed. Crafted ones have led to memory faults year after year; with sanitize-dump-payload they are walked through first, at some cost of time.',
  remedy:
    'Set sanitize-dump-payload clients (or yes), and take RESTORE and MIGRATE from users that do not need them.',
  links: ['https://redis.io/docs/latest/commands/restore/'],
  needs: ['settings'],
  uses: ['grants', 'identity'],
  judge({ settings: values }, { grants, identity }) {
    if (identity.known && identity.value.mode === 'sentinel')
      return notApplicable('a Sentinel takes no values');
    const value = textOf(values, 'sanitize-dump-payload');
    if (value === undefined) return notApplicable('this version has no such setting');
    if (value !== 'no') return pass;
    const who = grants.known
      ? grants.value
          .filter((one) => one.enabled && !isOwner(one) && permits(one, 'restore'))
          .map(({ user }) => user)
      : [];
    // The owner may plant whatever he likes without it.
    if (grants.known && who.length === 0) return pass;
    return failEach([
      fault(
        `sanitize-dump-payload is no${who.length > 0 ? `, and RESTORE is open to ${listed(who)}` : ''}`,
        [{ kind: 'setting', name: 'sanitize-dump-payload', value: 'clients' }],
        {
          where: values['sanitize-dump-payload']?.where,
        },
      ),
    ]);
  },
  examples: {
    good: {
      clients: { settings: settings({ 'sanitize-dump-payload': 'clients' }) },
      all: { settings: settings({ 'sanitize-dump-payload': 'yes' }) },
      'only its owner may restore': {
        settings: settings({ 'sanitize-dump-payload': 'no' }),
        grants: [grant('app')],
      },
    },
    bad: {
      'and a user may restore': {
        settings: settings({ 'sanitize-dump-payload': 'no' }),
        grants: [grant('app', { commands: ['get', 'restore'] })],
      },
      'rights are not known': { settings: settings({ 'sanitize-dump-payload': 'no' }) },
    },
    other: { 'before 6.2': { facts: { settings: settings({}) }, verdict: 'not-applicable' } },
  },
});
