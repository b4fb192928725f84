/**
 * What an order must satisfy before anything is reserved for it: a list of named rules, asked in this order. Placing stops at the first
 * that refuses; whoever only asks beforehand may ask all of them.
 */
import { allOf, anyOf, moment, phrase, plain, refuse, word, type Declaration, type Mode, type VoucherPack } from '@yrd/contracts';
import { type Peek, type Rejection, type Turn } from '@yrd/ledger';
import { active, agency, offered, type Agency } from '../agencies/agency.js';
import { under } from '../handling.js';
import { effective, noPolicy, policy } from '../policy/policy.js';
import { qualified } from '../agencies/qualification.js';
import { quota, reservable } from '../quotas/quota.js';
import { recognised, recognition } from '../agencies/recognition.js';
import { relatedPlaces, unrelated } from './related.js';
import { unsanctioned } from './sanction.js';
import { among, itemOf, mapped, type Item } from '../agencies/service-class.js';
import {
  agencyStream,
  calendarStream,
  journalOf,
  look,
  placesIn,
  policyStream,
  quotaStream,
  recognitionStream,
  sanctionStream,
  subjectStream,
  type Place,
} from '../streams.js';
import { eligibility, ineligible, subject, type Subject } from '../quotas/subject.js';

type Province = '31' | '32' | '33' | '34';

/** What is wanted: everything that the rules ask about, without the id of an order. */
export interface Wish {
  readonly subject: string;
  readonly scheme: string;
  /** Year of the quota drawn on. */
  readonly year: number;
  readonly agencyProvince: Province;
  readonly agency: string;
  readonly product: string;
  readonly mode: Mode;
  /** The agreed fee, fen. */
  readonly amountFen: number;
  /** Voucher part wanted, fen; without it as much as the rules allow (V4). */
  readonly voucherFen?: number;
  /** What the enterprise says of the work (V10). */
  readonly declares?: readonly Declaration[];
}

/** A wish with what it is judged by. */
export interface Asked {
  readonly wish: Wish;
  readonly who: Subject;
  readonly pack: VoucherPack;
  readonly at: Agency;
  /** Class of the product; its code is empty where the agency has no such product. */
  readonly item: Item;
}

/** One rule: null when it lets the wish pass, else the refusal with clause, policy version, value seen and value needed. */
export interface PlacingRule {
  readonly name: string;
  /** Where the rule comes from, for example `V7`. */
  readonly clause: string;
  readonly refuses: (asked: Asked, turn: Turn) => Rejection | null;
}

/** V7 wherever it is asked: active at home, recognised here. The agency's home may be another province. */
export const agencyPlaces = (
  { agencyProvince, agency: id }: { readonly agencyProvince: string; readonly agency: string },
  peek: Peek,
): readonly Place[] => [
  { province: agencyProvince, stream: agencyStream(id) },
  ...(agencyProvince === peek.province ? [] : [{ province: peek.province, stream: recognitionStream(agencyProvince, id) }]),
];

/** Everything that the rules read. */
export const ruleReads = (wish: Wish, peek: Peek): readonly Place[] => [
  ...placesIn(peek.province, [
    subjectStream(wish.subject),
    sanctionStream(wish.subject),
    policyStream(wish.scheme),
    calendarStream,
    quotaStream(wish),
  ]),
  ...agencyPlaces(wish, peek),
  ...relatedPlaces(wish, peek),
];

const recognisedHere = (turn: Turn, agencyProvince: string, id: string, item: Item | null): Rejection | null =>
  agencyProvince === turn.province ? null : recognised(turn.state(recognition, recognitionStream(agencyProvince, id)), item);

/** V7 when the contract is signed: E-AGENCY when not active at home, E-RECOG when not recognised here any more. */
export const stillTrusted = (turn: Turn, agencyProvince: string, id: string): Rejection | null =>
  active(look(turn, agency, { province: agencyProvince, stream: agencyStream(id) }), turn.now) ??
  recognisedHere(turn, agencyProvince, id, null);

/** Modes that the pack has for this pair of provinces. */
const modeAllowed = ({ wish, pack }: Asked, turn: Turn): Rejection | null => {
  const modes = wish.agencyProvince === turn.province ? pack.modes.home : pack.modes.cross;
  if (modes.includes(wish.mode)) return null;
  return refuse('E-VALIDATION', { field: 'mode', policy: pack.version, seen: word(wish.mode), needed: anyOf(modes) });
};

/** V10: a test that the pack or the enterprise says a law demands. */
const voluntary = ({ wish, pack, item }: Asked): Rejection | null => {
  const mandated = among(item, pack.statutory ?? []);
  if (!mandated && !wish.declares?.includes('statutory')) return null;
  return refuse('E-STATUTORY', {
    policy: pack.version,
    seen: mandated ? phrase('classMandated', { class: item.code }) : phrase('declaredMandated'),
    needed: phrase('voluntaryService'),
  });
};

/** V10: work that another fiscal project pays for already, unless the pack counts it under V26. */
const unfunded = ({ wish, pack }: Asked): Rejection | null =>
  wish.declares?.includes('funded') && pack.stacking?.funded !== 'count'
    ? refuse('E-STACK', {
        policy: pack.version,
        seen: phrase('declaredFunded'),
        needed: phrase('unfundedWork'),
      })
    : null;

const classCovered = ({ pack, item }: Asked): Rejection | null =>
  !among(item, pack.forbidden) && among(item, pack.classes)
    ? null
    : refuse('E-CLASS', { policy: pack.version, seen: plain(item.code), needed: allOf(pack.classes) });

/** M2: what a peer last said must be fresh for an order above the pack's small limit. */
const fresh = ({ wish: { agencyProvince, amountFen }, pack }: Asked, turn: Turn): Rejection | null => {
  if (agencyProvince === turn.province || amountFen <= pack.stale.limitFen) return null;
  const heardMs = turn.freshness(journalOf(agencyProvince));
  if (heardMs !== null && turn.now - heardMs <= pack.stale.afterMs) return null;
  return refuse('E-STALE', {
    policy: pack.version,
    seen: heardMs === null ? phrase('neverHeard') : moment(heardMs),
    needed: phrase('heardWithin', { forLongMs: pack.stale.afterMs }),
  });
};

/** The rules in the order in which they are asked; a new one is a line here. */
export const PLACING_RULES: readonly PlacingRule[] = [
  {
    name: 'subject',
    clause: 'V1',
    refuses: ({ who, wish, pack }, turn) => ineligible(eligibility(who, { province: turn.province, year: wish.year }, pack), pack),
  },
  { name: 'integrity', clause: 'V1', refuses: ({ wish, pack }, turn) => unsanctioned(turn, wish.subject, pack.version) },
  { name: 'quota', clause: 'V5, V13', refuses: ({ wish }, turn) => reservable(turn.state(quota, quotaStream(wish)), turn.now) },
  { name: 'agency', clause: 'V7', refuses: ({ at }, turn) => active(at, turn.now) },
  { name: 'common-class', clause: 'M1', refuses: ({ item }) => mapped(item) },
  {
    name: 'recognition',
    clause: 'V7',
    refuses: ({ wish, item }, turn) => recognisedHere(turn, wish.agencyProvince, wish.agency, item),
  },
  { name: 'offer', clause: 'M3', refuses: ({ at, wish }, turn) => offered(at, wish.product, wish.amountFen, turn.now) },
  { name: 'mode', clause: '2', refuses: modeAllowed },
  { name: 'voluntary', clause: 'V10', refuses: voluntary },
  { name: 'funding', clause: 'V10', refuses: unfunded },
  { name: 'class', clause: 'V10', refuses: classCovered },
  { name: 'qualification', clause: 'V9', refuses: ({ at, item, pack }, turn) => qualified(at, item, pack, turn.now) },
  { name: 'independence', clause: 'V11', refuses: ({ wish, who, pack }, turn) => unrelated(turn, wish, who, pack) },
  { name: 'freshness', clause: 'M2', refuses: fresh },
];

/** What the rules are asked with; E-NOTFOUND where no pack is in force. */
export const askedOf = (wish: Wish, turn: Turn): Asked | Rejection => {
  const pack = effective(turn.state(policy, policyStream(wish.scheme)), turn.now);
  if (!pack) return noPolicy(wish.scheme);
  const at = look(turn, agency, { province: wish.agencyProvince, stream: agencyStream(wish.agency) });
  const who = turn.state(subject, subjectStream(wish.subject));
  const item = itemOf(at.products[wish.product]?.itemClass ?? '', { agencyProvince: wish.agencyProvince, home: turn.province }, turn.now);
  return { wish, who, pack, at, item };
};

const refusal = (rule: PlacingRule, asked: Asked, turn: Turn): Rejection | null => {
  const no = rule.refuses(asked, turn);
  return no && under(asked.pack.version, no);
};

/** Every rule that refuses, in order, with what it says. */
export const refusals = (asked: Asked, turn: Turn): readonly { readonly rule: PlacingRule; readonly says: Rejection }[] =>
  PLACING_RULES.flatMap((rule) => {
    const says = refusal(rule, asked, turn);
    return says ? [{ rule, says }] : [];
  });

/** What the first rule that refuses says, of those not answered already; null when the wish is admissible. */
export const inadmissible = (asked: Asked, turn: Turn, answered: readonly string[] = []): Rejection | null => {
  for (const rule of PLACING_RULES) {
    const no = answered.includes(rule.name) ? null : refusal(rule, asked, turn);
    if (no) return no;
  }
  return null;
};
