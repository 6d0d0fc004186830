/** What Keyward knows: checks, advisories, reports. */
export { checks } from './checks/index.ts';
export {
  defineCheck,
  themes,
  type Check,
  type CheckBody,
  type CheckSource,
  type Example,
  type Theme,
} from './define-check.ts';
export { advisories, advisoriesFor, endOfLife, floorFor } from './advisories/index.ts';
export type { Advisory, Judgement } from './advisories/index.ts';
export { reportNames, reports, type ReportName } from './reports/index.ts';
