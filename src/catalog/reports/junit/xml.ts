/**
 * XML, written and never read. Texts come printable, so no character is left that XML 1.0 forbids; what is markup
 * is escaped here.
 */
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
};

const attribute = (text: string): string => text.replace(/[&<>"'\n]/g, (char) => escapes[char] ?? char);
export const text = (content: string): string => content.replace(/[&<>]/g, (char) => escapes[char] ?? char);

/** An element with attributes in the order given, and content that is XML already, a line each. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly string[] = [],
): string {
  const head = [
    name,
    ...Object.entries(attributes).map(([key, value]) => `${key}="${attribute(String(value))}"`),
  ].join(' ');
  if (content.length === 0) return `<${head}/>`;
  const inner = content.join('\n');
  return inner.startsWith('<') ? `<${head}>\n${inner}\n</${name}>` : `<${head}>${inner}</${name}>`;
}
