/** Where a path leads from a folder, as far as names alone tell: no link is followed. */
export function absolutePath(path: string, from: string | undefined): string {
  const start = path.startsWith('/') || from === undefined ? path : `${from}/${path}`;
  if (!start.startsWith('/')) return start;
  const parts: string[] = [];
  for (const part of start.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
