/** A federation under planned faults, its processes coming and going, and clients that remember what they were promised. */
import { commandId, openNode, type Actor, type Answer, type Context, type LedgerNode } from '../src/index.js';
import { withBuiltin } from '../src/builtin.js';
import { faultsOf, Vocabulary } from '../src/entry.js';
import type { Fate } from './broker.js';
import { lie } from './liar.js';
import { Coverage, type Fault, type PlannedFault } from './mischief.js';
import { calm, SimulatedWorld, type Mischief, type Side, type Speed, type Strike } from './simulated-world.js';
import { Busy, Unavailable } from '../src/rejection.js';

/** A process of a province while it lives. */
interface Living {
  readonly node: LedgerNode;
  readonly ended: Promise<'gone'>;
  kill(): void;
}

/** A command that was answered with yes. */
export interface Acknowledged {
  readonly province: string;
  readonly command: string;
  readonly id: string;
  readonly answer: Extract<Answer, { ok: true }>;
}

export interface Ask {
  readonly command: string;
  readonly body: object;
  readonly actor: Actor;
  /** The `Idempotency-Key`. */
  readonly key: string;
}

/** How long a client waits for an answer before it asks again under the same key, ms. */
const PATIENCE_MS = 3_000;
/** How long a client goes on asking, ms. */
const STUBBORN_MS = 20_000;
/** The same of one who has lied: his node may take no commands any more. */
const STUBBORN_WITH_LIAR_MS = 4_000;
/**
 * Clients act on a beat, all of those who are ready at the same moment, ms: what they ask of one province shares its blocks, as it does
 * on a busy day. Some act at a moment of their own.
 */
const BEAT_MS = 300;
const OFF_BEAT_SHARE = 0.1;

const ARRIVALS: Readonly<Partial<Record<Fault, Fate>>> = {
  'message lost': 'lost',
  'message doubled': 'twice',
  'message delayed': 'once',
  'messages re-ordered': 'after the next',
};
const WRITES: Readonly<Partial<Record<Fault, readonly [Side, Strike]>>> = {
  'write refused': ['before', 'refused'],
  'write lands late': ['before', 'late'],
  'acknowledgement lost': ['after', 'lost acknowledgement'],
};

export class HostileRun implements Mischief {
  readonly world: SimulatedWorld;
  readonly coverage = new Coverage();
  readonly acknowledged: Acknowledged[] = [];
  /** What no client may be told. */
  readonly defects: string[] = [];
  readonly struck: PlannedFault[] = [];
  /** Reads the entries of all provinces for those who audit them: each block once. */
  readonly vocabulary: Vocabulary;
  /** The province that told two histories; null when all are honest. */
  liar: string | null = null;
  stage = 'opening';
  asked = 0;
  private readonly processes = new Map<string, Living[]>();
  private readonly armed = new Map<string, PlannedFault[]>();
  private calm = false;
  /** Counts questions: where two processes run, they are asked by turns. */
  private turn = 0;

  constructor(
    readonly seed: number,
    readonly context: Context,
    private readonly plan: readonly PlannedFault[],
    speed?: Speed,
    readonly provinces: readonly string[] = ['31', '32', '33', '34'],
  ) {
    this.world = new SimulatedWorld(seed, provinces, [context.name], speed);
    const whole = withBuiltin(context);
    this.vocabulary = new Vocabulary(whole.entryTypes, faultsOf(whole));
    this.world.mischief = this;
    this.world.faults = { ...calm, storageMs: 30, busMs: 80 };
  }

  get scheduler() {
    return this.world.scheduler;
  }

  get honest(): readonly string[] {
    return this.provinces.filter((each) => each !== this.liar);
  }

  /** The process of a province that answers; null when none is ready. */
  ready(province: string): LedgerNode | null {
    return this.living(province).find(({ node }) => node.status().notReady === null)?.node ?? null;
  }

  async start(province: string): Promise<void> {
    let gone: (value: 'gone') => void = () => undefined;
    const ended = new Promise<'gone'>((resolve) => (gone = resolve));
    const living: Living = { node: null as never, ended, kill: () => undefined };
    const dead = (): void => {
      this.processes.set(
        province,
        this.living(province).filter((each) => each !== opened),
      );
      gone('gone');
    };
    const { world, kill } = this.world.process(province, {
      onCrash: () => {
        dead();
        this.reopen(province, 200 + this.scheduler.chance.below(800));
      },
    });
    const { federation } = this.world;
    const node = openNode({ world, province, context: this.context, federation, instance: `node-${province}` });
    const opened: Living = { ...living, node, kill: () => (kill(), dead()) };
    this.processes.set(province, [...this.living(province), opened]);
    await node.start();
  }

  /** Begins a stage: its faults come one after the other from now on. */
  begin(stage: string): void {
    this.stage = stage;
    for (const planned of this.plan) if (planned.stage === stage) this.scheduler.after(planned.afterMs, () => this.arm(planned));
  }

  /** Ends all faults: lines are mended, clocks set right, one process of each province runs. */
  heal(): void {
    this.calm = true;
    this.armed.clear();
    this.world.cutOff.clear();
    this.world.skewMs.clear();
    for (const province of this.provinces) {
      for (const rival of this.living(province).slice(1)) rival.kill();
      if (this.living(province).length === 0) void this.start(province);
    }
  }

  /**
   * Asks until there is an answer, under one key, of whichever process of the province answers; null when none did in
   * all that time.
   */
  async ask(province: string, ask: Ask): Promise<Answer | null> {
    const { chance } = this.scheduler;
    const until = this.scheduler.now + (province === this.liar ? STUBBORN_WITH_LIAR_MS : STUBBORN_MS);
    this.asked += 1;
    while (this.scheduler.now < until) {
      await this.scheduler.sleep(chance.happens(OFF_BEAT_SHARE) ? chance.below(BEAT_MS) : BEAT_MS - (this.scheduler.now % BEAT_MS));
      const answer = await this.once(province, ask);
      if (answer === 'again') continue;
      if (answer.ok) {
        const id = commandId(this.world.hasher, ask.actor.organisation, ask.command, ask.key);
        this.acknowledged.push({ province, command: ask.command, id, answer });
      }
      return answer;
    }
    return null;
  }

  private async once(province: string, { command, body, actor, key }: Ask): Promise<Answer | 'again'> {
    const process = this.living(province).at(this.turn++ % Math.max(1, this.living(province).length));
    if (!process) return 'again';
    let off = (): void => undefined;
    const late = new Promise<'again'>((resolve) => (off = this.scheduler.after(PATIENCE_MS, () => resolve('again'))));
    const asked = process.node.execute({ command, body, actor, idempotencyKey: key, trace: key }).catch((error: unknown) => {
      if (error instanceof Unavailable || error instanceof Busy) return 'again' as const;
      this.defects.push(`${province} ${command} failed: ${String(error)}`);
      return 'again' as const;
    });
    const answer = await Promise.race([asked, process.ended, late]);
    off();
    return answer === 'gone' ? 'again' : answer;
  }

  strike(province: string, operation: string, side: Side): Strike | null {
    const armed = this.armed.get(province);
    if (!armed?.length) return null;
    for (const planned of armed) {
      const write = WRITES[planned.fault];
      const crash = planned.fault === 'crash';
      if (planned.call !== operation || (crash ? planned.side !== side : write?.[0] !== side)) continue;
      this.done(planned);
      return crash ? 'crash' : write![1];
    }
    return null;
  }

  arrival(province: string, topic: string): { readonly fate: Fate; readonly delayMs: number } | null {
    const planned = this.armed.get(province)?.find(({ fault, other }) => ARRIVALS[fault] && topic.startsWith(`yrd.${other}.`));
    // A beat more or less is nothing; what carries entries is aimed at.
    if (!planned || topic.endsWith('.witness')) return null;
    this.done(planned);
    return { fate: ARRIVALS[planned.fault]!, delayMs: planned.fault === 'message delayed' ? planned.ms : 0 };
  }

  private living(province: string): readonly Living[] {
    return this.processes.get(province) ?? [];
  }

  private reopen(province: string, ms: number): void {
    this.scheduler.after(ms, () => void (this.living(province).length === 0 && this.start(province)));
  }

  private done(planned: PlannedFault): void {
    this.armed.set(planned.province, this.armed.get(planned.province)?.filter((each) => each !== planned) ?? []);
    this.struck.push(planned);
    this.coverage.note(planned, this.stage);
  }

  private arm(planned: PlannedFault): void {
    if (this.calm) return;
    const { province, fault } = planned;
    const doing = this.deeds[fault];
    if (doing) {
      if (doing(planned)) this.done(planned);
      // Nothing to do it to yet: soon.
      else this.scheduler.after(100, () => this.arm(planned));
      return;
    }
    this.armed.set(province, [...(this.armed.get(province) ?? []), planned]);
    if (planned.opening) this.crash(province);
  }

  private crash(province: string): void {
    const [process] = this.living(province);
    process?.kill();
    this.reopen(province, 100);
  }

  /** Faults that are done to the world at once; false when it could not be. */
  private readonly deeds: Readonly<Partial<Record<Fault, (planned: PlannedFault) => boolean>>> = {
    partition: ({ province, ms }) => {
      this.world.cutOff.add(province);
      this.scheduler.after(ms, () => void this.world.cutOff.delete(province));
      return true;
    },
    'clock skewed': ({ province, ms, side }) => {
      this.world.skewMs.set(province, side === 'before' ? -10 * ms : 10 * ms);
      this.scheduler.after(ms, () => void this.world.skewMs.delete(province));
      return true;
    },
    'clock jumps': ({ ms }) => {
      this.world.forward(1_000 * ms);
      return true;
    },
    'topic truncated': (planned) => {
      this.world.broker.truncate(this.topicOf(planned));
      return true;
    },
    'topic recreated': (planned) => {
      this.world.broker.recreate(this.topicOf(planned));
      return true;
    },
    'topic rewound': (planned) => {
      this.world.broker.rewind(this.topicOf(planned), 1 + (planned.ms % 3));
      return true;
    },
    'second writer': ({ province, ms, side }) => {
      if (this.living(province).length !== 1) return false;
      void this.start(province);
      this.scheduler.after(1_500 + ms, () => {
        const living = this.living(province);
        if (living.length > 1) living.at(side === 'before' ? 0 : 1)!.kill();
      });
      return true;
    },
    'split view': (planned) => this.lies(planned),
    'altered history': (planned) => this.lies(planned),
  };

  private topicOf({ province }: PlannedFault): string {
    return `yrd.${province}.${this.context.name}.journal`;
  }

  private lies(planned: PlannedFault): boolean {
    if (!lie(this.world, this.context.name, planned)) return false;
    this.liar = planned.province;
    return true;
  }
}
