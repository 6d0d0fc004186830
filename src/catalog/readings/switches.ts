import { fail, notApplicable, pass } from '../define-check.ts';
import {
  lower,
  type Capability,
  type Fact,
  type Identity,
  type Setting,
  type Severity,
  type UserFacts,
  type Verdict,
} from '../../model/index.ts';
import { hasSwitches } from './release.ts';
import { textOf } from './values.ts';

/**
 * `enable-protected-configs` and its kin: fails where the switch stands at `state`; moot where there is none. Without
 * `can`, the weight is the check's own wherever the server is reached from: `local` is never reached otherwise.
 */
export function switchAt(
  settings: Readonly<Record<string, Setting>>,
  identity: Identity,
  name: string,
  state: 'yes' | 'local',
  can?: readonly Capability[],
  severity?: Severity,
): Verdict {
  const value = textOf(settings, name);
  if (value === undefined || hasSwitches(identity) === false)
    return notApplicable(`this server has no ${name}`);
  if (value !== state) return pass;
  const verdict = fail(`${name} is ${state}`, { kind: 'setting', name, value: 'no' });
  if (verdict.kind !== 'fail') return verdict;
  const where = settings[name]?.where;
  return {
    kind: 'fail',
    faults: verdict.faults.map((one) => ({
      ...one,
      ...(can ? { opens: { can } } : {}),
      ...(severity ? { severity } : {}),
      ...(where ? { where } : {}),
    })),
  };
}

/** One level less where nobody gets in without a password: then only somebody who is trusted with one can use the switch. */
export const behindPasswords = (users: Fact<readonly UserFacts[]>, severity: Severity): Severity =>
  users.known && !users.value.some(({ enabled, noPassword }) => enabled && noPassword)
    ? lower(severity, 1)
    : severity;
