import type { Plan } from '../model/index.ts';

/**
 * A plan in the form of another tool, for those who apply by other means. Pure: the same plan gives the same text. It
 * holds no secret, since the plan holds none: the tool's own way to secrets stands in their place. What the form
 * cannot say is listed in it as a comment, never left out in silence.
 */
export interface Rendering {
  readonly title: string;
  readonly mediaType: string;
  /** Of a file that holds it, with the dot. */
  readonly extension: string;
  /** `answers` are those that the plan was made with: what only the user knows, and the plan has no place for. */
  readonly render: (plan: Plan, answers?: ReadonlyMap<string, string>) => string;
}

/**
 * @example export default defineRendering({ title: 'Titles', mediaType: 'text/plain', extension: '.txt',
 *   render: ({ steps }) => steps.map(({ title }) => `# ${commentText(title)}\n`).join('') });
 */
export const defineRendering = (source: Rendering): Rendering => source;

/** A form as its registry has it: its words at once, the rest when it is asked for. */
export interface RenderingEntry extends Pick<Rendering, 'title' | 'mediaType' | 'extension'> {
  readonly load: () => Promise<Rendering>;
}
