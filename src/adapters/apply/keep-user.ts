import { bundledCommands, parseAclFile } from '../../lang/acl/index.ts';
import { decodeText, edit, encodeText, parseConf, printConf } from '../../lang/conf/index.ts';
import type { Action, PlanNode } from '../../model/index.ts';
import { assertLoads } from './edit-conf.ts';
import { rewrite } from './files.ts';
import { tableProduct } from './product.ts';
import type { Site } from './site.ts';
import { nameIn, rulesIn } from './user-text.ts';
import { userLine } from './users.ts';

/** The user as the running server has it, in the file from which the server will take it at its next start. */
export async function keepUser(site: Site, action: Extract<Action, { do: 'keep-user' }>): Promise<void> {
  const { path, user, file } = action;
  const place = site.place();
  const { users, line } = await userLine(site, user);
  if (!users) throw new Error(`${site.node.id} has no users`);
  const old = await place.read(path);
  if (!old) throw new Error(`${path} is not there on ${place.name}`);
  const bytes = file === 'aclfile' ? inAclFile(old.bytes, user, line) : inConf(old.bytes, user, line);
  if (file === 'conf') await assertLoads(place, site.node, path, old.bytes, bytes);
  else await assertAclLoads(site.node, path, old.bytes, bytes);
  await rewrite(place, path, bytes, old);
}

/** The last line of that user becomes `line`, others of the same name go; all else stays as it is. */
export function inAclFile(bytes: Uint8Array, user: string, line: string | undefined): Buffer {
  const text = decodeText(bytes);
  const lines = text.split('\n');
  const own = lines.flatMap((one, index) => (nameIn(one) === user ? [index] : []));
  const at = own.at(-1);
  const kept = lines.flatMap((one, index) => {
    if (!own.includes(index)) return [one];
    return index === at && line !== undefined ? [line] : [];
  });
  if (at === undefined && line !== undefined) {
    if (kept.at(-1) === '') kept.pop();
    kept.push(line, '');
  }
  return Buffer.from(encodeText(kept.join('\n')));
}

/** The same for `user` lines of a redis.conf. */
export function inConf(bytes: Uint8Array, user: string, line: string | undefined): Uint8Array {
  const doc = parseConf(bytes);
  const present = doc.lines.flatMap((one) =>
    one.kind === 'directive' && one.name === 'user' ? [one.args] : [],
  );
  const at = present.findLastIndex(([name]) => name === user);
  const own = line === undefined ? undefined : [user, ...rulesIn(line)];
  const lines = present.flatMap((args, index) => {
    if (args[0] !== user) return [args];
    return index === at && own ? [own] : [];
  });
  if (at < 0 && own) lines.push(own);
  const { value, problems } = edit(doc, [{ do: 'replace', name: 'user', lines }]);
  if (problems.length > 0) throw new Error(`the user was not written: ${problems.join('; ')}`);
  return printConf(value);
}

async function assertAclLoads(
  node: PlanNode,
  path: string,
  before: Uint8Array,
  after: Uint8Array,
): Promise<void> {
  const product = tableProduct(node);
  const { version } = node;
  const context = { product, version, commands: await bundledCommands(product, version) };
  // Commands of modules are none that we know; the server does.
  const reasons = (bytes: Uint8Array): readonly string[] =>
    parseAclFile(bytes, context)
      .problems.filter(({ code }) => code !== 'unknown-command')
      .map(({ message }) => message);
  const known = new Set(reasons(before));
  const fresh = reasons(after).find((reason) => !known.has(reason));
  if (fresh !== undefined)
    throw new Error(`${path} was not written: the server would not take it (${fresh})`);
}
