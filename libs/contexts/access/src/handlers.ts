/** Every command about persons by name: those of people, which a service offers, and those of the node itself. */
import type { Handler } from '@yrd/ledger';
import { AskErasure, AttestErasure, ResumeErasure } from './erasure.js';
import { BindAccount, CorrectPerson, DisclosePerson, RecordPerson } from './person.js';
import { AdoptRetention } from './retention.js';

/** Commands of people. A service exposes exactly these. */
export const peopleCommands = {
  AdoptRetention,
  RecordPerson,
  CorrectPerson,
  BindAccount,
  DisclosePerson,
  AskErasure,
} as const satisfies Readonly<Record<string, Handler>>;

/** Commands of the node: of its timers, and of who destroys keys. */
export const nodeCommands = { AttestErasure, ResumeErasure } as const satisfies Readonly<Record<string, Handler>>;

export type PeopleCommand = keyof typeof peopleCommands;
/** The body that a command takes. */
export type BodyOf<N extends PeopleCommand | keyof typeof nodeCommands> =
  (typeof peopleCommands & typeof nodeCommands)[N] extends Handler<infer C> ? C : never;
