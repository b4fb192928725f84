/** Access registers of some provinces over a simulated world: each a ledger node, its custody and its eraser, which can die at any call. */
import { access, person, personStream, type ErasureRow, type Person, type PersonRow } from '@yrd/access';
import { openNode, type Answer, type LedgerNode } from '@yrd/ledger';
import { SimulatedWorld, type Mischief, type Side } from '@yrd/ledger/testing';
import { Custody, localWrapping, SUBJECT_KEYS, type MatchingKey } from '@yrd/platform';
import { Erasing } from '../src/eraser.js';

interface Alive {
  readonly node: LedgerNode;
  readonly custody: Custody;
  readonly erasing: Erasing;
  kill(): void;
}

export const KEYS: readonly MatchingKey[] = [{ epoch: '2026', key: new Uint8Array(32).fill(26) }];
export const ZHANG = '11010519491231002X';

export class Registers {
  readonly world: SimulatedWorld;
  readonly alive = new Map<string, Alive>();
  /** The matching keys of each province. */
  readonly keys = new Map<string, readonly MatchingKey[]>();
  /** Port calls of the process that is watched, so far. */
  calls = 0;
  private commands = 0;

  constructor(
    seed: number,
    readonly provinces: readonly string[],
  ) {
    this.world = new SimulatedWorld(seed, provinces, ['access']);
  }

  async start(province: string): Promise<void> {
    const { world, kill } = this.world.process(province, { onCrash: () => this.alive.delete(province) });
    const node = openNode({
      world,
      province,
      context: access,
      federation: this.world.federation,
      instance: `node-${province}`,
      openAlone: true,
    });
    const custody = new Custody({
      records: () => world.storage.records,
      wrapping: localWrapping([new Uint8Array(32).fill(Number(province))], 'aes-256-gcm'),
      suite: 'sm4-ctr+hmac-sm3',
      keyBackupDays: Number(province),
      matchingKeys: this.keys.get(province) ?? KEYS,
      personKey: new Uint8Array(32).fill(Number(province)),
    });
    const erasing = new Erasing(node, province, custody);
    this.alive.set(province, { node, custody, erasing, kill });
    await node.start();
    void node.follow('eraser', (entry) => erasing.take(entry));
  }

  async startAll(): Promise<void> {
    for (const province of this.provinces) await this.start(province);
    await this.until('ready', () => this.provinces.every((each) => this.node(each)?.status().notReady === null));
  }

  node(province: string): LedgerNode {
    return this.alive.get(province)!.node;
  }

  async until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 120_000): Promise<void> {
    const end = this.world.scheduler.now + limitMs;
    while (this.world.scheduler.now < end) {
      if (await this.world.scheduler.resolve(Promise.resolve(holds()))) return;
      await this.world.scheduler.pass(50);
    }
    throw new Error(`It never became so: ${what} (seed ${this.world.scheduler.seed})`);
  }

  command(province: string, command: string, body: object, roles = ['reviewer'], person_ = 'clerk'): Promise<Answer> {
    const idempotencyKey = `key-${(this.commands += 1)}`;
    const actor = { person: person_, organisation: `dept-${province}`, province, roles };
    return this.world.scheduler.resolve(this.node(province).execute({ command, body, actor, idempotencyKey, trace: 't' }));
  }

  /** Records a person with this number for an organisation. Answers the id. */
  async record(province: string, organisation: string, idNumber: string | null, records: readonly string[] = []): Promise<string> {
    const id = `${province}${organisation}`
      .replace(/[^0-9a-f]/g, '0')
      .padEnd(26, '0')
      .slice(0, 26);
    const { custody } = this.alive.get(province)!;
    const fields = { name: '张三', phone: '13812345678', ...(idNumber !== null && { idNumber }) };
    const sealed = await this.world.scheduler.resolve(custody.seal(id, id, fields));
    const identity = idNumber === null ? null : custody.identityOf(idNumber);
    const token = idNumber === null ? null : custody.tokenOf(idNumber);
    const body = { person: id, organisation, kind: 'contact', identity, token, sealed, records };
    const answer = await this.command(province, 'RecordPerson', body);
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    return id;
  }

  /** Asks for the erasure of a person. Answers the id of the erasure. */
  async ask(province: string, id: string, idNumber: string | null, erasure = 'e'.repeat(26)): Promise<string> {
    const token = idNumber === null ? null : this.alive.get(province)!.custody.tokenOf(idNumber);
    const answer = await this.command(province, 'AskErasure', { person: id, erasure, token, caseNumber: 'c-1' });
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    return erasure;
  }

  async person(province: string, id: string): Promise<Person> {
    return (await this.world.scheduler.resolve(this.node(province).read(person, personStream(id)))).state;
  }

  async rows(province: string): Promise<readonly PersonRow[]> {
    const page = await this.world.scheduler.resolve(this.node(province).rows<PersonRow>('persons', { limit: 100 }));
    return page.rows.map(({ row }) => row);
  }

  /** The erasure as the province that asked shows it. */
  async shown(province: string, id: string): Promise<ErasureRow | undefined> {
    const page = await this.world.scheduler.resolve(this.node(province).rows<ErasureRow>('erasures', { where: { id }, limit: 1 }));
    return page.rows[0]?.row;
  }

  outcomes(row: ErasureRow | undefined): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(row?.provinces ?? {}).map(([province, { outcome }]) => [province, outcome]));
  }

  /** The row of a person's key on the disk of the province. */
  key(province: string, id: string): unknown {
    return JSON.parse(JSON.stringify(this.world.disk(province).table(SUBJECT_KEYS).get(id) ?? null));
  }

  /** From now on the process of this province dies at its port call of this number, on this side of it. */
  crashAt(province: string, number: number): void {
    this.calls = 0;
    const strike = (at: string, _operation: string, _side: Side): 'crash' | null => {
      if (at !== province) return null;
      this.calls += 1;
      return this.calls === number ? 'crash' : null;
    };
    this.world.mischief = { strike, arrival: () => null } satisfies Mischief;
  }
}
