/** What every journal says of itself, described for readers outside: written and read strictly by the ledger, which knows no schemas. */
import { Type, type TObject } from '@sinclair/typebox';
import { Ms, Size, Text, open, type EntryContract } from './schema.js';

/** `31/voucher`. */
const Journal = Type.String({ pattern: '^[0-9]{2}/[a-z][a-z0-9-]{0,31}(~[0-9]{1,3})?$' });
/** A key as C2SP writes it down: `<name>+<key id>+<base64>`. */
const KeyLine = Type.String({ minLength: 1, description: 'C2SP verifier line' });
const certified = {
  key: KeyLine,
  certificate: Type.String({ description: 'base64; by the identity key of the node' }),
  notAfterMs: Type.Optional(Ms),
};
/** A checkpoint as a C2SP signed note. */
const SignedNote = Type.String({ description: 'C2SP signed note' });
const key = 'yrd.test/log/31/voucher+5d1a8d04+AbWvRXrXEVpZ0bqS6fSzjPcEXmsq8Vv+pBYeOLtY3BQK';
const next = 'yrd.test/log/31/voucher+0c9e1b7a+AQ3uCnqWv0mQk5bYx0mM7fP0iYHn4gqT8Vd7Yv3jv2eX';

const ours = <T extends TObject>(data: T, example: EntryContract<T>['example']): EntryContract<T> => open(data, example, 'SH-DATA-75');

/** Event name → contract; the same names in every context. */
export const ledgerContracts = {
  JournalOpened: ours(Type.Object({ key: KeyLine, format: Type.Integer({ minimum: 1 }) }), { key, format: 1 }),
  /** `held` and `contradicting` are two heads of one journal, both signed by its owner, that cannot both be true. */
  EquivocationFound: ours(Type.Object({ journal: Journal, size: Size, held: SignedNote, contradicting: SignedNote }), {
    journal: '31/voucher',
    size: 40,
    held: 'a note',
    contradicting: 'another note',
  }),
  /** Private payloads in [from, to) that no backup has. */
  LossAccepted: ours(Type.Object({ from: Size, to: Size, entries: Size }), { from: 3, to: 9, entries: 2 }),
  KeyRotated: ours(Type.Object({ old: KeyLine, ...certified, sm2: Type.Optional(Type.Object(certified)), reason: Text }), {
    old: key,
    key: next,
    certificate: 'c2lnbmF0dXJl',
    reason: 'yearly',
  }),
  KeyRevoked: ours(Type.Object({ key: KeyLine, fromSize: Type.Optional(Size), fromMs: Type.Optional(Ms), reason: Text }), {
    key,
    fromSize: 40,
    reason: 'stolen',
  }),
  KeyRepinned: ours(Type.Object({ journal: Journal, from: Size, key: KeyLine }), { journal: '31/voucher', from: 40, key: next }),
};
