/** Complaints about agencies (M5): lodged at the complainant's node, answered at the agency's, seen with their limits by staff of both. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Allows, Call, CodeWord, CurrentActor, CurrentCall, Lists, MadeId, Offers, OneOf, Problem, ReadQuery } from '@yrd/platform';
import type { Actor } from '@yrd/ledger';
import { COMPLAINT_STATES, PROVINCES, type ComplaintRow } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { answerDue, DueQuery, showDue } from '../due.js';
import type { ProvinceCode } from '../orders/order-bodies.js';
import { only, sorts } from '../rows.js';
import { Sight } from '../sight.js';
import { ComplaintShown } from './agency-answers.js';

const AGENCY_PROVINCE = { zh: '服务机构所在省', en: 'province of the agency' };
const AGENCY = { zh: '服务机构编号', en: 'id of the agency' };
const SORTS = sorts('answerByMs', 'lodgedMs', 'dueMs');
const LATE = ['yes', 'no'] as const;

class LodgeComplaintBody {
  @MadeId({ zh: '投诉的用券主体', en: 'the subject that complains' })
  subject: string;

  @OneOf(PROVINCES, AGENCY_PROVINCE)
  agencyProvince: ProvinceCode;

  @MadeId(AGENCY)
  agency: string;

  @CodeWord({ zh: '投诉事由代码', en: 'code of the grounds' }, 'late-report')
  grounds: string;

  @MadeId({ zh: '所涉订单', en: 'the order it is about', optional: true })
  order?: string;
}

class ComplaintPath {
  @MadeId({ zh: '投诉编号', en: 'id of the complaint' })
  complaint: string;
}

class AnswerComplaintBody {
  @CodeWord({ zh: '首次答复代码', en: 'code of the first answer' }, 'accepted')
  answer: string;
}

class ComplaintsQuery extends DueQuery {
  @OneOf(PROVINCES, { ...AGENCY_PROVINCE, optional: true })
  province?: ProvinceCode;

  @MadeId({ ...AGENCY, optional: true })
  agency?: string;

  @OneOf(COMPLAINT_STATES, { zh: '状态', en: 'state', optional: true })
  state?: (typeof COMPLAINT_STATES)[number];

  @OneOf(LATE, { zh: '是否曾逾期，含逾期后答复的', en: 'whether it was told to be overdue, answered since or not', optional: true })
  overdue?: (typeof LATE)[number];

  @OneOf(SORTS, { zh: '排序', en: 'order', optional: true })
  sort?: (typeof SORTS)[number];
}

@Controller('v1/complaints')
export class ComplaintsController {
  constructor(
    private readonly desk: Desk,
    private readonly sight: Sight,
  ) {}

  @Post()
  @Offers('LodgeComplaint', { creates: true })
  lodge(@Body() body: LodgeComplaintBody, @CurrentCall() call: Call) {
    return this.desk.create(call, 'LodgeComplaint', {
      kind: 'complaint',
      at: (id) => `/v1/complaints/${id}`,
      body: (id) => ({ complaint: id, ...body }),
    });
  }

  @Post(':complaint/answer')
  @Offers('AnswerComplaint')
  answer(@Param() path: ComplaintPath, @Body() body: AnswerComplaintBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'AnswerComplaint', { ...path, ...body });
  }

  @Get()
  @Allows('ReadComplaints')
  @Lists(ComplaintShown)
  rows(@Query() query: ComplaintsQuery, @CurrentCall() call: Call) {
    const { province, agency, state, overdue } = query;
    const where = only({ province, agency, state, overdue: overdue === undefined ? undefined : overdue === 'yes' });
    return answerDue(call, this.desk, { view: 'complaints', where, usual: 'lodgedMs', row: ComplaintShown }, query);
  }

  @Get(':complaint')
  @Allows('ReadComplaint')
  @ApiOkResponse({ type: ComplaintShown })
  async read(@Param() { complaint: id }: ComplaintPath, @Query() _query: ReadQuery, @CurrentActor() actor: Actor): Promise<object> {
    const [found] = (await this.desk.node.rows<ComplaintRow>('complaints', { where: { id }, limit: 1 })).rows;
    if (found === undefined || !(await this.mayRead(actor, found.row))) throw Problem.unseen(found !== undefined);
    return showDue(this.desk, found.row);
  }

  /** The complainant at home, the agency at home, and staff of either. */
  private async mayRead(actor: Actor, { from, subject, province, agency }: ComplaintRow): Promise<boolean> {
    if (from === this.desk.province && (await this.sight.ofSubject(actor, subject))) return true;
    return this.sight.ofAgency(actor, province, agency);
  }
}
