/** What people send about an order: paths and bodies, every field with its limits. */
import type { Declaration } from '@yrd/contracts';
import {
  AmountFen,
  CodeWord,
  Count,
  DocumentHash,
  FromText,
  ListOf,
  MadeId,
  Nested,
  OneOf,
  Prose,
  TimeMs,
  WordList,
  Year,
} from '@yrd/platform';
import { PROVINCES, SUSPICIONS } from '@yrd/voucher';
import { InvoiceNumber, ProductCode, SchemeName } from '../fields.js';

export type ProvinceCode = (typeof PROVINCES)[number];
export const MODES = ['tongyong', 'tongdui'] as const;
const FILES = ['contract', 'invoice', 'payment', 'result'] as const;
const OUTCOMES = ['full', 'partial', 'none'] as const;
const DEFECT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;

export class OrderPath {
  @MadeId({ zh: '订单编号', en: 'id of the order' })
  order: string;
}

/** What an order and a proposal have in common. */
class Terms {
  @MadeId({ zh: '用券主体编号', en: 'id of the subject' })
  subject: string;

  @SchemeName()
  scheme: string;

  @Year()
  year: number;

  @MadeId({ zh: '服务机构编号', en: 'id of the agency' })
  agency: string;

  @ProductCode()
  product: string;

  @OneOf(MODES, { zh: 'tongyong 通用：企业兑付；tongdui 通兑：机构兑付', en: 'tongyong: the enterprise redeems; tongdui: the agency does' })
  mode: (typeof MODES)[number];

  @AmountFen({ zh: '约定服务费（分）', en: 'agreed fee, fen' })
  amountFen: number;

  @AmountFen(
    { zh: '用券额（分）；不填则按规则取最高', en: 'voucher part wanted, fen; as much as the rules allow without it', optional: true },
    4_000_000,
  )
  voucherFen?: number;

  @WordList(
    /^(statutory|funded)$/,
    2,
    {
      zh: '如实申报：statutory 法定或强制检测，funded 其他财政项目已资助',
      en: 'declared of the work: a test that law demands, or work that another fiscal project pays for',
      optional: true,
    },
    [],
    0,
  )
  declares?: Declaration[];
}

export class PlaceOrderBody extends Terms {
  @OneOf(PROVINCES, { zh: '服务机构所在省', en: 'province of the agency' })
  agencyProvince: ProvinceCode;
}

export class ProposeOrderBody extends Terms {
  @OneOf(PROVINCES, { zh: '企业所在省', en: 'province of the enterprise' })
  home: ProvinceCode;
}

/** Which order an agency speaks about; the order itself stands in the address. */
export class EngagementBody {
  @OneOf(PROVINCES, { zh: '企业所在省', en: 'province of the enterprise, where the order is at home' })
  home: ProvinceCode;

  @MadeId({ zh: '本机构编号', en: 'id of the agency that speaks' })
  agency: string;
}

const CAUSE = { zh: '原因', en: 'why' };
export class CauseBody {
  @Prose(CAUSE, '研发计划调整')
  cause: string;
}
export class EngagementCauseBody extends EngagementBody {
  @Prose(CAUSE, '检测设备排期已满')
  cause: string;
}

const CONTRACT = { zh: '合同文件 SHA-256', en: 'SHA-256 of the contract' };
const CONTRACT_FEN = { zh: '合同金额（分）', en: 'amount of the contract, fen' };
const SIGNED = { zh: '签订时间（毫秒）', en: 'when it was signed, ms' };
const START = { zh: '服务开始（毫秒）', en: 'start of the service, ms' };
const END = { zh: '服务结束（毫秒）', en: 'end of the service, ms' };
export class SignatureBody {
  @DocumentHash(CONTRACT)
  contractHash: string;

  @AmountFen(CONTRACT_FEN)
  amountFen: number;

  @TimeMs(SIGNED)
  signedMs: number;

  @TimeMs(START)
  startMs: number;

  @TimeMs(END, 1_770_170_400_000)
  endMs: number;
}
export class EngagementSignatureBody extends SignatureBody {
  @OneOf(PROVINCES, { zh: '企业所在省', en: 'province of the enterprise, where the order is at home' })
  home: ProvinceCode;

  @MadeId({ zh: '本机构编号', en: 'id of the agency that speaks' })
  agency: string;
}

export class DeliveryBody extends EngagementBody {
  @DocumentHash({ zh: '服务成果 SHA-256；成果本身不出省', en: 'SHA-256 of the result; the result itself stays in the province' })
  deliverableHash: string;
}

/** A document of a redemption file, by its hash. */
export class RedemptionDocument {
  @OneOf(FILES, { zh: '材料种类', en: 'kind of document' })
  kind: (typeof FILES)[number];

  @DocumentHash({ zh: '文件 SHA-256', en: 'SHA-256 of the document' })
  hash: string;
}
export class RedemptionBody {
  @InvoiceNumber()
  invoiceNumber: string;

  @AmountFen({ zh: '发票金额（分）', en: 'amount of the invoice, fen' }, 7_500_000)
  invoiceFen: number;

  @AmountFen({ zh: '企业已付金额（分）', en: 'what the enterprise paid, fen' }, 8_000_000, 0)
  paidFen: number;

  @AmountFen({ zh: '同一服务已获其他财政支持（分）', en: 'other public support for the same service, fen', optional: true }, 0, 0)
  otherSupportFen?: number;

  @ListOf(() => RedemptionDocument, 20, { zh: '材料清单', en: 'the documents of the file' })
  files: RedemptionDocument[];
}
export class EngagementRedemptionBody extends RedemptionBody {
  @OneOf(PROVINCES, { zh: '企业所在省', en: 'province of the enterprise, where the order is at home' })
  home: ProvinceCode;

  @MadeId({ zh: '本机构编号', en: 'id of the agency that speaks' })
  agency: string;
}

export class ReasonBody {
  @CodeWord({ zh: '原因代码', en: 'code of the reason' }, 'audit')
  reason: string;
}

/** What a review of a suspicion came to. */
export class SuspicionBody {
  @OneOf(SUSPICIONS, { zh: 'E-SPLIT 疑似拆分，E-DUPFILE 成果重复', en: 'which suspicion' })
  reason: (typeof SUSPICIONS)[number];

  @CodeWord({ zh: '复核结论代码', en: 'code of what the review found' }, 'separate-projects')
  finding: string;
}

/** An exact share: 3/5 is `{ of: 3, in: 5 }`. */
export class Share {
  @Count({ zh: '分子', en: 'numerator' }, 0, 3)
  of: number;

  @Count({ zh: '分母', en: 'denominator' }, 1, 5)
  in: number;
}
export class ResolutionBody {
  @OneOf(OUTCOMES, { zh: '裁决：full 全部，partial 部分，none 不成立', en: 'how much of the service counts' })
  outcome: (typeof OUTCOMES)[number];

  @Nested(() => Share, { zh: '部分认可时的比例', en: 'the share that counts when it is partial', optional: true })
  share?: Share;
}

export class DefectsBody {
  @WordList(DEFECT, 50, { zh: '全部缺陷（一次性告知）', en: 'every defect, told once' }, ['payment'])
  defects: string[];
}
export class RefusalBody {
  @CodeWord({ zh: '理由代码', en: 'code of the reason' }, 'E-STATUTORY')
  code: string;
}
export class BatchBody {
  @CodeWord({ zh: '公示批次', en: 'name of the batch it is shown in' }, '2026-05')
  batch: string;
}
export class ObjectionBody {
  @CodeWord({ zh: '异议理由代码', en: 'code of the grounds' }, 'related-party')
  grounds: string;
}
export class ReceiptBody {
  @DocumentHash({ zh: '国库回单 SHA-256', en: 'SHA-256 of the treasury’s receipt' })
  receiptHash: string;
}

const CLAWBACKS = ['refund', 'fraud'] as const;
const PARTIES = ['enterprise', 'agency'] as const;
export class ClawbackBody {
  @OneOf(CLAWBACKS, { zh: 'refund 退款：按减少后的基数重算；fraud 虚报冒领：全额追回', en: 'refund: by the reduced base; fraud: whole' })
  cause: (typeof CLAWBACKS)[number];

  @AmountFen({ zh: '退款后剩余的补助基数（分）', en: 'what a refund leaves of the base, fen', optional: true }, 5_000_000, 0)
  baseFen?: number;

  @OneOf(PARTIES, { zh: '虚报冒领的责任方', en: 'whom a fraud is laid to', optional: true })
  against?: (typeof PARTIES)[number];
}
export class ClawbackPath extends OrderPath {
  @FromText()
  @Count({ zh: '追回序号', en: 'number of the clawback' }, 1, 1)
  clawback: number;
}
export class ReturnedBody extends ReceiptBody {
  @CodeWord({ zh: '退汇原因代码', en: 'code of the bank, AC04 for a closed account' }, 'AC04')
  reason: string;
}
export class RedLetterBody {
  @InvoiceNumber()
  invoiceNumber: string;

  @InvoiceNumber()
  redNumber: string;

  @AmountFen({ zh: '红冲金额（分）', en: 'what the red letter takes back, fen' }, 2_500_000)
  redFen: number;
}
