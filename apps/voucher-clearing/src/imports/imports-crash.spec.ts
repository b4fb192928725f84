/** Imports survive their process: killed at any moment, another one carries them on, no row is done twice or lost, and none is kept. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openNode, say, Unavailable, type Actor, type LedgerNode } from '@yrd/ledger';
import { rowsOf, SimulatedWorld, type Side } from '@yrd/ledger/testing';
import { Imports, isOver, type ImportJob, type RowResult } from '@yrd/platform';
import { HeapGrowth, ImportRun, quietGround } from '@yrd/platform/testing';
import { personIdCheckDigit } from '@yrd/standards';
import { ownership, ownershipStream, subject, subjectStream, voucher } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { importKinds } from './import-kinds.js';

const clerk: Actor = { person: 'p', organisation: 'dept-32', province: '32', roles: ['reviewer'] };
const SUBJECTS = ['a', 'b', 'c', 'd'].map((each) => each.repeat(26));
const ROWS = 400;
const FACTS = { name: 'subject-facts', header: 'subject,fact,value,source,asOf', sealed: false };
const OWNERSHIP = { name: 'subject-ownership', header: 'subject,as,kind,idNumber,source,asOf', sealed: true };

/** A job that has nothing yet. */
const BLANK: ImportJob = {
  ...{ id: 'f'.repeat(26), kind: '', dryRun: false, state: 'receiving', why: null, organisation: 'dept-32', actor: clerk },
  ...{ trace: '0'.repeat(32), format: 'csv', charset: null, digest: '', bytes: 0, sealedTo: null, held: true },
  ...{ rows: 0, read: 0, done: 0, unchanged: 0, refused: 0, batches: 0, cancelAsked: false },
  ...{ createdMs: 0, updatedMs: 0, finishedMs: null, owner: null, claims: 0, claimedUntilMs: 0 },
};

/** One province whose process can be killed at any port call and started again on the same disk. */
class Province {
  readonly world = new SimulatedWorld(5, ['32'], ['voucher']);
  /** Port calls until the process dies; null while it lives. */
  left: number | null = null;
  kills = 0;
  node!: LedgerNode;
  imports!: Imports;
  private kinds!: ReturnType<typeof importKinds>;
  private ground!: ReturnType<typeof quietGround>;
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
    for (const id of SUBJECTS) await province.registered(id);
    return province;
  }

  async start(): Promise<void> {
    this.dead = false;
    this.left = null;
    const { world } = this.world.process('32', { onCrash: () => (this.dead = true) });
    this.node = openNode({ world, province: '32', context: voucher, federation: this.world.federation, instance: '32-1', openAlone: true });
    await this.node.start();
    await this.until(() => this.node.status().notReady === null);
    this.ground = quietGround(
      () => world.storage.records,
      () => this.world.now,
    );
    this.kinds = importKinds(new Desk(this.node, '32', [], new Uint8Array(32), { naming: () => Promise.resolve() }));
    this.imports = new Imports({ node: this.node, kinds: this.kinds, instance: '32-1', ground: this.ground });
  }

  /** Takes a table in, whose rows nobody begins to carry out. */
  async received(lines: readonly string[], { dryRun = false, kind = FACTS } = {}): Promise<string> {
    const bytes = Buffer.from(`${kind.header}\n${lines.join('\n')}\n`);
    const kept = this.imports.jobs.files.kept(bytes, kind.sealed);
    const job = { ...BLANK, ...kept, kind: kind.name, dryRun, rows: lines.length, bytes: bytes.length, createdMs: this.world.now };
    return (await this.imports.jobs.receive(job, bytes)).id;
  }

  async registered(id: string): Promise<void> {
    const body = { subject: id, kind: 'team', organisation: `org-${id[0]!}`, name: '团队（虚构）', uscc: '' };
    await this.node.execute({ command: 'RegisterSubject', body, actor: clerk, idempotencyKey: id, trace: '' });
  }

  /** Records an address by hand. */
  async moved(to: string, value: string): Promise<void> {
    const body = { subject: to, fact: 'address', value, source: '登记档案', asOf: '2026-01-05' };
    await this.node.execute({ command: 'RecordSubjectFact', body, actor: clerk, idempotencyKey: to, trace: '' });
  }

  /** What is recorded of a subject: how often anything was, and the address that stands. */
  async standing(id: string): Promise<readonly [number, string | undefined]> {
    const { state, version } = await this.node.read(subject, subjectStream(id));
    return [version, state.facts.address?.value];
  }

  /** Another process carries the job out, to its end. */
  async carriedOut(instance: string, node = this.node): Promise<void> {
    const { jobs } = this.imports;
    const { kinds, ground } = this;
    const job = (await jobs.claim(instance, new Set(), this.world.now))!;
    const kind = kinds.find(({ name }) => name === job.kind)!;
    const halt = new AbortController().signal;
    await new ImportRun({ kind, node, jobs, ground, halt, now: () => this.world.now }, job).toItsEnd();
  }

  /** Runs the imports until the job is over, or until the process is killed, after so many port calls, and started again: null then. */
  async runs(id: string, calls: number): Promise<ImportJob | null> {
    this.left = calls;
    this.imports.start();
    while (!this.dead) {
      const job = await Promise.race([this.imports.jobs.get(id), sleep(20)]);
      if (job && isOver(job)) {
        this.left = null;
        return job;
      }
      await sleep(5);
    }
    this.kills += 1;
    void this.imports.stop();
    await this.start();
    return null;
  }

  /** Runs them until the job is over, however often they are killed. */
  async finish(id: string, callsBetweenKills: number): Promise<ImportJob> {
    for (;;) {
      const job = await this.runs(id, callsBetweenKills + 7 * this.kills);
      if (job) return job;
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

/** What came of each row, whose lines follow each other. */
const outcomes = async ({ imports }: Province, job: ImportJob): Promise<readonly RowResult['outcome'][]> => {
  const report: RowResult[] = [];
  for await (const row of imports.jobs.results(job)) report.push(row);
  expect(report.map(({ line }) => line)).toEqual(report.map((_, at) => at + 2));
  return report.map(({ outcome }) => outcome);
};

/** A row that says where a subject is. */
const address = (of: string, value: string): string => `${of},address,${value},登记档案,2026-01-05`;

test('a process killed again and again in the middle of an import: every row is done exactly once, and reported so', async () => {
  const province = await Province.opened();
  // Each row undoes the one before: done twice, or out of its order, it would leave a trace.
  const lines = Array.from({ length: ROWS }, (_, at) => address(SUBJECTS[at % 4]!, `320${(at >> 2) % 2}00`));
  const id = await province.received(lines);

  const job = await province.finish(id, 40);

  expect([job.state, job.read, job.done, job.unchanged, job.refused]).toEqual(['done', ROWS, ROWS, 0, 0]);
  expect(province.kills).toBeGreaterThan(4);
  for (const each of SUBJECTS) expect(await province.standing(each)).toEqual([1 + ROWS / 4, '320100']);
  expect(await outcomes(province, job)).toEqual(lines.map(() => 'done'));
});

test('a row that changed nothing is not decided again behind a later row: killed between them, the later one stands', async () => {
  const province = await Province.opened();
  for (const each of SUBJECTS) await province.moved(each, '320000');
  // Each second row says what stands, each other one changes it: decided again after that, it would undo it and go unseen.
  const lines = Array.from({ length: ROWS }, (_, at) => address(SUBJECTS[at % 4]!, `320${(((at >> 2) + 1) >> 1) % 10}00`));
  const id = await province.received(lines);

  const job = await province.finish(id, 40);

  expect([job.state, job.done, job.unchanged, job.refused]).toEqual(['done', ROWS / 2, ROWS / 2, 0]);
  expect(province.kills).toBeGreaterThan(4);
  for (const each of SUBJECTS) expect((await province.standing(each))[0]).toBe(2 + ROWS / 8);
  expect(await outcomes(province, job)).toEqual(lines.map((_, at) => ((at >> 2) % 2 === 0 ? 'unchanged' : 'done')));
});

test('cancelled while its process is dead, an import reports what that had done', async () => {
  const province = await Province.opened();
  const id = await province.received(Array.from({ length: ROWS }, (_, at) => address(SUBJECTS[at % 4]!, `320${(at >> 2) % 2}00`)));
  const done = async (): Promise<number> =>
    (await Promise.all(SUBJECTS.map((each) => province.standing(each)))).reduce((sum, [version]) => sum + version - 1, 0);
  // Until rows are done that no kept batch tells of.
  for (let calls = 30; (await done()) <= (await province.imports.jobs.get(id))!.read; calls += 7)
    expect(await province.runs(id, calls)).toBeNull();

  await province.imports.cancel(id);
  const job = await province.finish(id, 10_000);

  expect([job.state, job.done, job.read]).toEqual(['cancelled', await done(), await done()]);
  expect(await outcomes(province, job)).toHaveLength(job.done);
});

test.each([
  ['another process', '32-2'],
  ['one that was started in its place', '32-1'],
])('who stood still until %s took the import over sends no row behind that one', async (_, next) => {
  const province = await Province.opened();
  const [one] = SUBJECTS as [string];
  await province.moved(one, '320000');
  await province.received([address(one, '320000'), address(one, '320100')]);
  const [now, date] = [jest.spyOn(performance, 'now'), jest.spyOn(Date, 'now')];
  let stood = false;
  const still = async (request: Parameters<LedgerNode['execute']>[0]) => {
    if (stood) return province.node.execute(request);
    stood = true;
    const [at, day] = [performance.now() + 70_000, Date.now() + 70_000];
    now.mockReturnValue(at);
    date.mockReturnValue(day);
    await province.carriedOut(next);
    throw new Unavailable(say('storeSilent', { detail: 'a minute passes' }));
  };

  const slow = province.carriedOut('32-1', Object.create(province.node, { execute: { value: still } }) as LedgerNode);

  await expect(slow.finally(() => [now, date].forEach((each) => each.mockRestore()))).rejects.toThrow(/another process/);
  // The first row would find 320100 there, and be no repeat: it wrote nothing the first time.
  expect(await province.standing(one)).toEqual([3, '320100']);
});

test('records of several rows are carried out whole and once, however often the process is killed, and their file goes', async () => {
  const province = await Province.opened();
  const subjects = Array.from({ length: ROWS / 10 }, (_, at) => String(at).padStart(26, '0'));
  for (const each of subjects) await province.registered(each);
  const numberOf = (nth: number): string => `31010119870210${String(nth).padStart(3, '0')}`;
  // Records of 7 to 13 rows: no batch of a hundred ends where one does by chance.
  const lines = subjects.flatMap((each, at) =>
    Array.from({ length: 7 + (at % 7) }, (_, nth) => {
      const number = numberOf(nth);
      return `${each},officer,person,${number}${personIdCheckDigit(number)},登记档案,2026-01-05`;
    }),
  );
  const id = await province.received(lines, { kind: OWNERSHIP });

  const job = await province.finish(id, 10);

  expect([job.state, job.read, job.done]).toEqual(['done', lines.length, lines.length]);
  expect(province.kills).toBeGreaterThan(2);
  expect(await outcomes(province, job)).toEqual(lines.map(() => 'done'));
  for (const [at, each] of subjects.entries()) {
    const { state, version } = await province.node.read(ownership, ownershipStream('subject', each));
    expect([version, state.ownership?.ties.length]).toEqual([1, 7 + (at % 7)]);
  }
  while ((await province.imports.jobs.get(id))?.held) await sleep(20);
  const disk = province.world.disks.get('32')!;
  expect([rowsOf(disk, 'import-files'), rowsOf(disk, 'subject-keys')]).toEqual([[], [[job.sealedTo, { destroyed: true }]]]);
});

test('a file whose process was killed between the end of its import and letting it go is let go by the next', async () => {
  const province = await Province.opened();
  const id = await province.received([`${SUBJECTS[0]!},officer,person,11010519491231002X,登记档案,2026-01-05`], { kind: OWNERSHIP });
  const disk = province.world.disks.get('32')!;
  const isDone = () => (rowsOf(disk, 'imports').find(([each]) => each === id)?.[1] as ImportJob).state === 'done';
  // Whatever it does first after the end, it does not get to.
  province.world.mischief = { strike: () => (isDone() && province.kills === 0 ? 'crash' : null), arrival: () => null };
  expect(await province.runs(id, Infinity)).toBeNull();
  expect(rowsOf(disk, 'import-files')).toHaveLength(1);

  province.imports.start();

  while ((await province.imports.jobs.get(id))?.held) await sleep(20);
  expect(rowsOf(disk, 'import-files')).toEqual([]);
});

test('50,000 rows are decided in bounded memory', async () => {
  const rows = 50_000;
  const province = await Province.opened();
  const line = (at: number): string => `${SUBJECTS[at % 4]!},link,${`${at}`.padEnd(180, 'link')},登记档案,2026-01-05`;
  // On trial, so that what grows is not the ledger of this test.
  const lines = Array.from({ length: rows }, (_, at) => line(at));
  const id = await province.received(lines.splice(0), { dryRun: true });
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
