/** What the people of four provinces do in one history: deals that go well, go wrong, race and lapse, each told as its steps. */
import type { Actor, Answer } from '@yrd/ledger';
import { thieve, type Chance, type HostileRun } from '@yrd/ledger/testing';
import { orderStream } from '../src/index.js';
import { dispute, object, takeBack, type Act } from './aftermath.js';
import { CONTRACTED, dealsOf, hasEnded, type Deal } from './deals.js';
import { PROVINCE_CODES, type ProvinceCode } from './node.js';
import { grantFen, packOf } from './packs.js';
import { actor, agent, DAY_MS, hex, staff } from './scenario.js';
import { drawOnSlice, returnSlice } from './slicing.js';

const USCC = '91350100M000100Y43';
const subjectOf = (home: string): string => `s${home}`;
const firm = (home: ProvinceCode): Actor => actor(home, 'enterprise', `org-s${home}`);
/** Refusals that time mends: what the other province said has not arrived yet. */
const WAITS: readonly string[] = ['E-STATE', 'E-NOTFOUND', 'E-STALE', 'E-AGENCY'];
const WAIT_MS = 900;
/** Fewer once somebody has lied: his deals stand still for good. */
const MOST_ATTEMPTS = { honest: 14, afterLie: 4 } as const;
const REPEAT_SHARE = 0.08;
/** How many of the keys that are rotated were stolen, and how long after trading began they are rotated at most, ms. */
const STOLEN_SHARE = 0.4;
const ROTATE_WITHIN_MS = 1_500;
const accountOf = (home: ProvinceCode) => ({ subject: subjectOf(home), scheme: 'cxq', year: 2026 });

export class Trade {
  readonly deals: readonly Deal[];
  private readonly waiting = new Map<string, (() => void)[]>();
  private readonly placed = new Set<string>();
  /** Whether a journal's key was rotated. */
  rotated = false;
  private readonly rotation: { journal: ProvinceCode; cosigner: ProvinceCode; stolen: boolean; afterMs: number };
  /** Steps that were to be refused and were not, or the other way round. */
  readonly surprises: string[] = [];

  constructor(
    private readonly run: HostileRun,
    private readonly chance: Chance,
    /** How many of the deals are made: fewer when a failing history is shrunk. */
    most = Infinity,
  ) {
    this.deals = dealsOf(chance).slice(0, most);
    const [journal, cosigner] = [chance.pick(PROVINCE_CODES), chance.pick(PROVINCE_CODES)];
    this.rotation = { journal, cosigner, stolen: chance.happens(STOLEN_SHARE), afterMs: chance.below(ROTATE_WITHIN_MS) };
    for (const [province, disk] of run.world.disks)
      disk.onInsert = (_, { commits }) => {
        for (const { streams } of commits) for (const stream of streams) this.wake(`${province}|${stream}`);
      };
  }

  /** Packs, agencies, recognition, firms and quotas: what must be there before anybody deals. */
  async open(): Promise<void> {
    await Promise.all(PROVINCE_CODES.map((province) => this.openProvince(province)));
  }

  private async openProvince(province: ProvinceCode): Promise<void> {
    const clerk = staff(province);
    const id = `a${province}`;
    const subject = subjectOf(province);
    const account = accountOf(province);
    const say = (command: string, body: object, by = clerk): Promise<boolean> =>
      this.act(province, command, body, by, `${command} ${JSON.stringify(body).length}`);
    const agency = { agency: id, organisation: `org-${id}`, name: `Agency ${province}`, uscc: USCC, classes: ['5'] };
    const product = { agency: id, product: 'p1', itemClass: '5', name: 'Composition analysis', priceFen: 100_000_000 };
    await Promise.all([say('AdoptPolicy', { pack: packOf(province) }), say('AdmitAgency', agency)]);
    await Promise.all([
      say('ListProduct', product, agent(province)),
      say('RegisterSubject', { subject, kind: 'firm', organisation: `org-${subject}`, name: `Firm ${province}`, uscc: USCC }),
      ...PROVINCE_CODES.filter((other) => other !== province).map((other) =>
        this.act(province, 'RecogniseAgency', { agencyProvince: other, agency: `a${other}`, classes: ['5'] }, clerk, `recognise ${other}`),
      ),
    ]);
    const known = { status: 'active', address: `${province}0100`, 'sme-year': '2026' };
    const facts = Object.entries(known).map(([fact, value]) =>
      this.act(province, 'RecordSubjectFact', { subject, fact, value, source: 'test', asOf: '2026-01-05' }, clerk, `fact ${fact}`),
    );
    const allow = (at: ProvinceCode) => {
      const proposer = { subject, agencyProvince: at, agency: `a${at}`, uptoFen: 1_000_000 };
      return this.act(province, 'AllowProposer', proposer, firm(province), `allow ${at}`);
    };
    const proposed = this.deals.filter(({ course, home }) => course === 'proposed' && home === province);
    await Promise.all([...facts, ...proposed.map(({ at }) => allow(at))]);
    await say('ApplyQuota', { ...account, askedFen: grantFen(province) }, firm(province));
    await say('GrantQuota', { ...account, amountFen: grantFen(province) });
  }

  /**
   * Keys change hands in the middle of it: one province rotates the key of its journal, another that of its cosigner. In some
   * histories the old key was stolen: it is revoked, and the thief tells everybody something else.
   */
  async rotate(): Promise<void> {
    const { world } = this.run;
    await this.run.scheduler.sleep(this.rotation.afterMs);
    await Promise.all(
      (['journal', 'cosigner'] as const).map(async (role) => {
        const province = this.rotation[role];
        const node = world.federation.nodes.find((each) => each.province === province)!;
        const old = role === 'journal' ? node.journals['voucher']!.key : node.cosigners['voucher']!;
        const keeper = actor(province, 'security-admin');
        const body = { old, ...world.nextKey(province, role, 1), reason: 'test' };
        if (!(await this.act(province, 'RotateKey', body, keeper, role)) || role === 'cosigner') return;
        this.rotated = true;
        // Who has lied says no more that his key was stolen: his lie was his own word when he told it.
        if (!this.rotation.stolen || this.run.liar === province) return;
        const fromSize = Math.floor(world.disks.get(province)!.journal(`${province}/voucher`).end / 2);
        await this.act(province, 'RevokeKey', { key: old, fromSize, reason: 'stolen' }, keeper, role);
        thieve(world, `${province}/voucher`, old);
      }),
    );
  }

  /** Placing, proposing, accepting, declining, and the races between them. */
  async trade(): Promise<void> {
    const placed = new Map<ProvinceCode, Promise<unknown>[]>(PROVINCE_CODES.map((province) => [province, []]));
    const modest = this.deals
      .filter(({ course }) => course !== 'greedy')
      .map((deal) => {
        const placing = this.run.scheduler.sleep(this.chance.below(1_200)).then(() => this.place(deal));
        placed.get(deal.home)!.push(placing);
        return placing.then(async (taken) => {
          if (taken) await this.answer(deal);
        });
      });
    // Two at once want what one of them may have: only when the others have theirs, so that these do not go short.
    const greedy = this.deals
      .filter(({ course }) => course === 'greedy')
      .map(async (deal) => {
        await Promise.all(placed.get(deal.home)!);
        await this.place(deal);
      });
    await Promise.all([...modest, ...greedy]);
  }

  /** What faults kept from being placed at all is placed once they are over. */
  async makeUp(): Promise<void> {
    await this.open();
    await Promise.all(this.deals.filter(({ id }) => !this.placed.has(id)).map((deal) => this.place(deal)));
  }

  private async place(deal: Deal): Promise<boolean> {
    const { id, course, home, at, mode, voucherFen } = deal;
    const account = accountOf(home);
    const wish = { order: id, ...account, agency: `a${at}`, product: 'p1', mode, amountFen: 2 * voucherFen, voucherFen };
    const taken = await (course === 'sliced'
      ? drawOnSlice(this.act, deal, account, firm(home))
      : course === 'proposed'
        ? this.agencys(deal, 'ProposeOrder', { ...wish, home })
        : this.firms(deal, 'PlaceOrder', { ...wish, agencyProvince: at }));
    if (taken) this.placed.add(id);
    return taken;
  }

  /** What the agency says to an order, and what the firm does meanwhile. */
  private async answer(deal: Deal): Promise<void> {
    const { course } = deal;
    if (course === 'lapsed' || course === 'proposed') return;
    if (course === 'sliced') return returnSlice(this.act, deal);
    if (course === 'declined') return void (await this.agencys(deal, 'DeclineOrder', { cause: 'no time' }));
    if (course === 'raced') {
      // Both at once: the home decides who was first, and the agency learns of it.
      await Promise.all([
        this.agencys(deal, 'AcceptOrder', {}),
        this.run.scheduler.sleep(this.chance.below(250)).then(() => this.firms(deal, 'CancelOrder', { cause: 'plan changed' })),
      ]);
      return;
    }
    await this.agencys(deal, 'AcceptOrder', {});
    if (course === 'withdrawn') await this.agencys(deal, 'WithdrawFromOrder', { cause: 'no staff' });
  }

  /** Contracts, and for most of them the service, which some firms dispute. */
  async serve(): Promise<void> {
    const under = this.deals.filter(({ course }) => CONTRACTED.includes(course));
    await Promise.all(
      under.map(async (deal) => {
        const signedMs = Math.floor(this.run.world.now);
        const dates = { signedMs, startMs: signedMs, endMs: signedMs + DAY_MS };
        const contract = { contractHash: hex(deal.id), amountFen: 2 * deal.voucherFen, ...dates };
        if (!(await this.agencys(deal, 'SignAsAgency', contract))) return;
        if (!(await this.firms(deal, 'SignContract', contract)) || deal.course === 'signed') return;
        if (!(await this.agencys(deal, 'DeliverService', { deliverableHash: hex(`result ${deal.id}`) }))) return;
        if (deal.course === 'disputed') await dispute(this.act, deal, firm(deal.home));
        else await this.firms(deal, 'ConfirmAcceptance', {});
      }),
    );
  }

  /** Redemption by two persons, up to publicity, and objections to it. */
  async redeem(): Promise<void> {
    await Promise.all(
      this.paid().map(async (deal) => {
        const { id, mode, voucherFen, home } = deal;
        const files = ['contract', 'invoice', 'payment', 'result'].map((kind) => ({ kind, hash: hex(`${kind} ${id}`) }));
        const fen = 2 * voucherFen - 1_000 * this.chance.below(100);
        const invoice = { invoiceKey: hex(`invoice ${id}`), invoiceTail: '0001', invoiceFen: fen, paidFen: fen, files };
        const asked = await (mode === 'tongyong'
          ? this.firms(deal, 'SubmitRedemption', invoice)
          : this.agencys(deal, 'RequestRedemption', invoice));
        if (!asked) return;
        for (const [command, role] of [
          ['ReviewRedemption', 'reviewer'],
          ['ApproveRedemption', 'approver'],
          ['PubliciseOrder', 'reviewer'],
        ] as const) {
          const body = { order: id, ...(command === 'PubliciseOrder' ? { batch: 'b1' } : {}) };
          if (!(await this.act(home, command, body, actor(home, role), id))) return;
        }
        await object(this.act, deal);
      }),
    );
  }

  /** Closes a window everywhere. */
  async close(window: number): Promise<void> {
    await Promise.all(
      PROVINCE_CODES.map((province) => this.act(province, 'CloseWindow', { window }, actor(province, 'operator'), `w${window}`)),
    );
  }

  /** Pays what is settled, and takes some of it back. */
  async pay(): Promise<void> {
    await Promise.all(
      this.paid().map(async (deal) => {
        const { id, home } = deal;
        const finance = actor(home, 'finance');
        if (!(await this.act(home, 'InstructPayment', { order: id }, finance, id))) return;
        if (await this.act(home, 'ConfirmPaid', { order: id, receiptHash: hex(`receipt ${id}`) }, finance, id))
          await takeBack(this.act, deal);
      }),
    );
  }

  /** A sign of life from one province: a new fact about its firm. */
  async live(province: ProvinceCode, name: string): Promise<boolean> {
    const body = { subject: subjectOf(province), fact: 'status', value: 'active', source: name, asOf: '2026-01-06' };
    return this.act(province, 'RecordSubjectFact', body, staff(province), name);
  }

  private paid(): readonly Deal[] {
    return this.deals.filter(({ course }) => course === 'paid');
  }

  private firms(deal: Deal, command: string, body: object): Promise<boolean> {
    return this.act(deal.home, command, { order: deal.id, ...body }, firm(deal.home), deal.id);
  }

  private agencys(deal: Deal, command: string, body: object): Promise<boolean> {
    return this.act(deal.at, command, { order: deal.id, home: deal.home, agency: `a${deal.at}`, ...body }, agent(deal.at), deal.id);
  }

  /** One step of somebody: asked again while time can mend the refusal. True when it was taken. */
  private readonly act: Act = async (province, command, body, by, about) => {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS[this.run.liar === null ? 'honest' : 'afterLie']; attempt++) {
      const ask = { command, body, actor: by, key: `${about} ${command} ${attempt}` };
      const answer = await this.run.ask(province, ask);
      if (!answer) return false;
      if (answer.ok) {
        if (this.chance.happens(REPEAT_SHARE)) await this.repeat(province, ask, answer);
        return true;
      }
      // Of an order that has ended nobody waits for more.
      if (!WAITS.includes(answer.rejected) || hasEnded(answer)) return false;
      await this.changed(`${province}|${orderStream(about)}`);
    }
    return false;
  };

  /** The same under the same key is the same answer. */
  private async repeat(province: ProvinceCode, ask: Parameters<HostileRun['ask']>[1], first: Extract<Answer, { ok: true }>): Promise<void> {
    const again = await this.run.ask(province, ask);
    if (!again) return;
    const { position, stream, version } = first;
    const same = again.ok && again.position.size === position.size && again.stream === stream && again.version === version;
    if (!same || !again.repeated) this.surprises.push(`${province} ${ask.command}: a repeat was answered ${JSON.stringify(again)}`);
  }

  private changed(key: string): Promise<void> {
    return new Promise((resolve) => {
      const off = this.run.scheduler.after(WAIT_MS, resolve);
      const woken = (): void => (off(), void this.run.scheduler.after(15, resolve));
      this.waiting.set(key, [...(this.waiting.get(key) ?? []), woken]);
    });
  }

  private wake(key: string): void {
    const waiting = this.waiting.get(key);
    if (!waiting) return;
    this.waiting.delete(key);
    for (const each of waiting) each();
  }
}
