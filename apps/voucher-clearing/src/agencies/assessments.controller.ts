/** How an agency comes in: self-assessment, verification, publicity and objections. What it says of itself stays in its province. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import {
  Allows,
  Call,
  CodeWord,
  CurrentActor,
  CurrentCall,
  Day,
  DocumentHash,
  ListOf,
  NoBody,
  Offers,
  OneOf,
  Lists,
  Problem,
  Prose,
  ReadQuery,
  WordList,
} from '@yrd/platform';
import type { Actor } from '@yrd/ledger';
import { agency, AGENCY_PHASES, agencyStream, ASSESSMENT_PHASES } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { answerDue, DueQuery } from '../due.js';
import { Classes, Uscc } from '../fields.js';
import { AssessmentListed } from '../list-rows.js';
import { AgencyPath } from '../paths.js';
import { only, sorts } from '../rows.js';
import { Sight } from '../sight.js';
import { AssessmentShown } from './agency-answers.js';

const FORMS = ['legal-entity', 'unincorporated'] as const;
const OUTCOMES = ['verified', 'not-verified'] as const;
const STATES = [...ASSESSMENT_PHASES, ...AGENCY_PHASES] as const;
const SORTS = sorts('updatedMs', 'assessedMs', 'dueMs');
const PAPERS_MAX = 20;
const POINT = /^[a-z][a-z-]{1,39}$/;

class PaperBody {
  @CodeWord({ zh: '材料种类代码', en: 'kind of the paper' }, 'licence')
  kind: string;

  @DocumentHash({ zh: '材料的 SHA-256', en: 'SHA-256 of the paper' })
  hash: string;
}

class SelfAssessBody {
  @Prose({ zh: '名称', en: 'name' }, '浦江分析测试中心（虚构）')
  name: string;

  @Uscc()
  uscc: string;

  @Classes()
  classes: string[];

  @OneOf(FORMS, { zh: '组织形式：legal-entity 法人，unincorporated 非法人组织', en: 'legal form' })
  form: (typeof FORMS)[number];

  @Day({ zh: '成立日期', en: 'day it was founded' })
  founded: string;

  @WordList(POINT, PAPERS_MAX, { zh: '声明符合的入库条件', en: 'points of entry that it declares to meet' }, ['fixed-place', 'team'], 0)
  declares: string[];

  @ListOf(() => PaperBody, PAPERS_MAX, { zh: '自评材料（仅杂凑）', en: 'papers, by hash' })
  papers: PaperBody[];
}

class VerifyAgencyBody {
  @OneOf(OUTCOMES, { zh: '核验结果', en: 'outcome' })
  outcome: (typeof OUTCOMES)[number];

  @WordList(POINT, PAPERS_MAX, { zh: '不予通过的原因代码', en: 'codes of what was not confirmed' }, [], 0)
  reasons: string[];
}

class AgencyGroundsBody {
  @CodeWord({ zh: '异议理由代码', en: 'code of the grounds' }, 'finance')
  grounds: string;
}

class AssessmentsQuery extends DueQuery {
  @OneOf(STATES, { zh: '状态', en: 'state', optional: true })
  state?: (typeof STATES)[number];

  @OneOf(SORTS, { zh: '排序', en: 'order', optional: true })
  sort?: (typeof SORTS)[number];
}

@Controller('v1/assessments')
export class AssessmentsController {
  constructor(
    private readonly desk: Desk,
    private readonly sight: Sight,
  ) {}

  @Post()
  @Offers('SelfAssess', { creates: true })
  assess(@Body() body: SelfAssessBody, @CurrentActor() actor: Actor, @CurrentCall() call: Call) {
    return this.desk.create(call, 'SelfAssess', {
      kind: 'agency',
      at: (id) => `/v1/assessments/${id}`,
      body: (id) => ({ agency: id, organisation: actor.organisation, ...body }),
    });
  }

  @Post(':agency/verification')
  @Offers('VerifyAgency')
  verify(@Param() path: AgencyPath, @Body() body: VerifyAgencyBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'VerifyAgency', { ...path, ...body });
  }

  @Post(':agency/publicity')
  @Offers('PubliciseAgency')
  publicise(@Param() path: AgencyPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'PubliciseAgency', { ...path });
  }

  @Post(':agency/objection')
  @Offers('LodgeAgencyObjection')
  object(@Param() path: AgencyPath, @Body() body: AgencyGroundsBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'LodgeAgencyObjection', { ...path, ...body });
  }

  @Post(':agency/objection/upholding')
  @Offers('UpholdAgencyObjection')
  uphold(@Param() path: AgencyPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'UpholdAgencyObjection', { ...path });
  }

  @Post(':agency/objection/rejection')
  @Offers('RejectAgencyObjection')
  reject(@Param() path: AgencyPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RejectAgencyObjection', { ...path });
  }

  @Get()
  @Allows('ReadAssessments')
  @Lists(AssessmentListed)
  rows(@Query() query: AssessmentsQuery, @CurrentCall() call: Call) {
    const { state } = query;
    return answerDue(call, this.desk, { view: 'assessments', where: only({ state }), usual: '-updatedMs', row: AssessmentListed }, query);
  }

  @Get(':agency')
  @Allows('ReadAssessment')
  @ApiOkResponse({ type: AssessmentShown })
  async read(
    @Param() path: AgencyPath,
    @Query() _query: ReadQuery,
    @CurrentActor() actor: Actor,
    @CurrentCall() call: Call,
  ): Promise<object> {
    const found = await this.desk.node.read(agency, agencyStream(path.agency));
    const { assessment, phase, reasons, endsMs, organisation } = found.state;
    if (assessment === null || !this.sight.isOf(actor, organisation)) throw Problem.unseen(assessment !== null);
    call.stamp(found);
    const { agency: id, ...said } = assessment;
    return { id, state: phase, ...said, reasons, publicUntilMs: phase === 'Publicised' ? endsMs : null };
  }
}
