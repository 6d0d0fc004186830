/** What all readers of firewalld's words share: where a word stands, and whom to tell what is wrong. */
import type { Position, RuleProblem } from '../../../lang/packets/index.ts';
import type { XmlElement } from './xml.ts';

const longestText = 300;
const mostProblems = 1000;

export class Reading {
  readonly problems: RuleProblem[] = [];

  note(at: Position, reason: string, fatal = false): void {
    // A file of a million wrong lines needs no million sentences.
    if (this.problems.length < mostProblems) this.problems.push({ at, reason, fatal });
  }
}

/** An element as a person would look for it. */
export function positionOf(element: XmlElement, file: string): Position {
  const attributes = Array.from(element.attributes, ([name, value]) => ` ${name}="${value}"`).join('');
  return { file, line: element.line, text: shortened(`<${element.name}${attributes}>`) };
}

export const shortened = (text: string): string =>
  text.length > longestText ? `${text.slice(0, longestText)}…` : text;

export const attribute = (element: XmlElement, name: string): string => element.attributes.get(name) ?? '';

/** `yes` and `true`, as firewalld reads them. */
export const isTrue = (text: string): boolean => /^(?:yes|true)$/i.test(text);
