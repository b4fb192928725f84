/** Answers before asking: whether an order would be placed, with its money, or everything that forbids it and what would pass. */
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse } from '@nestjs/swagger';
import { codes, inBoth, mendingOf } from '@yrd/contracts';
import type { Actor } from '@yrd/ledger';
import { Allows, Call, CurrentActor, CurrentCall, NULLABLE, Problem, shownRow } from '@yrd/platform';
import { forecast, PROVINCES, subject, subjectStream, type Failing, type Forecast, type Wish } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { PlaceOrderBody } from './order-bodies.js';
import { Sight } from '../sight.js';

/** Products of a province that are tried: those nearest below the price that was asked about. */
const TRIED_MAX = 10;

const FailingShown = shownRow('EligibilityFailing', {
  rule: ['规则', 'name of the rule'],
  code: ['代码', 'code of the refusal'],
  clause: ['依据', 'clause that it rests on'],
  zh: ['说明', 'what is wrong, in Chinese'],
  en: ['说明（英文）', 'what is wrong, in English'],
  seen: ['现值', 'value seen, in both languages', 'map', { ...NULLABLE, each: 'text' }],
  needed: ['所需', 'value needed, in both languages', 'map', { ...NULLABLE, each: 'text' }],
  whoCanMend: ['由谁处理', 'who can mend it, in both languages', 'object', NULLABLE],
});

const BreakdownShown = shownRow('EligibilityBreakdown', {
  baseFen: ['基数（分）', 'base, fen', 'whole'],
  ratio: ['比例', 'ratio, of and in', 'object'],
  countedFen: ['按比例计算（分）', 'base times ratio, rounded down, fen', 'whole'],
  orderCapFen: ['单笔上限（分）', 'cap of one order, fen', 'whole', NULLABLE],
  quotaLeftFen: ['额度剩余（分）', 'left of the quota, fen', 'whole'],
  groupLeftFen: ['同一控制人剩余（分）', 'left under the controller’s cap, fen', 'whole', NULLABLE],
  poolLeftFen: ['资金池剩余（分）', 'left in the pool, fen', 'whole', NULLABLE],
  reservedFen: ['将预留（分）', 'would be reserved, fen', 'whole'],
  queued: ['须排队', 'would stand in line for the pool', 'yesno'],
  payers: ['各省承担（分）', 'province → what it would pay, fen', 'object'],
});

const AlternativeShown = shownRow('EligibilityAlternative', {
  id: ['产品', 'province, agency and product'],
  province: ['所在省', 'province of the agency', 'text', { enum: PROVINCES }],
  agency: ['服务机构编号', 'id of the agency'],
  product: ['产品代码', 'code of the product'],
  name: ['名称', 'name'],
  priceFen: ['公示价格（分）', 'published price, fen', 'whole'],
  reservedFen: ['将预留（分）', 'would be reserved for it at that price, fen', 'whole'],
});

const EligibilityShown = shownRow('Eligibility', {
  eligible: ['可以下单', 'whether the order would be placed now', 'yesno'],
  policy: ['政策包版本', 'version of the pack that it is judged by', 'text', NULLABLE],
  breakdown: ['金额构成', 'the money, when it would be placed', 'object', { ...NULLABLE, of: () => BreakdownShown }],
  failing: ['全部不符之处', 'every rule that forbids it', 'objects', { of: () => FailingShown }],
  alternatives: [
    '可替代产品',
    'the nearest of the same common class that would pass, one a province',
    'objects',
    { of: () => AlternativeShown },
  ],
});

type Words = Readonly<Record<'zh' | 'en', string>>;

interface ProductFound {
  readonly province: Wish['agencyProvince'];
  readonly agency: string;
  readonly product: string;
  readonly name: string;
  readonly commonClass: string | null;
  readonly priceFen: number;
}

const shownFailing = ({ rule, code, clause, facts }: Failing) => {
  const known: Readonly<Record<string, Words>> = codes;
  const { zh, en } = known[code] ?? { zh: code, en: code };
  return {
    rule,
    code,
    clause,
    zh,
    en,
    seen: inBoth(facts['seen']),
    needed: inBoth(facts['needed']),
    whoCanMend: mendingOf(code),
  };
};

@Controller('v1/eligibility')
export class EligibilityController {
  constructor(
    private readonly desk: Desk,
    private readonly sight: Sight,
  ) {}

  @Post()
  @Allows('AskEligibility')
  @HttpCode(200)
  @ApiExtraModels(BreakdownShown, FailingShown, AlternativeShown)
  @ApiOkResponse({ type: EligibilityShown })
  async ask(@Body() body: PlaceOrderBody, @CurrentActor() actor: Actor, @CurrentCall() call: Call): Promise<object> {
    const { registered } = (await this.desk.node.read(subject, subjectStream(body.subject))).state;
    if (!registered || !(await this.sight.ofSubject(actor, body.subject))) throw Problem.unseen(registered !== null);
    call.noteRead();
    // A DTO holds fields that were left out as undefined; a question, like a command, is plain JSON.
    const wish = JSON.parse(JSON.stringify(body)) as Wish;
    const { placed, policy, breakdown, failing } = await this.forecast(wish, actor);
    const alternatives = placed ? [] : await this.alternatives(wish, actor);
    return { eligible: placed, policy, breakdown, failing: failing.map(shownFailing), alternatives };
  }

  private forecast(wish: Wish, actor: Actor): Promise<Forecast> {
    return this.desk.node.ask(forecast, wish, actor);
  }

  /** Of each province the nearest product of the same common class, not above the price, that would pass. */
  private async alternatives(wish: Wish, actor: Actor): Promise<readonly object[]> {
    const id = `${wish.agencyProvince}.${wish.agency}.${wish.product}`;
    const asked = (await this.desk.node.rows<ProductFound>('products', { where: { id }, limit: 1 })).rows[0]?.row;
    if (asked?.commonClass == null) return [];
    const { commonClass, priceFen } = asked;
    const nearest = await Promise.all(PROVINCES.map((province) => this.nearest(wish, actor, { province, commonClass, priceFen })));
    return nearest.filter((each) => each !== null);
  }

  private async nearest(
    wish: Wish,
    actor: Actor,
    { province, commonClass, priceFen }: Pick<ProductFound, 'province' | 'priceFen'> & { readonly commonClass: string },
  ): Promise<object | null> {
    const { rows } = await this.desk.node.rows<ProductFound>('products', {
      where: { province, commonClass, listed: true, priceFen: { lt: priceFen + 1 } },
      order: { field: 'priceFen', descending: true },
      limit: TRIED_MAX,
    });
    for (const { id, row } of rows) {
      const { agency, product, name } = row;
      const { voucherFen: _wanted, ...rest } = wish;
      // At its own price: a fee above it would fail for that alone.
      const amountFen = Math.min(wish.amountFen, row.priceFen);
      const tried = { ...rest, agencyProvince: province, agency, product, amountFen };
      const { placed, breakdown } = await this.forecast(tried, actor);
      if (placed) return { id, province, agency, product, name, priceFen: row.priceFen, reservedFen: breakdown?.reservedFen ?? 0 };
    }
    return null;
  }
}
