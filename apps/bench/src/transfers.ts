/** A context to measure the ledger with: accounts on which amounts are held, and then captured or released. */
import { reject, wireType, type Actor, type Context, type Fold, type Handler, type Rejection, type View } from '@yrd/ledger';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';

type AccountEvent =
  | { readonly type: 'Held'; readonly data: { readonly order: string; readonly fen: number; readonly note: string } }
  | { readonly type: 'Spent'; readonly data: { readonly order: string; readonly fen: number; readonly note: string } }
  | { readonly type: 'Captured' | 'Released'; readonly data: { readonly order: string } };

interface Account {
  readonly spentFen: number;
  readonly holds: Readonly<Record<string, number>>;
}

const without = (holds: Account['holds'], order: string): Account['holds'] => {
  const { [order]: _ended, ...others } = holds;
  return others;
};

export const account: Fold<Account, AccountEvent> = {
  kind: 'account',
  initial: { spentFen: 0, holds: {} },
  evolve: (state, { type, data }) => {
    switch (type) {
      case 'Held':
        return { ...state, holds: { ...state.holds, [data.order]: data.fen } };
      case 'Spent':
        return { ...state, spentFen: state.spentFen + data.fen };
      case 'Captured':
        return { spentFen: state.spentFen + (state.holds[data.order] ?? 0), holds: without(state.holds, data.order) };
      case 'Released':
        return { ...state, holds: without(state.holds, data.order) };
    }
  },
};

/** No run of the bench reaches it. */
const LIMIT_FEN = 10 ** 12;

/** About 200 bytes of payload, as an order's event has. */
export const NOTE = 'A service voucher of the delta, held for an order until its result is accepted.';

/** What a client sends to hold an amount, or to spend it at once. */
export class Amount {
  @IsString() @Length(1, 64) account!: string;
  @IsString() @Length(1, 64) order!: string;
  @IsInt() @Min(1) @Max(100_000_000) fen!: number;
  @IsString() @Length(0, 200) note!: string;
}

const stream = (id: string): string => `account/${id}`;

const hold: Handler<Amount> = {
  streams: (body) => [stream(body.account)],
  decide: (body, turn) => {
    const { holds } = turn.state(account, stream(body.account));
    if (holds[body.order] !== undefined) return reject('E-STATE', { order: body.order });
    return [{ stream: stream(body.account), events: [{ type: 'Held', data: { order: body.order, fen: body.fen, note: body.note } }] }];
  },
};

const spent = ({ order, fen, note }: Amount): AccountEvent => ({ type: 'Spent', data: { order, fen, note } });

/** Spends at once: an account that many spend from keeps a small state. */
const spend: Handler<Amount> = {
  streams: (body) => [stream(body.account)],
  decide: (body, turn) => {
    const { spentFen } = turn.state(account, stream(body.account));
    if (spentFen + body.fen > LIMIT_FEN) return reject('E-QUOTA', { seen: spentFen });
    return [{ stream: stream(body.account), events: [spent(body)] }];
  },
};

/** One amount spent from three accounts at once. */
const spendThree: Handler<Amount & { readonly others: readonly string[] }> = {
  streams: (body) => [body.account, ...body.others].map(stream),
  decide: (body, turn) => {
    const streams = [body.account, ...body.others].map(stream);
    if (streams.some((each) => turn.state(account, each).spentFen + body.fen > LIMIT_FEN)) return reject('E-QUOTA');
    return streams.map((each) => ({ stream: each, events: [spent(body)] }));
  },
};

interface Ending {
  readonly account: string;
  readonly order: string;
}

const ending = (type: 'Captured' | 'Released'): Handler<Ending> => ({
  streams: (body) => [stream(body.account)],
  decide: (body, turn) => {
    const { holds } = turn.state(account, stream(body.account));
    if (holds[body.order] === undefined) return reject('E-STATE', { order: body.order });
    return [{ stream: stream(body.account), events: [{ type, data: { order: body.order } }] }];
  },
});

interface AccountPart {
  readonly entries: number;
  readonly heldFen: number;
}

const accounts: View<AccountPart> = {
  name: 'accounts',
  on: ['Held', 'Spent', 'Captured', 'Released'],
  key: (entry) => entry.stream,
  fold: (part, entry) => ({ entries: (part?.entries ?? 0) + 1, heldFen: (part?.heldFen ?? 0) + Number(entry.data['fen'] ?? 0) }),
  join: (parts) => Object.values(parts)[0] ?? null,
};

const declared = (event: string) => ({
  type: wireType('bench', event, 1),
  audience: 'federation' as const,
  classification: 'internal',
  legalBasis: 'SH-DEC-13',
});

export const transfers: Context = {
  name: 'bench',
  codeVersion: '1',
  entryTypes: { Held: declared('Held'), Spent: declared('Spent'), Captured: declared('Captured'), Released: declared('Released') },
  folds: [account],
  commands: { Hold: hold, Spend: spend, SpendThree: spendThree, Capture: ending('Captured'), Release: ending('Released') },
  reactions: [],
  views: [accounts],
  timers: () => [],
};

/** Who may hold an amount: what a service checks before it asks the ledger. */
export const authorised = (actor: Actor): Rejection | null =>
  actor.roles.includes('enterprise') ? null : reject('E-ROLE', { needed: 'enterprise' });
