import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { isShared } from '../../readings/places.ts';
import { file } from '../../example-facts.ts';
import { closedToOthers, othersMay, present } from '../../readings/modes.ts';

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

export default defineCheck({
  title: 'Every user of the host may read the data on disk',
  severity: 'medium',
  why: 'The dump and the append-only file hold every key; no password of the server guards them. The server makes them with mode 0644 unless its umask says otherwise, so the data folder has to keep others out.',
  remedy:
    'Close the data folder (chmod 750) and the files in it, and set UMask=0077 in the unit. Where the folder is one that others use too (/tmp, /var), move the data to one of the server’s own instead.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/'],
  needs: ['files'],
  judge({ files }) {
    const data = present(files, 'dump', 'aof');
    if (data.length === 0) return notApplicable('no data is on disk');
    const folders = present(files, 'dir');
    const closed = (path: string): boolean =>
      folders.some(
        (folder) => folder.path.replace(/\/$/, '') === folderOf(path) && !othersMay('enter', folder.mode),
      );
    return failEach(
      data
        .filter(
          ({ path, mode, kind }) => othersMay(kind === 'directory' ? 'enter' : 'read', mode) && !closed(path),
        )
        .map(({ path, mode }) =>
          fault(
            `${path} has mode ${mode}`,
            [
              { kind: 'file', path, mode: closedToOthers(mode) },
              isShared(folderOf(path))
                ? { kind: 'setting', name: 'dir', ask: 'a folder of the server’s own, mode 750' }
                : { kind: 'file', path: folderOf(path), mode: '0750' },
            ],
            { where: { file: path } },
          ),
        ),
    );
  },
  examples: {
    good: {
      'the folder keeps them out': {
        files: [
          file('/var/lib/redis', 'dir', { kind: 'directory', mode: '0750' }),
          file('/var/lib/redis/dump.rdb', 'dump', { mode: '0644' }),
        ],
      },
      'the file does': {
        files: [
          file('/var/lib/redis', 'dir', { kind: 'directory', mode: '0755' }),
          file('/var/lib/redis/dump.rdb', 'dump', { mode: '0600' }),
        ],
      },
    },
    bad: {
      'neither does': {
        files: [
          file('/data', 'dir', { kind: 'directory', mode: '0755' }),
          file('/data/dump.rdb', 'dump', { mode: '0644' }),
          file('/data/appendonlydir', 'aof', { kind: 'directory', mode: '0755' }),
        ],
      },
    },
    other: {
      'nothing saved': {
        facts: { files: [file('/data', 'dir', { kind: 'directory' })] },
        verdict: 'not-applicable',
      },
    },
  },
});
