/** What a plan would change, as a person reads it: diffs and commands without secrets. */
export { previewSteps, type PreviewSources } from './preview-steps.ts';
