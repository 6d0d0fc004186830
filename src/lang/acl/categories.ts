/**
 * The categories that follow from a command's flags, as Redis 6.0 derives them. For servers before 6.0,
 * which have none: then an old server's commands can be judged in the same words.
 */
export function deriveCategories(flags: readonly string[]): readonly string[] {
  const has = (flag: string): boolean => flags.includes(flag);
  const categories: string[] = [];
  if (has('readonly')) categories.push('read');
  if (has('write')) categories.push('write');
  if (has('pubsub')) categories.push('pubsub');
  if (has('admin')) categories.push('admin', 'dangerous');
  categories.push(has('fast') ? 'fast' : 'slow');
  return categories;
}
