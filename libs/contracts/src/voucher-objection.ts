/** Entries of an objection that was stated in any province, to an order of another or of the same (V17). Who objects stays at home. */
import { Type } from '@sinclair/typebox';
import { CodeWord, Facts, Id, Province, federal, oneOf } from './schema.js';

/** `31.` and an id that the node of that province made: each province names its own. */
const objection = { objection: Id, order: Id };
const O = { objection: '31.c1', order: 'b2f0c1' };

export const objections = {
  /** In the objector's province; it counts if publicity still runs at the time of this entry. */
  ObjectionStated: federal(Type.Object({ ...objection, home: Province, grounds: CodeWord }), {
    ...O,
    home: '32',
    grounds: 'related-party',
  }),
  /** At the order's home, beside the ObjectionLodged that stops its line; or refused, with why. */
  ObjectionTaken: federal(Type.Object({ ...objection, from: Province }), { ...O, from: '31' }),
  ObjectionRefused: federal(Type.Object({ ...objection, from: Province, code: CodeWord, facts: Facts }), {
    ...O,
    from: '31',
    code: 'E-WINDOW',
    facts: { seen: { say: 'moment', atMs: 12 }, needed: { say: 'until', untilMs: 9 } },
  }),
  ObjectionAnswered: federal(Type.Object({ ...objection, outcome: oneOf('upheld', 'rejected') }), { ...O, outcome: 'rejected' }),
};
