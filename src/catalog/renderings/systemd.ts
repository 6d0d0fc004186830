import { defineRendering } from '../define-rendering.ts';
import { endStates, withoutRestarts } from './parts/end-state.ts';
import { commented, headLines } from './parts/left-out.ts';
import { commentText } from './parts/words.ts';

const dropIn = /^\/(?:etc|run)\/systemd\/system\/([\w@.:-]+)\.d\/[\w@.:-]+\.conf$/;

export default defineRendering({
  title: 'A drop-in for the unit of the service',
  extension: '.conf',
  mediaType: 'text/plain',
  render(plan) {
    const states = endStates(plan);
    const files = states.flatMap((state) => [...state.files].filter(([path]) => dropIn.test(path)));
    const steps = [...plan.steps, ...plan.held.map(({ step }) => step)];
    const leftOut = steps
      .filter(({ does }) => !does.some((action) => action.do === 'write-file' && dropIn.test(action.path)))
      .filter((step) => plan.steps.includes(step) && step.kind !== 'restart')
      .map((step) => ({ step, why: 'a unit says how the server is started, not what its configuration is' }));
    const parts = files.map(([path, text]) =>
      [
        commented([
          commentText(
            `${path}: systemctl daemon-reload, look at systemd-analyze security, then systemctl restart ${dropIn.exec(path)?.[1] ?? ''}`,
          ),
        ]),
        text.endsWith('\n') ? text : `${text}\n`,
      ].join(''),
    );
    const nothing = parts.length === 0 ? ['', 'This plan changes nothing of a unit.'] : [''];
    return [commented([...headLines(withoutRestarts(plan), leftOut), ...nothing]), ...parts].join('');
  },
});
