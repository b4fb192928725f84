/** Interests of people who decide (V16, A14), and payments that went back (V29): what keeps decisions clean. */
import { Body, Controller, Param, Post } from '@nestjs/common';
import { AmountFen, Call, CodeWord, CurrentCall, DocumentHash, MadeId, Offers, OneOf, TextField, TimeMs } from '@yrd/platform';
import { PROVINCES } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { OrderPath } from './order-bodies.js';

const PARTIES = ['subject', 'agency'] as const;
const RECEIVERS = ['enterprise', 'related-party'] as const;

class InterestOfBody {
  @OneOf(PARTIES, { zh: 'subject 用券主体，agency 服务机构', en: 'in whom: a subject or an agency' })
  party: (typeof PARTIES)[number];

  @MadeId({ zh: '主体或机构编号', en: 'id of the subject or agency' })
  id: string;

  @OneOf(PROVINCES, { zh: '机构所在省；默认本省', en: 'province of the agency, this one by default', optional: true })
  province?: (typeof PROVINCES)[number];

  @TextField(
    /^[0-9a-f]{16,64}$/,
    64,
    { zh: '人员假名；本人申报不填', en: 'pseudonym of the person; left out for oneself', optional: true },
    '0f3c5a9b1d2e4f60',
  )
  person?: string;
}
class InterestBody extends InterestOfBody {
  @CodeWord({ zh: '关系代码：relative 亲属，shares 持股，former-employer 原任职', en: 'code of the tie' }, 'relative')
  tie: string;
}

class ReturnPaymentBody {
  @TimeMs({ zh: '企业付款时间（毫秒）', en: 'when the enterprise paid, ms' })
  paidMs: number;

  @TimeMs({ zh: '机构返款时间（毫秒）', en: 'when the agency paid back, ms' })
  returnedMs: number;

  @AmountFen({ zh: '返款金额（分）', en: 'what was paid back, fen' }, 1_000_000)
  amountFen: number;

  @OneOf(RECEIVERS, { zh: '收款方：enterprise 企业，related-party 其关联方', en: 'to whom' })
  to: (typeof RECEIVERS)[number];

  @DocumentHash({ zh: '银行流水 SHA-256', en: 'SHA-256 of the bank record' })
  evidenceHash: string;
}

@Controller('v1')
export class InterestsController {
  constructor(private readonly desk: Desk) {}

  @Post('interests')
  @Offers('DeclareInterest')
  declare(@Body() { tie, ...whose }: InterestBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'DeclareInterest', { ...this.of(whose), tie });
  }

  @Post('interests/end')
  @Offers('EndInterest')
  end(@Body() whose: InterestOfBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'EndInterest', this.of(whose));
  }

  @Post('orders/:order/return-payments')
  @Offers('RecordReturnPayment')
  record(@Param() path: OrderPath, @Body() body: ReturnPaymentBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RecordReturnPayment', { ...path, ...body });
  }

  private of({ party, id, province = this.desk.province as (typeof PROVINCES)[number], person }: InterestOfBody) {
    const named = party === 'subject' ? (`subject.${id}` as const) : (`agency.${province}.${id}` as const);
    return { party: named, ...(person === undefined ? {} : { person }) };
  }
}
