/**
 * Words of a line, as iptables-restore cuts it: at blanks and tabs; double quotes hold blanks together and end the
 * word where they close; a backslash means something only between them.
 */
export function wordsOf(line: string): readonly string[] {
  if (!line.includes('"') && !line.includes('\t')) return plainWords(line);
  const words: string[] = [];
  let word = '';
  let quoted = false;
  let open = false;
  const end = (): void => {
    if (word !== '' || quoted) words.push(word);
    word = '';
    quoted = false;
  };
  for (let at = 0; at < line.length; at++) {
    const letter = line.charAt(at);
    if (open) {
      if (letter === '\\') word += line.charAt(++at);
      else if (letter === '"') {
        open = false;
        end();
      } else word += letter;
    } else if (letter === '"') {
      open = true;
      quoted = true;
    } else if (letter === ' ' || letter === '\t') end();
    else word += letter;
  }
  end();
  return words;
}

function plainWords(line: string): readonly string[] {
  const words = line.split(' ');
  return words.includes('') ? words.filter((word) => word !== '') : words;
}

/** Whether a quote is opened and never closed. */
export function hasOpenQuote(line: string): boolean {
  if (!line.includes('"')) return false;
  let open = false;
  for (let at = 0; at < line.length; at++) {
    const letter = line.charAt(at);
    if (open && letter === '\\') at++;
    else if (letter === '"') open = !open;
  }
  return open;
}
