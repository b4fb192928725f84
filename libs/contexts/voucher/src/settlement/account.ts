/** Bank accounts of payees and of the province itself: private to it, and read only to write payment files. */
import { foldOf, single, alike, type Handler } from '@yrd/ledger';
import { phrase, refuse } from '@yrd/contracts';
import { mayAct } from '../handling.js';
import type { PrivateEvent } from '../private-events.js';
import { accountStream } from '../streams.js';

export type Account = PrivateEvent<'AccountRecorded'>['data'];
/** The account that the province pays from. */
export const TREASURY = 'treasury';

export const account = foldOf<{ readonly known: Account | null }, PrivateEvent<'AccountRecorded'>>(
  'account',
  { known: null },
  { AccountRecorded: (_, known) => ({ known }) },
);

/** What the national clearing system calls a bank: twelve digits (CNAPS). */
const BANK = /^\d{12}$/;
const ACCOUNT = /^[0-9A-Za-z-]{4,34}$/;

/** RecordAccount (finance) → AccountRecorded; a new one takes the place of the one before. */
export const RecordAccount: Handler<Account> = single(
  account,
  ({ payee }: Account) => accountStream(payee),
  ({ payee, name, bank, account: number }, { known }, turn) => {
    const no = mayAct(turn, 'RecordAccount');
    if (no) return no;
    if (!BANK.test(bank)) return refuse('E-VALIDATION', { field: 'bank', seen: phrase('somethingElse'), needed: phrase('twelveDigits') });
    if (!ACCOUNT.test(number))
      return refuse('E-VALIDATION', { field: 'account', seen: phrase('somethingElse'), needed: phrase('accountNumber') });
    const data = { payee, name, bank, account: number };
    return alike(known, data) ? [] : [{ type: 'AccountRecorded', data }];
  },
);
