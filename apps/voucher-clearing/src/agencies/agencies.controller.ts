/** Service agencies of this province and their listed products; the list shows those of all provinces. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import {
  Allows,
  AmountFen,
  Call,
  CodeWord,
  CurrentCall,
  Day,
  Offers,
  OneOf,
  OrganisationId,
  NoBody,
  Lists,
  Problem,
  Prose,
  ReadQuery,
  TimeMs,
  YesNo,
} from '@yrd/platform';
import {
  agency,
  AGENCY_PHASES,
  agencyRules,
  agencyRulesStream,
  agencyStream,
  ending,
  journalOf,
  limitsOf,
  PROVINCES,
  rulesAt,
} from '@yrd/voucher';
import { Desk } from '../desk.js';
import { answerDue, DueQuery } from '../due.js';
import { Classes, ItemClass, ProductCode, Uscc } from '../fields.js';
import { AgencyListed } from '../list-rows.js';
import type { ProvinceCode } from '../orders/order-bodies.js';
import { AgencyPath } from '../paths.js';
import { only, sorts } from '../rows.js';
import { AgencyShown } from './agency-answers.js';

const SORTS = sorts('updatedMs', 'name', 'certificateEndsMs', 'dueMs');

class ProductPath extends AgencyPath {
  @ProductCode()
  product: string;
}

export class AdmitAgencyBody {
  @OrganisationId()
  organisation: string;

  @Prose({ zh: '名称', en: 'name' }, '浦江分析测试中心（虚构）')
  name: string;

  @Uscc()
  uscc: string;

  @Classes()
  classes: string[];
}

export class AgencyReasonBody {
  @CodeWord({ zh: '原因代码', en: 'code of the reason' }, 'complaint')
  reason: string;
}

class SuspendAgencyBody extends AgencyReasonBody {
  @Day({ zh: '暂停的最后一日；不填则至恢复为止', en: 'last day of it; without one until it is reinstated', optional: true })
  until?: string;

  @YesNo({ zh: '涉嫌骗取财政资金：已结算订单也须复查', en: 'fraud: settled orders are looked at again too', optional: true })
  fraud?: boolean;
}

class RevokeAgencyBody extends AgencyReasonBody {
  @Day({ zh: '不得再入库的最后一日', en: 'last day on which its organisation is barred' })
  until: string;

  @YesNo({ zh: '骗取财政资金', en: 'for fraud', optional: true })
  fraud?: boolean;
}

class RestrictAgencyBody extends AgencyReasonBody {
  @Classes()
  classes: string[];
}

class ExcludeAgencyBody {
  @Prose({ zh: '处罚决定文号', en: 'number of the decision' }, '沪市监处〔2026〕1号')
  decision: string;

  @Day({ zh: '决定日期', en: 'day of the decision' })
  decidedOn: string;
}

export class ListProductBody {
  @ProductCode()
  product: string;

  @ItemClass()
  itemClass: string;

  @Prose({ zh: '名称', en: 'name' }, '材料成分分析')
  name: string;

  @AmountFen({ zh: '公示价格（分）', en: 'published price, fen' })
  priceFen: number;
}

class RevisePriceBody {
  @AmountFen({ zh: '新价格（分）', en: 'new price, fen' }, 9_000_000)
  priceFen: number;

  @TimeMs({ zh: '生效时间（毫秒）', en: 'from when it holds, ms' })
  fromMs: number;
}

class AgenciesQuery extends DueQuery {
  @OneOf(PROVINCES, { zh: '所在省', en: 'home province', optional: true })
  province?: ProvinceCode;

  @OneOf(AGENCY_PHASES, { zh: '状态', en: 'state', optional: true })
  state?: (typeof AGENCY_PHASES)[number];

  @ItemClass({ zh: '服务类别', en: 'class of service that it is admitted for', optional: true })
  itemClass?: string;

  @OneOf(SORTS, { zh: '排序', en: 'order', optional: true })
  sort?: (typeof SORTS)[number];
}

class AgencyQuery extends ReadQuery {
  @OneOf(PROVINCES, { zh: '所在省；默认本省', en: 'home province; this one by default', optional: true })
  province?: ProvinceCode;
}

@Controller('v1/agencies')
export class AgenciesController {
  constructor(private readonly desk: Desk) {}

  @Post()
  @Offers('AdmitAgency', { creates: true })
  admit(@Body() body: AdmitAgencyBody, @CurrentCall() call: Call) {
    return this.desk.create(call, 'AdmitAgency', {
      kind: 'agency',
      at: (id) => `/v1/agencies/${id}`,
      body: (id) => ({ agency: id, ...body }),
    });
  }

  @Post(':agency/suspension')
  @Offers('SuspendAgency')
  suspend(@Param() path: AgencyPath, @Body() body: SuspendAgencyBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'SuspendAgency', { ...path, ...body });
  }

  @Post(':agency/reinstatement')
  @Offers('ReinstateAgency')
  reinstate(@Param() path: AgencyPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ReinstateAgency', { ...path });
  }

  @Post(':agency/restriction')
  @Offers('RestrictAgency')
  restrict(@Param() path: AgencyPath, @Body() body: RestrictAgencyBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RestrictAgency', { ...path, ...body });
  }

  @Post(':agency/revocation')
  @Offers('RevokeAgency')
  revoke(@Param() path: AgencyPath, @Body() body: RevokeAgencyBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RevokeAgency', { ...path, ...body });
  }

  @Post(':agency/exit')
  @Offers('ExitAgency')
  exit(@Param() path: AgencyPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ExitAgency', { ...path });
  }

  @Post(':agency/exclusion')
  @Offers('ExcludeAgency')
  exclude(@Param() path: AgencyPath, @Body() body: ExcludeAgencyBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ExcludeAgency', { ...path, ...body });
  }

  @Post(':agency/products')
  @Offers('ListProduct', { creates: true })
  list(@Param() path: AgencyPath, @Body() body: ListProductBody, @CurrentCall() call: Call) {
    const at = (id: string): string => `/v1/products/${this.desk.province}.${path.agency}.${id}`;
    return this.desk.createNamed(call, 'ListProduct', { id: body.product, at, body: () => ({ ...path, ...body }) });
  }

  @Post(':agency/products/:product/price')
  @Offers('RevisePrice')
  revise(@Param() path: ProductPath, @Body() body: RevisePriceBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RevisePrice', { ...path, ...body });
  }

  @Post(':agency/products/:product/delisting')
  @Offers('DelistProduct')
  delist(@Param() path: ProductPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'DelistProduct', { ...path });
  }

  @Get()
  @Allows('ReadAgencies')
  @Lists(AgencyListed)
  rows(@Query() query: AgenciesQuery, @CurrentCall() call: Call) {
    const { province, state, itemClass } = query;
    // A list in a row matches by its elements; an agency admitted for everything has the class too.
    const classes = itemClass === undefined ? undefined : { in: [itemClass, '*'] };
    const where = only({ province, state, classes });
    return answerDue(call, this.desk, { view: 'agencies', where, usual: 'name', row: AgencyListed }, query);
  }

  @Get(':agency')
  @Allows('ReadAgency')
  @ApiOkResponse({ type: AgencyShown })
  async read(@Param() path: AgencyPath, @Query() query: AgencyQuery, @CurrentCall() call: Call): Promise<object> {
    const province = query.province ?? this.desk.province;
    const found = await this.desk.node.read(agency, agencyStream(path.agency), journalOf(province));
    const { phase, organisation, name, uscc, classes, admitted, products, certificates, reports } = found.state;
    const { appraisals, missed: appraisalsMissed, idleSinceMs } = found.state;
    // What it says of itself is read at `/v1/assessments`, by itself and by staff.
    if (!AGENCY_PHASES.some((each) => each === phase)) throw new Problem('E-NOTFOUND');
    call.stamp(found);
    const { state: rules } = await this.desk.node.read(agencyRules, agencyRulesStream, journalOf(province));
    const { now } = this.desk.node.status();
    return {
      ...{ id: path.agency, province, state: phase, organisation, name, uscc, classes, admitted, products },
      ...{ certificates: Object.values(certificates), outOfScope: reports, ...limitsOf(found.state) },
      ...{ appraisals, appraisalsMissed, idleSinceMs },
      warnings: ending(found.state, rulesAt(rules, now)?.rules.warnDays ?? 0, now),
    };
  }
}
