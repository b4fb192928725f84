/** Faults planned from a seed: which, where, in which stage of a history; each strikes once, when there is something to strike. */
import type { Chance } from './scheduler.js';

/** What may be done to a federation. */
export const FAULTS = [
  'message lost',
  'message doubled',
  'message delayed',
  'messages re-ordered',
  'partition',
  'crash',
  'clock skewed',
  'clock jumps',
  'write refused',
  'write lands late',
  'acknowledgement lost',
  'topic truncated',
  'topic recreated',
  'topic rewound',
  'second writer',
  'split view',
  'altered history',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Port calls at which a process may die, before and after each. `deliver` is the arrival of a message. */
export const CALLS = ['insert', 'read', 'last', 'commits', 'get', 'find', 'write', 'publish', 'deliver'] as const;
/** Port calls that only an opening process makes. */
export const OPENING_CALLS = ['ensure', 'subscribe', 'newest', 'last'] as const;
export type Call = (typeof CALLS)[number] | (typeof OPENING_CALLS)[number];

export interface PlannedFault {
  /** Its place in the plan: what a shrunk replay leaves out by. */
  readonly id: number;
  readonly fault: Fault;
  readonly province: string;
  /** The province whose topic is meant, or whom a liar lies to. */
  readonly other: string;
  readonly stage: string;
  /** ms after the stage began. */
  readonly afterMs: number;
  /** How long it lasts, ms; for a skewed clock by how much. */
  readonly ms: number;
  /** For a crash: at which call, on which side of it. For a write: which. */
  readonly call: Call;
  readonly side: 'before' | 'after';
  /** A crash of a process that has just crashed and opens again. */
  readonly opening: boolean;
}

/** How many of a kind one history bears at most; the others fill the plan. */
const MOST: Readonly<Partial<Record<Fault, number>>> = {
  partition: 2,
  crash: 5,
  'clock skewed': 2,
  'clock jumps': 1,
  'topic truncated': 1,
  'topic recreated': 1,
  'topic rewound': 1,
};
/** Somebody lies in every fourth history, two processes write in every third: they cost the others time. Their stages go by turns. */
const LIES: readonly Fault[] = ['split view', 'altered history'];
const LIE_EVERY = 4;
const RIVALS_EVERY = 3;
const STAGE_MS = 2_500;
const WRITES: readonly Call[] = ['insert', 'write', 'publish'];

/** The faults that not every history has, each with its stage: by turns of the seed, so that a run of 60 has seen all in all. */
const rareOf = (seed: number, stages: readonly string[]): ReadonlyMap<Fault, string> => {
  const rare = new Map<Fault, string>();
  const turn = (every: number): number => Math.floor(seed / every);
  const stage = (count: number): string => stages[count % stages.length]!;
  if (seed % LIE_EVERY === 0) rare.set(LIES[turn(LIE_EVERY) % LIES.length]!, stage(turn(LIE_EVERY * LIES.length)));
  if (seed % RIVALS_EVERY === 0) rare.set('second writer', stage(turn(RIVALS_EVERY)));
  return rare;
};

const kindsOf = (chance: Chance, rare: readonly Fault[], count: number): readonly Fault[] => {
  const left = new Map<Fault, number>(FAULTS.map((fault) => [fault, MOST[fault] ?? count]));
  for (const each of [...LIES, 'second writer'] as const) left.set(each, 0);
  const kinds: Fault[] = [...rare];
  while (kinds.length < count) {
    const fault = chance.pick(FAULTS);
    const more = left.get(fault)!;
    if (more === 0) continue;
    left.set(fault, more - 1);
    kinds.push(fault);
  }
  return kinds;
};

/** The faults of one history, by its seed alone. */
export const planFaults = (
  seed: number,
  chance: Chance,
  provinces: readonly string[],
  stages: readonly string[],
  count: number,
): readonly PlannedFault[] => {
  const rare = rareOf(seed, stages);
  return kindsOf(chance, [...rare.keys()], count).map((fault, id) => {
    const province = chance.pick(provinces);
    const stage = rare.get(fault) ?? chance.pick(stages);
    const opening = fault === 'crash' && chance.happens(0.3);
    return {
      id,
      fault,
      province,
      other: chance.pick(provinces.filter((each) => each !== province)),
      stage,
      // The first stage is short.
      afterMs: chance.below(stage === stages[0] ? STAGE_MS / 5 : STAGE_MS),
      ms: 200 + chance.below(1_800),
      call: chance.pick(fault === 'crash' ? (opening ? OPENING_CALLS : CALLS) : WRITES),
      side: chance.happens(0.5) ? 'before' : 'after',
      opening,
    };
  });
};

/** Which faults struck, in which stage; and at which port calls processes died. */
export class Coverage {
  readonly faults = new Map<string, number>();
  readonly crashes = new Map<string, number>();

  note({ fault, call, side }: Pick<PlannedFault, 'fault' | 'call' | 'side'>, stage: string): void {
    count(this.faults, `${fault} | ${stage}`);
    if (fault === 'crash') count(this.crashes, `${call} | ${side}`);
  }
}

const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
