/** Quota accounts: what a subject may spend under a scheme in a year. An account is named `<subject>.<scheme>.<year>`. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Actor } from '@yrd/ledger';
import {
  Allows,
  AmountFen,
  Call,
  CodeWord,
  CurrentActor,
  CurrentCall,
  FromText,
  ListOf,
  MadeId,
  Offers,
  OneOf,
  NoBody,
  Lists,
  Problem,
  Prose,
  ReadQuery,
  TextField,
  Year,
} from '@yrd/platform';
import { quota, STAGES, stageOf } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { answerDue, DueQuery } from '../due.js';
import { SchemeName } from '../fields.js';
import { QuotaListed } from '../list-rows.js';
import { only, sorts } from '../rows.js';
import { Sight } from '../sight.js';
import { QuotaShown } from './quota-answers.js';

const STATES = ['Submitted', 'Returned', 'Refused', 'Granted', 'Frozen', 'Closed'] as const;
const SUBJECT = { zh: '用券主体编号', en: 'id of the subject' };

const SORTS = sorts('updatedMs', 'askedFen', 'grantedFen', 'leftFen', 'useUntilMs', 'dueMs');

class QuotaPath {
  @TextField(
    /^[0-9a-f]{26}\.[a-z][a-z0-9-]{1,30}\.20[2-9]\d$/,
    63,
    { zh: '额度账户：主体.方案.年度', en: 'account: subject.scheme.year' },
    '0f3c5a9b1d2e4f60718293a4b5.cxq.2026',
  )
  quota: string;
}

export class ApplyQuotaBody {
  @MadeId(SUBJECT)
  subject: string;

  @SchemeName()
  scheme: string;

  @Year()
  year: number;

  @AmountFen({ zh: '申请额度（分）', en: 'amount asked, fen' }, 10_000_000)
  askedFen: number;
}

class GrantQuotaBody {
  @AmountFen({ zh: '授予额度（分）', en: 'amount granted, fen' }, 10_000_000)
  amountFen: number;
}

/** A defect of a claim: a code for programs, and words that say how to mend it. */
export class ClaimDefect {
  @CodeWord({ zh: '缺陷代码', en: 'code of the defect' }, 'address-proof')
  code: string;

  @Prose({ zh: '缺陷说明：缺什么，如何补正', en: 'what is wrong, and how to mend it' }, '注册地址证明已过期，请上传本年度证明')
  text: string;
}

class QuotaDefectsBody {
  @ListOf(() => ClaimDefect, 50, { zh: '全部缺陷（一次性告知）', en: 'every defect, told once' })
  defects: ClaimDefect[];
}

class QuotaRefusalBody {
  @CodeWord({ zh: '理由代码', en: 'code of the reason' }, 'E-SUBJECT')
  code: string;
}

class QuotaReasonBody {
  @CodeWord({ zh: '原因代码', en: 'code of the reason' }, 'audit')
  reason: string;
}

class QuotasQuery extends DueQuery {
  @MadeId({ ...SUBJECT, optional: true })
  subject?: string;

  @SchemeName({ zh: '方案', en: 'scheme', optional: true })
  scheme?: string;

  @FromText()
  @Year({ zh: '年度', en: 'year', optional: true })
  year?: number;

  @OneOf(STATES, { zh: '状态', en: 'state', optional: true })
  state?: (typeof STATES)[number];

  @OneOf(SORTS, { zh: '排序', en: 'order', optional: true })
  sort?: (typeof SORTS)[number];
}

/** The account that a checked name stands for. */
const accountOf = (name: string) => {
  const [subject = '', scheme = '', year = ''] = name.split('.');
  return { subject, scheme, year: Number(year) };
};

@Controller('v1/quotas')
export class QuotasController {
  constructor(
    private readonly desk: Desk,
    private readonly sight: Sight,
  ) {}

  @Post()
  @Offers('ApplyQuota', { creates: true })
  apply(@Body() body: ApplyQuotaBody, @CurrentCall() call: Call) {
    const id = `${body.subject}.${body.scheme}.${body.year}`;
    return this.desk.createNamed(call, 'ApplyQuota', { id, at: () => `/v1/quotas/${id}`, body: () => body });
  }

  @Post(':quota/pass')
  @Offers('PassQuota')
  pass(@Param() path: QuotaPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'PassQuota', accountOf(path.quota));
  }

  @Post(':quota/grant')
  @Offers('GrantQuota')
  grant(@Param() path: QuotaPath, @Body() body: GrantQuotaBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'GrantQuota', { ...accountOf(path.quota), ...body });
  }

  @Post(':quota/return')
  @Offers('ReturnQuota')
  giveBack(@Param() path: QuotaPath, @Body() body: QuotaDefectsBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ReturnQuota', { ...accountOf(path.quota), ...body });
  }

  @Post(':quota/refusal')
  @Offers('RefuseQuota')
  refuse(@Param() path: QuotaPath, @Body() body: QuotaRefusalBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RefuseQuota', { ...accountOf(path.quota), ...body });
  }

  @Post(':quota/freeze')
  @Offers('FreezeQuota')
  freeze(@Param() path: QuotaPath, @Body() body: QuotaReasonBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'FreezeQuota', { ...accountOf(path.quota), ...body });
  }

  @Post(':quota/release')
  @Offers('UnfreezeQuota')
  unfreeze(@Param() path: QuotaPath, @Body() body: QuotaReasonBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'UnfreezeQuota', { ...accountOf(path.quota), ...body });
  }

  @Post(':quota/closure')
  @Offers('CloseQuota')
  close(@Param() path: QuotaPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'CloseQuota', accountOf(path.quota));
  }

  @Get()
  @Allows('ReadQuotas')
  @Lists(QuotaListed)
  async list(@Query() query: QuotasQuery, @CurrentActor() actor: Actor, @CurrentCall() call: Call) {
    const { subject, scheme, year, state } = query;
    await this.sight.narrow(actor, only({ subject }));
    const where = only({ subject, scheme, year, state });
    return answerDue(call, this.desk, { view: 'quotas', where, usual: '-updatedMs', row: QuotaListed }, query);
  }

  @Get(':quota')
  @Allows('ReadQuota')
  @ApiOkResponse({ type: QuotaShown })
  async read(
    @Param() path: QuotaPath,
    @Query() _query: ReadQuery,
    @CurrentActor() actor: Actor,
    @CurrentCall() call: Call,
  ): Promise<object> {
    const account = accountOf(path.quota);
    const found = await this.desk.node.read(quota, `quota/${path.quota}`);
    const there = found.version > 0;
    if (!there || !(await this.sight.ofSubject(actor, account.subject))) throw Problem.unseen(there);
    call.stamp(found);
    const { phase, grantedFen, reservedFen, consumedFen, passed, ...rest } = found.state;
    const leftFen = grantedFen - reservedFen - consumedFen;
    const stage = stageOf(found.state);
    // Whose hand passed it stays in the node (V16).
    const claim = { stage, stageWords: STAGES[stage], passedFen: passed?.askedFen ?? null };
    return { id: path.quota, ...account, state: phase, ...claim, grantedFen, reservedFen, consumedFen, leftFen, ...rest };
  }
}
