/** The load of a run under faults: people who go on working through HTTP, and a durable journal of what nodes promised them. */
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { does, type Done, firm, type Market, office, type Province, PROVINCES, sending } from './delta.js';
import { Refusal } from './http.js';
import { place, redeem, serve, type Terms } from './order.js';

/** What a node acknowledged, as one line of the journal. */
export interface Promised {
  readonly province: string;
  readonly organisation: string;
  /** The command's name at the node. */
  readonly operation: string;
  readonly key: string;
  /** `31/voucher@12`: its journal holds it within this size. */
  readonly position: string;
}

const ID = '[^/]+';
/** Where a command is sent to → what the node calls it. */
const OPERATIONS: readonly (readonly [RegExp, string])[] = (
  [
    ['/v1/subjects', 'RegisterSubject'],
    ['/v1/orders', 'PlaceOrder'],
    [`/v1/engagements/${ID}/acceptance`, 'AcceptOrder'],
    [`/v1/engagements/${ID}/signature`, 'SignAsAgency'],
    [`/v1/orders/${ID}/contract`, 'SignContract'],
    [`/v1/engagements/${ID}/delivery`, 'DeliverService'],
    [`/v1/orders/${ID}/acceptance`, 'ConfirmAcceptance'],
    [`/v1/engagements/${ID}/redemption`, 'RequestRedemption'],
    [`/v1/orders/${ID}/review`, 'ReviewRedemption'],
    [`/v1/orders/${ID}/approval`, 'ApproveRedemption'],
    [`/v1/orders/${ID}/publicity`, 'PubliciseOrder'],
    [`/v1/windows/${ID}/close`, 'CloseWindow'],
  ] as const
).map(([path, operation]) => [new RegExp(`^${path}$`), operation] as const);

/** Writes each acknowledged command down before anything is done with its answer, as a client that must not forget would. */
export const keepPromises = (file: string): { read(): readonly Promised[] } => {
  const into = openSync(file, 'a');
  sending.told = ({ person, path, key, body }: Done): void => {
    const operation = OPERATIONS.find(([pattern]) => pattern.test(path))?.[1];
    if (operation === undefined) throw new Error(`${path} is no command of this load: name it among its operations.`);
    const promised: Promised = { province: person.province, organisation: person.org, operation, key, position: String(body['position']) };
    writeSync(into, `${JSON.stringify(promised)}\n`);
    fdatasyncSync(into);
  };
  return {
    read() {
      closeSync(into);
      return readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Promised);
    },
  };
};

/** Registers a team: the smallest command there is. Answers where its journal holds it. */
export const register = async (province: Province, name: string): Promise<string> => {
  const body = { kind: 'team', organisation: firm(province, name).org, name: `示例团队 ${name}` };
  return String((await does(office(province), '/v1/subjects', body))['position']);
};

/** Workers until they are told to stop; each finishes what it has begun. */
export interface Load {
  /** Orders that reached publicity. */
  readonly orders: readonly { readonly terms: Terms; readonly order: string }[];
  /** What no waiting mended: refusals that must not be, and commands nobody answered in all that time. */
  readonly complaints: readonly string[];
  stop(): Promise<void>;
}

const ORDER_FEN = 6_000;

/** Two workers a province: one registers teams, one carries cross-border orders from placing to publicity. */
export const startLoad = (market: Market): Load => {
  const orders: { terms: Terms; order: string }[] = [];
  const complaints: string[] = [];
  let stopping = false;
  const work = async (task: (round: number) => Promise<void>): Promise<void> => {
    for (let round = 0; !stopping; round += 1) {
      await task(round).catch((error: unknown) => {
        complaints.push(
          `${error instanceof Refusal ? 'refused' : 'unanswered'}: ${error instanceof Error ? error.message : String(error)}`,
        );
      });
    }
  };
  const carry = async (home: Province, round: number): Promise<void> => {
    const others = PROVINCES.filter((each) => each !== home);
    const scheme = round % 2 === 0 ? 'cxq' : 'shuangchuang';
    const terms: Terms = { home, at: others[round % others.length]!, mode: 'tongdui', amountFen: ORDER_FEN, scheme };
    const order = await place(market, terms);
    await serve(market, terms, order);
    await redeem(market, terms, order);
    orders.push({ terms, order });
  };
  const workers = PROVINCES.flatMap((home) => [
    work(async (round) => void (await register(home, `load-${round}`))),
    work((round) => carry(home, round)),
  ]);
  return {
    orders,
    complaints,
    async stop() {
      stopping = true;
      await Promise.all(workers);
    },
  };
};
