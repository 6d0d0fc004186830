import { createElement, type ComponentChildren, type VNode } from 'preact';
import type { Health, Severity } from '../../../model/index.ts';
import { plural } from '../words.ts';

/** Attributes that the page uses; handlers and inline styles are not among them, on purpose. */
type Attributes = Readonly<Record<string, string | number | true>>;

/** An element, by tag. Children are escaped by the renderer, whatever they hold. */
export const h = (tag: string, attributes: Attributes, ...children: ComponentChildren[]): VNode =>
  createElement(tag, attributes, ...children);

/** An element with classes; `div('card high', …)` keeps the tree readable without JSX. */
const element =
  (tag: string) =>
  (names: string, ...children: ComponentChildren[]): VNode =>
    h(tag, names === '' ? {} : { class: names }, ...children);

export const div = element('div');
export const span = element('span');
export const p = element('p');
export const code = element('code');
export const li = element('li');
export const ul = element('ul');
export const ol = element('ol');
export const h3 = element('h3');
export const h4 = element('h4');

/** Words of the catalog, in which backticks mark code. */
export const prose = (text: string): ComponentChildren[] =>
  text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? code('', part) : part));

/** Said to those who do not see the colour. */
export const spoken = (text: string): VNode => span('spoken', text);

export const severityBadge = (severity: Severity): VNode => span(`badge ${severity}`, severity);
export const healthBadge = (health: Health): VNode => span(`badge health-${health}`, health);

export const details = (title: string, ...children: ComponentChildren[]): VNode =>
  h('details', {}, h('summary', {}, title), ...children);

/** Rows of a name and what it is. */
export const facts = (rows: readonly (readonly [string, ComponentChildren])[]): VNode =>
  h('dl', {}, ...rows.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));

/** The first `most`, and how many were left out. */
export function cut<T>(
  all: readonly T[],
  most: number,
  what: string,
  show: (one: T, index: number) => VNode,
): ComponentChildren[] {
  const left = all.length - most;
  return [
    ...all.slice(0, most).map(show),
    ...(left > 0 ? [p('left', `… and ${plural(left, `more ${what}`)}.`)] : []),
  ];
}

export const healthWords: Readonly<Record<Health, string>> = {
  compromised: 'Signs of an intruder',
  exposed: 'Exposed',
  weak: 'Weak',
  unknown: 'Not known',
  sound: 'Sound',
};
