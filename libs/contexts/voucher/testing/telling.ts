/**
 * A process that tells histories: asked over its channel for one seed after the other, it answers with what became of
 * each. tools/src/histories.ts starts it.
 */
import { history, type Telling, type Told } from './history.js';

/** The order, as it comes over the channel. */
export interface Wanted {
  readonly seed: number;
  readonly without: readonly number[];
  /** All when it is missing. */
  readonly deals?: number;
}

/** The answer: a history as plain JSON. */
export interface Answered extends Pick<Told, 'seed' | 'complaints' | 'commands' | 'orders' | 'entries' | 'virtualMs' | 'trace'> {
  /** Faults that struck: their place in the plan and a line for people. */
  readonly struck: readonly { readonly id: number; readonly says: string }[];
  /** `fault | stage` → how often; `call | side` of crashes → how often. */
  readonly faults: readonly (readonly [string, number])[];
  readonly crashes: readonly (readonly [string, number])[];
  /** CPU time of this process for it, ms. */
  readonly cpuMs: number;
}

// Node runs what waits in its microtask queue by this function after each of its own turns; called here it saves the turn.
const tick = Reflect.get(process, '_tickCallback') as (() => void) | undefined;
const speed = tick && { quickCrypto: true, drain: tick };

/** Tells one history; what it throws is a complaint like any other. */
export const tell = async ({ seed, without, deals }: Wanted): Promise<Answered> => {
  const before = process.cpuUsage();
  const telling: Telling = { seed, without: new Set(without), ...(deals !== undefined && { deals }) };
  const found = await history(telling, speed).catch((error: unknown) => String(error instanceof Error ? error.stack : error));
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1_000;
  if (typeof found === 'string')
    return {
      seed,
      complaints: [found],
      struck: [],
      faults: [],
      crashes: [],
      commands: 0,
      orders: 0,
      entries: 0,
      virtualMs: 0,
      trace: '',
      cpuMs,
    };
  const { complaints, commands, orders, entries, virtualMs, trace, struck, coverage } = found;
  const says = struck.map(({ id, fault, province, other, call, side }) => ({
    id,
    says: `${id}: ${fault} at ${province} (${fault === 'crash' ? `${side} ${call}` : other})`,
  }));
  const counts = { faults: [...coverage.faults], crashes: [...coverage.crashes] };
  return { seed, complaints, commands, orders, entries, virtualMs, trace, struck: says, ...counts, cpuMs };
};

// Inside another program's process (a test) there is no channel, and nobody asks.
if (process.send)
  process.on('message', (wanted) => {
    void tell(wanted as Wanted).then((answer) => process.send?.(answer));
  });
