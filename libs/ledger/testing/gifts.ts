/**
 * A toy context for the ledger's own tests: boxes hold coins, gifts carry them across borders, an unanswered gift
 * lapses. Coins are never made or lost on the way.
 */
import {
  reject,
  wireType,
  type Context,
  type DerivedCommand,
  type Entry,
  type Fold,
  type Handler,
  type Reaction,
  type View,
} from '../src/index.js';

type GiftEvent =
  | { type: 'BoxFilled'; data: { coins: number } }
  | { type: 'GiftSent'; data: { gift: string; to: string; coins: number; dueMs: number } }
  | { type: 'GiftTaken'; data: { gift: string; coins: number } }
  | { type: 'GiftArrived'; data: { gift: string } }
  | { type: 'GiftLapsed'; data: { gift: string; coins: number } };

export interface Box {
  readonly coins: number;
  /** Gifts on their way: coins still ours until taken or lapsed. */
  readonly sent: Readonly<Record<string, number>>;
  readonly taken: readonly string[];
}

const without = (sent: Box['sent'], gift: string): Box['sent'] =>
  Object.fromEntries(Object.entries(sent).filter(([each]) => each !== gift));

export const box: Fold<Box, GiftEvent> = {
  kind: 'box',
  initial: { coins: 0, sent: {}, taken: [] },
  evolve: (state, { type, data }) => {
    switch (type) {
      case 'BoxFilled':
        return { ...state, coins: state.coins + data.coins };
      case 'GiftSent':
        return { ...state, coins: state.coins - data.coins, sent: { ...state.sent, [data.gift]: data.coins } };
      case 'GiftTaken':
        return { ...state, coins: state.coins + data.coins, taken: [...state.taken, data.gift] };
      case 'GiftArrived':
        return { ...state, sent: without(state.sent, data.gift) };
      case 'GiftLapsed':
        return { ...state, coins: state.coins + data.coins, sent: without(state.sent, data.gift) };
    }
  },
};

export const boxOf = (province: string): string => `box/${province}`;
const mine = { streams: (_: object, peek: { readonly province: string }) => [boxOf(peek.province)] };

const fill: Handler<{ readonly coins: number }> = {
  ...mine,
  decide: ({ coins }, turn) => [{ stream: boxOf(turn.province), events: [{ type: 'BoxFilled', data: { coins } }] }],
};

const send: Handler<{ readonly to: string; readonly coins: number; readonly dueMs: number }> = {
  ...mine,
  decide: ({ to, coins, dueMs }, turn) => {
    const have = turn.state(box, boxOf(turn.province)).coins;
    if (have < coins) return reject('E-COINS', { seen: have, needed: coins });
    const gift = turn.commandId.slice(0, 16);
    return [{ stream: boxOf(turn.province), events: [{ type: 'GiftSent', data: { gift, to, coins, dueMs } }] }];
  },
};

interface Carried {
  readonly gift: string;
  readonly coins: number;
}

/** Takes up a foreign gift: only the home of the coins decides, so what lapsed there can no longer be taken here. */
const take: Handler<Carried> = {
  ...mine,
  decide: ({ gift, coins }, turn) =>
    turn.state(box, boxOf(turn.province)).taken.includes(gift)
      ? []
      : [{ stream: boxOf(turn.province), events: [{ type: 'GiftTaken', data: { gift, coins } }] }],
};

const arrive: Handler<Carried> = {
  ...mine,
  decide: ({ gift }, turn) =>
    turn.state(box, boxOf(turn.province)).sent[gift] === undefined
      ? []
      : [{ stream: boxOf(turn.province), events: [{ type: 'GiftArrived', data: { gift } }] }],
};

const carried = ({ data }: Entry): Carried => ({ gift: String(data['gift']), coins: Number(data['coins']) });

const reactions: readonly Reaction[] = [
  {
    name: 'take-gift',
    on: ['GiftSent'],
    from: 'foreign',
    react: (entry, { province }): readonly DerivedCommand[] =>
      entry.data['to'] === province ? [{ command: 'TakeGift', target: boxOf(province), body: carried(entry) }] : [],
  },
  {
    name: 'gift-arrived',
    on: ['GiftTaken'],
    from: 'foreign',
    react: (entry, { province }) => [{ command: 'ArriveGift', target: boxOf(province), body: carried(entry) }],
  },
];

export interface BoxRow {
  readonly province: string;
  readonly entries: number;
  readonly coins: number;
}

const boxes: View<{ entries: number; coins: number }> = {
  name: 'boxes',
  on: ['BoxFilled', 'GiftSent', 'GiftTaken', 'GiftLapsed'],
  key: () => 'all',
  fold: (part, { type, data }) => {
    const sign = type === 'GiftSent' ? -1 : 1;
    return { entries: (part?.entries ?? 0) + 1, coins: (part?.coins ?? 0) + sign * Number(data['coins']) };
  },
  join: (parts) => Object.fromEntries(Object.entries(parts).map(([journal, part]) => [journal.slice(0, 2), part])),
};

const declared = (name: string, audience: 'federation' | 'private' | 'public') => ({
  type: wireType('gifts', name, 1),
  audience,
  classification: 'internal',
  legalBasis: 'TEST',
});

export const gifts: Context = {
  name: 'gifts',
  codeVersion: '1',
  entryTypes: {
    BoxFilled: declared('BoxFilled', 'private'),
    GiftSent: declared('GiftSent', 'federation'),
    GiftTaken: declared('GiftTaken', 'federation'),
    GiftArrived: declared('GiftArrived', 'public'),
    GiftLapsed: declared('GiftLapsed', 'federation'),
  },
  folds: [box],
  commands: { FillBox: fill, SendGift: send, TakeGift: take, ArriveGift: arrive },
  reactions,
  views: [boxes],
  timers: () => [],
};
