/**
 * The place of a name that stands twice in one object of a JSON text, from 1; `undefined` where there is none. Of two
 * values the last counts, and a reader may well have seen the first. The text must be JSON: nothing else is checked.
 */
export function duplicateName(text: string): { readonly line: number; readonly column: number } | undefined {
  // The names of each object that is open, and nothing for a list.
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '{') open.push(new Set());
    else if (sign === '[') open.push(undefined);
    else if (sign === '}' || sign === ']') open.pop();
    else if (sign === '"') {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names && isName(text, end)) {
        const name = JSON.parse(text.slice(at, end)) as string;
        if (names.has(name)) return placeOf(text, at);
        names.add(name);
      }
      at = end - 1;
    }
  }
  return undefined;
}

/** Behind the quote that closes the string which opens here. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Whether a colon follows. */
function isName(text: string, from: number): boolean {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at++;
  return text[at] === ':';
}

function placeOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return { line, column: at - before.lastIndexOf('\n') };
}
