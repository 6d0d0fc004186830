import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { aclFile, conf, processFacts, secret, settings, user } from '../../example-facts.ts';
import { secretOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The running password is not the one in the files',
  severity: 'medium',
  why: 'CONFIG SET requirepass by a stranger locks the owner out, and is one way to hold a server for ransom. When the owner did it, the next restart brings the old state back: perhaps no password at all.',
  remedy:
    'Ask who set it. If it is yours, write it down with CONFIG REWRITE (or ACL SAVE); if not, look for other signs of an intruder.',
  links: ['https://redis.io/docs/latest/commands/config-rewrite/'],
  needs: ['settings', 'conf'],
  uses: ['process', 'aclFile'],
  judge({ settings: values, conf: file }, { process, aclFile: acl }) {
    const now = secretOf(values, 'requirepass');
    if (now === undefined || values.requirepass?.from !== 'runtime')
      return notApplicable('no password was read from the running server');
    const written = secretOf(file.settings, 'requirepass');
    const inFiles = [...file.users, ...(acl.known ? acl.value.users : [])]
      .filter(({ name }) => name === 'default')
      .flatMap(({ passwords }) => passwords);
    const notes = [...(written ? [written] : []), ...inFiles];
    if (notes.some(({ same }) => same === now.same)) return pass;
    if (process.known && process.value.secretArguments.some((argument) => argument.includes('requirepass')))
      return pass;
    // The server overwrites its arguments, so a password given there may not be seen.
    return failEach([
      fault(
        notes.length > 0
          ? `${file.path} or the ACL file holds another password for the default user`
          : 'no file holds a password for the default user; perhaps the command line did',
        [{ kind: 'investigate', what: 'who set requirepass on the running server' }],
        { severity: notes.length > 0 ? 'medium' : 'low' },
      ),
    ]);
  },
  examples: {
    good: {
      'the same': {
        settings: settings({ requirepass: secret('strong', 'a') }),
        conf: conf({ settings: { requirepass: secret('strong', 'a') } }),
      },
      'from the command line': {
        settings: settings({ requirepass: secret('strong', 'a') }),
        conf: conf(),
        process: processFacts({ secretArguments: ['--requirepass'] }),
      },
      'in the ACL file': {
        settings: settings({ requirepass: secret('strong', 'a') }),
        conf: conf(),
        aclFile: aclFile([user('default', { passwords: [secret('strong', 'a')] })]),
      },
    },
    bad: {
      'in no file': {
        settings: settings({ requirepass: secret('fair', 'a') }),
        conf: conf(),
        process: processFacts(),
      },
      'another one in the file': {
        settings: settings({ requirepass: secret('fair', 'a') }),
        conf: conf({ settings: { requirepass: secret('strong', 'b') } }),
      },
    },
    other: {
      'no password': {
        facts: { settings: settings({ requirepass: secret('empty') }), conf: conf() },
        verdict: 'not-applicable',
      },
      'only files were read': {
        facts: {
          settings: settings({ requirepass: secret('fair') }, 'file'),
          conf: conf({ settings: { requirepass: secret('fair') } }),
        },
        verdict: 'not-applicable',
      },
    },
  },
});
