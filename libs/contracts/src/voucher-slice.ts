/**
 * Entries of slices (A1): a part of a quota that its home sets aside for another province, whose agency may draw orders on it while the
 * two cannot hear each other. Home and holder each write in their own journal, in streams of the same name.
 */
import { Type } from '@sinclair/typebox';
import { CodeWord, Facts, Fen, Id, Ms, Province, Text, federal, oneOf } from './schema.js';
import { Mode } from './voucher-pack.js';

const slice = { slice: Id };
const S = { slice: 'c3a1' };
const D = { ...S, home: '32' as const, order: 'b2f0c1' };

export const slices = {
  /** `expiresMs` is the last millisecond to draw; until `endsMs` the home waits for what was drawn, and longer for a silent holder. */
  SliceGranted: federal(
    Type.Object({
      ...slice,
      home: Province,
      holder: Province,
      agency: Id,
      subject: Id,
      subjectName: Text,
      scheme: Id,
      year: Type.Integer(),
      policy: Type.String(),
      amountFen: Fen,
      expiresMs: Ms,
      endsMs: Ms,
      patienceMs: Ms,
    }),
    {
      ...{ ...S, home: '32', holder: '31', agency: 'a1', subject: 's1', subjectName: 'Invented Instruments Co.' },
      ...{ scheme: 'cxq', year: 2026, policy: '32-cxq-2025.1', amountFen: 2_000_000, expiresMs: 5, endsMs: 7, patienceMs: 9 },
    },
  ),
  SliceDrawn: federal(
    Type.Object({ ...slice, home: Province, order: Id, agency: Id, product: Id, mode: Mode, amountFen: Fen, voucherFen: Fen }),
    { ...D, agency: 'a1', product: 'p1', mode: 'tongdui', amountFen: 4_000_000, voucherFen: 2_000_000 },
  ),
  /** The holder draws no more; everything that it drew stands before this entry. */
  SliceReturned: federal(Type.Object({ ...slice, home: Province, drawnFen: Fen }), { ...S, home: '32', drawnFen: 2_000_000 }),
  /** The home took a draw up: the order and its reservation stand in the same commit. */
  DrawTaken: federal(Type.Object({ ...slice, order: Id, voucherFen: Fen }), { ...S, order: 'b2f0c1', voucherFen: 2_000_000 }),
  /** The home could not: no order came of it. Its part of the slice comes back when the slice ends. */
  DrawRefused: federal(
    Type.Object({
      ...slice,
      order: Id,
      voucherFen: Fen,
      code: CodeWord,
      facts: Facts,
    }),
    { ...S, order: 'b2f0c1', voucherFen: 2_000_000, code: 'E-AGENCY', facts: { seen: { say: 'word', word: 'Suspended' } } },
  ),
  /** What was not drawn is the account's again. */
  SliceEnded: federal(Type.Object({ ...slice, cause: oneOf('returned', 'expired'), releasedFen: Fen }), {
    ...{ ...S, cause: 'returned', releasedFen: 0 },
  }),
};
