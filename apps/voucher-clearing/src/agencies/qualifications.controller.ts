/** What a province looks up and finds out about its agencies: certificates, services out of scope (V9), the yearly appraisal (M4). */
import { Body, Controller, Param, Post } from '@nestjs/common';
import { Call, CodeWord, CurrentCall, Day, MadeId, Offers, OneOf, Year } from '@yrd/platform';
import { AgencyReasonBody } from './agencies.controller.js';
import { Desk } from '../desk.js';
import { Classes, ItemClass } from '../fields.js';
import { AgencyPath } from '../paths.js';

const GRADES = ['passed', 'failed'] as const;

class CertificatePath extends AgencyPath {
  @CodeWord({ zh: '证书编号', en: 'number of the certificate' }, 'CMA-0001')
  certificate: string;
}

class QualificationBody {
  @CodeWord({ zh: '证书编号', en: 'number of the certificate' }, 'CMA-0001')
  certificate: string;

  @CodeWord({ zh: '证书种类', en: 'kind of certificate' }, 'CMA')
  kind: string;

  @Classes()
  items: string[];

  @Day({ zh: '有效期首日', en: 'first day of its validity' })
  fromOn: string;

  @Day({ zh: '有效期末日', en: 'last day of its validity' })
  untilOn: string;
}

class AppraisalBody {
  @Year({ zh: '考核年度', en: 'year' })
  year: number;

  @OneOf(GRADES, { zh: '结果', en: 'outcome' })
  grade: (typeof GRADES)[number];
}

class OutOfScopeBody {
  @ItemClass()
  itemClass: string;

  @Day({ zh: '服务日期', en: 'day of the service' })
  servedOn: string;

  @MadeId({ zh: '所涉订单', en: 'the order it was for', optional: true })
  order?: string;
}

@Controller('v1/agencies')
export class QualificationsController {
  constructor(private readonly desk: Desk) {}

  @Post(':agency/qualifications')
  @Offers('RecordQualification', { creates: true })
  qualify(@Param() path: AgencyPath, @Body() body: QualificationBody, @CurrentCall() call: Call) {
    const at = (): string => `/v1/agencies/${path.agency}`;
    return this.desk.createNamed(call, 'RecordQualification', { id: body.certificate, at, body: () => ({ ...path, ...body }) });
  }

  @Post(':agency/qualifications/:certificate/withdrawal')
  @Offers('WithdrawQualification')
  disqualify(@Param() path: CertificatePath, @Body() body: AgencyReasonBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'WithdrawQualification', { ...path, ...body });
  }

  @Post(':agency/appraisal')
  @Offers('AppraiseAgency')
  appraise(@Param() path: AgencyPath, @Body() body: AppraisalBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'AppraiseAgency', { ...path, ...body });
  }

  @Post(':agency/out-of-scope')
  @Offers('ReportOutOfScope')
  report(@Param() path: AgencyPath, @Body() body: OutOfScopeBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ReportOutOfScope', { ...path, ...body });
  }
}
