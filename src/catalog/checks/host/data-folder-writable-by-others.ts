import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { isShared } from '../../readings/places.ts';
import { file } from '../../example-facts.ts';
import { isSticky, othersMay, present } from '../../readings/modes.ts';

export default defineCheck({
  title: 'Every user of the host may write into the data folder',
  severity: 'high',
  why: 'The dump is loaded at the next start as it lies there: whoever may swap it has changed every key, and a crafted one uses holes of the loader. A link in its place makes the server write where the link leads.',
  remedy:
    'Close the data folder: chmod 750, owned by the server’s user. Where it is one that others use too (/tmp, /var), leave its mode alone and move the data to a folder of the server’s own, with dir in the configuration file.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/'],
  needs: ['files'],
  judge({ files }) {
    const found = [
      ...present(files, 'dir'),
      ...present(files, 'aof').filter(({ kind }) => kind === 'directory'),
    ];
    const loose = found.filter(({ mode }) => othersMay('write', mode));
    const dumps = present(files, 'dump', 'aof').filter(
      ({ kind, mode }) => kind === 'file' && othersMay('write', mode),
    );
    if (found.length + dumps.length === 0) return notApplicable('the data folder was not seen');
    return failEach(
      [...loose, ...dumps].map(({ path, mode, kind }) =>
        fault(
          `${path} has mode ${mode}`,
          [
            kind !== 'directory'
              ? { kind: 'file', path, mode: '0640' }
              : isShared(path) || isSticky(mode)
                ? { kind: 'setting', name: 'dir', ask: 'a folder of the server’s own, mode 750' }
                : { kind: 'file', path, mode: '0750' },
          ],
          // Where the sticky bit keeps what is there, only names that are still free can be taken.
          { where: { file: path }, severity: isSticky(mode) ? 'medium' : 'high' },
        ),
      ),
    );
  },
  examples: {
    good: { 'its own': { files: [file('/var/lib/redis', 'dir', { kind: 'directory', mode: '0750' })] } },
    bad: {
      'open to all': { files: [file('/data', 'dir', { kind: 'directory', mode: '0777' })] },
      'a temporary folder': {
        files: [file('/tmp', 'dir', { kind: 'directory', mode: '1777', owner: 'root' })],
      },
      'the dump itself': { files: [file('/var/lib/redis/dump.rdb', 'dump', { mode: '0666' })] },
    },
    other: { 'not seen': { facts: { files: [] }, verdict: 'not-applicable' } },
  },
});
