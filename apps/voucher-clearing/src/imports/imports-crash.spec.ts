/** Imports survive their process: killed at any moment, another one carries them on, no row is done twice or lost, and none is kept. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openNode, type Actor, type LedgerNode } from '@yrd/ledger';
import { SimulatedWorld, type Side } from '@yrd/ledger/testing';
import { Imports, isOver, type ImportJob, type RowResult } from '@yrd/platform';
import { HeapGrowth, quietGround } from '@yrd/platform/testing';
import { subject, subjectStream, voucher } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { importKinds } from './import-kinds.js';

const clerk: Actor = { person: 'p', organisation: 'dept-32', province: '32', roles: ['reviewer'] };
const SUBJECTS = ['a', 'b', 'c', 'd'].map((each) => each.repeat(26));
const ROWS = 400;

/** One province whose process can be killed at any port call and started again on the same disk. */
class Province {
  readonly world = new SimulatedWorld(5, ['32'], ['voucher']);
  /** Port calls until the process dies; null while it lives. */
  left: number | null = null;
  kills = 0;
  node!: LedgerNode;
  imports!: Imports;
  private dead = false;
  private driving = true;

  private constructor() {
    this.world.mischief = {
      strike: (_province: string, _operation: string, side: Side) => {
        if (this.left === null || side === 'after') return null;
        this.left -= 1;
        return this.left === 0 ? 'crash' : null;
      },
      arrival: () => null,
    };
    void this.drive();
  }

  /** A new province with its subjects. */
  static async opened(): Promise<Province> {
    const province = new Province();
    opened.push(province);
    await province.start();
    for (const [at, id] of SUBJECTS.entries()) {
      const body = { subject: id, kind: 'team', organisation: `org-${at}`, name: '团队（虚构）', uscc: '' };
      await province.node.execute({ command: 'RegisterSubject', body, actor: clerk, idempotencyKey: id, trace: '' });
    }
    return province;
  }

  async start(): Promise<void> {
    this.dead = false;
    this.left = null;
    const { world } = this.world.process('32', { onCrash: () => (this.dead = true) });
    this.node = openNode({ world, province: '32', context: voucher, federation: this.world.federation, instance: '32-1', openAlone: true });
    await this.node.start();
    await this.until(() => this.node.status().notReady === null);
    const ground = quietGround(
      () => world.storage.records,
      () => this.world.now,
    );
    const kinds = importKinds(new Desk(this.node, '32', [], new Uint8Array(32), { naming: () => Promise.resolve() }));
    this.imports = new Imports({ node: this.node, kinds, instance: '32-1', ground });
  }

  /** Runs the imports until the job is over; the process is killed after every so many port calls, and started again. */
  async finish(id: string, callsBetweenKills: number): Promise<ImportJob> {
    for (;;) {
      this.left = callsBetweenKills + 7 * this.kills;
      this.imports.start();
      for (;;) {
        const job = await Promise.race([this.imports.jobs.get(id), sleep(20)]);
        if (job && isOver(job)) {
          this.left = null;
          return job;
        }
        if (this.dead) break;
        await sleep(5);
      }
      this.kills += 1;
      void this.imports.stop();
      await this.start();
    }
  }

  stop(): void {
    void this.imports.stop();
    this.driving = false;
  }

  private async until(holds: () => boolean): Promise<void> {
    while (!holds()) await sleep(5);
  }

  private async drive(): Promise<void> {
    while (this.driving) {
      await this.world.scheduler.pass(50);
      await sleep(1);
    }
  }
}

const opened: Province[] = [];
afterEach(() => opened.splice(0).forEach((province) => province.stop()));

const jobOf = (bytes: Buffer, now: number, rows: number, dryRun = false): ImportJob => ({
  ...{ id: 'f'.repeat(26), kind: 'subject-facts', dryRun, state: 'receiving', why: null, organisation: 'dept-32', actor: clerk },
  ...{ trace: '0'.repeat(32), format: 'csv', charset: null, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length },
  ...{ rows, read: 0, done: 0, unchanged: 0, refused: 0, batches: 0, cancelAsked: false, createdMs: now, updatedMs: now },
  ...{ finishedMs: null, owner: null, claimedUntilMs: 0 },
});

test('a process killed again and again in the middle of an import: every row is done exactly once, and reported so', async () => {
  const province = await Province.opened();
  // Each row undoes the one before: done twice, or out of its order, it would leave a trace.
  const lines = Array.from({ length: ROWS }, (_, at) => `${SUBJECTS[at % 4]!},address,320${(at >> 2) % 2}00,登记档案,2026-01-05`);
  const bytes = Buffer.from(`subject,fact,value,source,asOf\n${lines.join('\n')}\n`);
  const { id } = await province.imports.jobs.receive(jobOf(bytes, province.world.now, ROWS), bytes);

  const job = await province.finish(id, 40);

  expect([job.state, job.read, job.done, job.unchanged, job.refused]).toEqual(['done', ROWS, ROWS, 0, 0]);
  expect(province.kills).toBeGreaterThan(4);
  for (const each of SUBJECTS) {
    const { state, version } = await province.node.read(subject, subjectStream(each));
    expect([version, state.facts.address?.value]).toEqual([1 + ROWS / 4, '320100']);
  }
  const report: RowResult[] = [];
  for await (const row of province.imports.jobs.results(job)) report.push(row);
  expect(report.map(({ line, outcome }) => [line, outcome])).toEqual(lines.map((_, at) => [at + 2, 'done']));
});

test('50,000 rows are decided in bounded memory', async () => {
  const rows = 50_000;
  const province = await Province.opened();
  const line = (at: number): string => `${SUBJECTS[at % 4]!},link,${`${at}`.padEnd(180, 'link')},登记档案,2026-01-05`;
  const bytes = Buffer.from(`subject,fact,value,source,asOf\n${Array.from({ length: rows }, (_, at) => line(at)).join('\n')}\n`);
  // On trial, so that what grows is not the ledger of this test.
  const { id } = await province.imports.jobs.receive(jobOf(bytes, province.world.now, rows, true), bytes);
  const heap = new HeapGrowth();
  province.imports.start();
  let job = await province.imports.jobs.get(id);
  for (let looked = 0; job && !isOver(job); job = await province.imports.jobs.get(id)) {
    if (job.read - looked >= 10_000) {
      heap.look();
      looked = job.read;
    }
    await sleep(10);
  }
  expect([job?.state, job?.done]).toEqual(['done', rows]);
  // The outcomes lie on the disk of the test, which is memory too: some 10 MB. All cells together would be 40.
  expect(heap.megabytes).toBeLessThan(32);
});
