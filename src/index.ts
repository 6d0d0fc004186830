/** Keyward as a library: what the command line uses, and all that it uses. */
export {
  auditTargets,
  examine,
  type AuditOptions,
  type Login,
  type TlsFiles,
} from './apps/library/audit-targets.ts';
export * from './apps/library/change/index.ts';
export {
  allowSources,
  denySources,
  diffFirewall,
  showFirewall,
  whyFirewall,
  type FirewallChange,
  type FirewallChangeOptions,
  type FirewallOptions,
  type SupposedHost,
} from './apps/library/firewall/index.ts';
export {
  applyCloudChange,
  connectCloud,
  planCloudChange,
  planCloudChangeLive,
  type CloudChange,
  type CloudChangeOptions,
  type CloudConnection,
  type CloudForm,
  type CloudName,
  type CloudOutcome,
  type CloudStep,
  type CloudWish,
  type PlannedCloudChange,
} from './apps/library/firewall/cloud.ts';
export { exitCodeOf } from './apps/library/exit-code.ts';
export { explain, listChecks } from './apps/library/explain.ts';
export { runLab, runLabPart, type LabOptions, type LabOutcome } from './apps/library/run-lab.ts';
export { loadSnapshot, saveSnapshot, type Snapshot } from './apps/library/snapshot.ts';
export { UsageError } from './apps/library/usage-error.ts';
export { version } from './apps/library/version.ts';
export { writeOut } from './apps/library/write-out.ts';
export { printable } from './lang/text/index.ts';
export { checks } from './catalog/checks/index.ts';
export type { Check } from './catalog/define-check.ts';
export type { Report, ReportOptions } from './catalog/define-report.ts';
export { reportNames, reports, type ReportName } from './catalog/reports/index.ts';
export type { ReportEntry } from './catalog/define-report.ts';
export { renderingNames, renderings, type RenderingName } from './catalog/renderings/index.ts';
export { renderFirewall } from './catalog/plan-reports/firewall.ts';
export { renderPlan } from './catalog/plan-reports/plan.ts';
export { renderProof, sayClaim } from './catalog/plan-reports/proof.ts';
export { renderWholeWay, type WholeWay } from './catalog/plan-reports/whole-way.ts';
export * from './model/index.ts';
