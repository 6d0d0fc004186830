import { readSecrets } from '../../../adapters/journal/secrets-file.ts';
import { startApplication, type Application, type Served } from '../application.ts';
import { tryAt } from '../stranger.ts';
import type { Answered, Asked, Question, Questions } from './questions.ts';

type Answers = {
  readonly [Name in Question]: (given: Questions[Name]['with']) => Promise<Questions[Name]['answer']>;
};

/** What a host around the server does: it answers what the lab asks, until the lab is gone. */
export async function answerQuestions(): Promise<void> {
  let applications: readonly Application[] = [];
  const answers: Answers = {
    try: ({ at, login }) => tryAt(at, login),
    application: async ({ at, secretsFile }) => {
      applications = at.map((address) => startApplication(address, secretsFile));
      return 'started';
    },
    served: async () => together(await Promise.all(applications.map((one) => one.stop()))),
    prove: async ({ plan, secretsFile, ...how }) => {
      const { trialsOutside } = await import('../../library/change/prove-from.ts');
      return trialsOutside(plan, readSecrets(secretsFile)?.secrets ?? {}, how);
    },
  };
  process.on('message', ({ id, question, with: given }: Asked) => {
    void (answers[question] as (given: unknown) => Promise<unknown>)(given).then(
      (answer) => process.send?.({ id, answer } satisfies Answered),
      (error: unknown) =>
        process.send?.({
          id,
          failed: error instanceof Error ? error.message : String(error),
        } satisfies Answered),
    );
  });
  process.send?.({ id: 0, answer: 'ready' } satisfies Answered);
  await new Promise<void>((gone) => process.once('disconnect', () => gone()));
}

const together = (all: readonly Served[]): Served => ({
  requests: all.reduce((sum, { requests }) => sum + requests, 0),
  lost: all.reduce((sum, { lost }) => sum + lost, 0),
  errors: all.flatMap(({ errors }) => errors),
  moves: all.reduce((sum, { moves }) => sum + moves, 0),
});
