export { mayAnswerAutomatically } from './automatic-answers.ts';
export { plainReading, type ReadAttachment, type Reading } from './intake.ts';
export { keepSms } from './keep-sms.ts';
export { seedLexicon } from './lexicon-store.ts';
export type { IntakePorts } from './ports.ts';
export { type FormWords, type Received, receiveForm } from './receive.ts';
export { createIntake } from './work-off.ts';
