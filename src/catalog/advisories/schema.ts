import { z } from 'zod';
import { products } from '../../lang/version/index.ts';

/**
 * The shape of the data, for tests and scripts only: importing zod would cost every start of the program. The types in
 * types.ts say the same by hand, and a test holds both together.
 */
const version = z.string().regex(/^\d+\.\d+\.\d+(-rc\d+)?$/);
const command = z.string().regex(/^[a-z][a-z0-9._-]*(\|[a-z-]+)?$/);
const directive = z.string().regex(/^[a-z][a-z0-9-]*$/);
const sentence = z
  .string()
  .min(20)
  .max(300)
  .regex(/^[A-Z].*\.$/);

const range = z.strictObject({
  branch: z.string().regex(/^(\d+\.\d+|\*)$/),
  introduced: version.exactOptional(),
  fixed: z.union([version, z.enum(['never', 'none', 'unstated'])]),
});

const ranges = z.strictObject({
  since: version.exactOptional(),
  branches: z.array(range).min(1).readonly(),
  belowUnknown: z.boolean().exactOptional(),
  note: z.string().exactOptional(),
});

const setting = z.strictObject({ directive, value: z.string() });

export const advisorySchema = z.strictObject({
  id: z.string().regex(/^(CVE-\d{4}-\d{4,6}|REDIS-SEC-\d{4}-\d{2}-[a-z]+)$/),
  title: z.string().min(10).max(100).regex(/[^.]$/),
  summary: sentence,
  severity: z.enum(['critical', 'high', 'medium', 'low', 'info']),
  severityReason: sentence,
  effects: z
    .array(z.enum(['code-execution', 'crash', 'exhaustion', 'data-leak', 'bypass']))
    .min(1)
    .readonly(),
  prerequisites: z
    .array(
      z.union([
        z.enum([
          'unauth',
          'auth',
          'lua',
          'restore',
          'admin',
          'acl',
          'bus',
          'replica',
          'sentinel',
          'tls',
          'local',
        ]),
        z.enum([
          'client-tool',
          'ssrf',
          'module',
          'build:32bit',
          'build:debian',
          'build:allocator',
          'build:windows',
        ]),
        z.templateLiteral(['module:', z.string().regex(/^[a-z]+$/)]),
      ]),
    )
    .min(1)
    .readonly(),
  reach: z.strictObject({
    from: z.enum(['network', 'session', 'bus', 'replication', 'local', 'client']),
    commands: z.array(z.array(command).min(1).readonly()).readonly(),
    directives: z.array(directive).min(1).readonly().exactOptional(),
  }),
  products: z.partialRecord(
    z.enum(products),
    z.union([ranges, z.strictObject({ notAffected: z.string().min(10) })]),
  ),
  confidence: z.enum(['A', 'B', 'C']),
  source: z.string().min(10),
  related: z.array(z.string()).min(1).readonly().exactOptional(),
  knownExploited: z.string().exactOptional(),
  disputed: z.literal(true).exactOptional(),
  needsSetting: setting.extend({ or: setting.exactOptional() }).exactOptional(),
  inLua: z.literal(true).exactOptional(),
});
