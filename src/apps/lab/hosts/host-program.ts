import { answerQuestions } from './answering.ts';

/** A host of the lab by itself, so that in a checkout it loads what it needs and not all of Keyward. */
await answerQuestions();
process.exit();
