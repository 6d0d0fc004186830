import type { Action } from '../model/index.ts';

/** Whether an action writes that nobody may run a command under its name, once the server has started with it. */
export const renamesAway = (action: Action, command: string): boolean =>
  action.do === 'edit-conf' &&
  action.changes.some(
    (change) => change.do === 'append' && change.name === 'rename-command' && change.args[0] === command,
  );
