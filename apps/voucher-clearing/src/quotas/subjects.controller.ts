/** Subjects: firms and teams of this province, by facts that each have a source and a date. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { inBoth } from '@yrd/contracts';
import {
  Allows,
  AmountFen,
  Call,
  CurrentActor,
  CurrentCall,
  Day,
  FromText,
  LeftOut,
  MadeId,
  Offers,
  OneOf,
  OrganisationId,
  Problem,
  Prose,
  ReadQuery,
  Year,
} from '@yrd/platform';
import type { Actor } from '@yrd/ledger';
import {
  effective,
  eligibility,
  policy,
  ownerOf,
  policyStream,
  PROVINCES,
  subject,
  subjectStream,
  ownership,
  ownershipStream,
} from '@yrd/voucher';
import { Desk } from '../desk.js';
import { SchemeName, Uscc } from '../fields.js';
import type { ProvinceCode } from '../orders/order-bodies.js';
import { shownOwnership } from './ownership.controller.js';
import { SubjectPath } from '../paths.js';
import { Sight } from '../sight.js';
import { SubjectShown } from './quota-answers.js';

const KINDS = ['firm', 'team'] as const;
const FACTS = ['status', 'address', 'sme-year', 'team-core', 'group', 'link'] as const;

class RegisterSubjectBody {
  @OneOf(KINDS, { zh: 'firm 企业，team 团队', en: 'firm or team' })
  kind: (typeof KINDS)[number];

  @OrganisationId()
  organisation: string;

  @Prose({ zh: '名称', en: 'name' }, '华瀛精密仪器（虚构）有限公司')
  name: string;

  @Uscc({ optional: true })
  uscc?: string;
}

export class RecordFactBody {
  @OneOf(FACTS, {
    zh: '事实：status 经营状态，address 注册地行政区划代码，sme-year 科技型中小企业入库年度，team-core 核心成员数，group 实际控制人组，link 关联',
    en: 'which fact',
  })
  fact: (typeof FACTS)[number];

  @Prose({ zh: '值', en: 'value' }, '320100')
  value: string;

  @Prose({ zh: '来源', en: 'source' }, '企业登记档案')
  source: string;

  @Day({ zh: '截至日期', en: 'the day it was true' })
  asOf: string;
}

class AllowProposerBody {
  @OneOf(PROVINCES, { zh: '服务机构所在省', en: 'province of the agency' })
  agencyProvince: ProvinceCode;

  @MadeId({ zh: '服务机构编号', en: 'id of the agency' })
  agency: string;

  @AmountFen({ zh: '可提出的券额上限（分），0 为收回', en: 'up to which voucher amount, fen; 0 takes the leave back' }, 4_000_000, 0)
  uptoFen: number;
}

const SOURCE = { zh: '依据（登记档案、公告等）', en: 'what it rests on' };
const AS_OF = { zh: '生效日期', en: 'the day it took effect' };

class MergeSubjectBody {
  @MadeId({ zh: '承继主体编号（本省）', en: 'id of the subject of this province that took it over' })
  successor: string;

  @Prose(SOURCE, '合并登记公告')
  source: string;

  @Day(AS_OF)
  asOf: string;
}

class MoveSubjectBody {
  @OneOf(PROVINCES, { zh: '迁入省', en: 'province that it moved to' })
  toProvince: ProvinceCode;

  @MadeId({ zh: '在迁入省的主体编号（先行登记）', en: 'its id there, where it is registered first' })
  toSubject: string;

  @Prose(SOURCE, '住所变更登记')
  source: string;

  @Day(AS_OF)
  asOf: string;
}

class SubjectQuery extends ReadQuery {
  @LeftOut()
  @SchemeName({ zh: '同时按此方案核对资格', en: 'also check eligibility under this scheme', optional: true })
  scheme?: string;

  @FromText()
  @Year({ zh: '核对资格的年度', en: 'year to check eligibility for', optional: true })
  year?: number;
}

@Controller('v1/subjects')
export class SubjectsController {
  constructor(
    private readonly desk: Desk,
    private readonly sight: Sight,
  ) {}

  @Post()
  @Offers('RegisterSubject', { creates: true })
  register(@Body() { kind, organisation, name, uscc }: RegisterSubjectBody, @CurrentCall() call: Call) {
    return this.desk.create(call, 'RegisterSubject', {
      kind: 'subject',
      at: (id) => `/v1/subjects/${id}`,
      // A team is not incorporated yet and may have no code; that a firm needs one is decided by the domain.
      body: (id) => ({ subject: id, kind, organisation, name, uscc: uscc ?? '' }),
    });
  }

  @Post(':subject/facts')
  @Offers('RecordSubjectFact')
  record(@Param() { subject: id }: SubjectPath, @Body() body: RecordFactBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RecordSubjectFact', { subject: id, ...body });
  }

  @Post(':subject/proposers')
  @Offers('AllowProposer')
  allow(@Param() { subject: id }: SubjectPath, @Body() body: AllowProposerBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'AllowProposer', { subject: id, ...body });
  }

  @Post(':subject/merger')
  @Offers('MergeSubject')
  merge(@Param() { subject: id }: SubjectPath, @Body() body: MergeSubjectBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'MergeSubject', { subject: id, ...body });
  }

  @Post(':subject/move')
  @Offers('MoveSubject')
  move(@Param() { subject: id }: SubjectPath, @Body() body: MoveSubjectBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'MoveSubject', { subject: id, ...body });
  }

  @Get(':subject')
  @Allows('ReadSubject')
  @ApiOkResponse({ type: SubjectShown })
  async read(
    @Param() path: SubjectPath,
    @Query() query: SubjectQuery,
    @CurrentActor() actor: Actor,
    @CurrentCall() call: Call,
  ): Promise<object> {
    const found = await this.desk.node.read(subject, subjectStream(path.subject));
    const { registered, facts, links, proposers, left, predecessors } = found.state;
    if (registered === null || !this.sight.isOf(actor, ownerOf(found.state))) throw Problem.unseen(registered !== null);
    call.stamp(found);
    const { subject: id, ...rest } = registered;
    const owned = (await this.desk.node.read(ownership, ownershipStream('subject', id))).state;
    return {
      id,
      ...rest,
      facts,
      links,
      proposers,
      left,
      predecessors,
      ownership: shownOwnership(owned),
      ...(await this.checks(found.state, query)),
    };
  }

  private async checks(state: Parameters<typeof eligibility>[0], { scheme, year }: SubjectQuery) {
    if (scheme === undefined) return {};
    const now = this.desk.node.status().now;
    const pack = effective((await this.desk.node.read(policy, policyStream(scheme))).state, now);
    if (pack === null) throw new Problem('E-NOTFOUND', { facts: { scheme } });
    const asked = year ?? new Date(now).getUTCFullYear();
    const checks = eligibility(state, { province: this.desk.province, year: asked }, pack);
    const told = checks.map(({ seen, needed, ...rest }) => ({ ...rest, seen: inBoth(seen), needed: inBoth(needed) }));
    return { policy: pack.version, eligibility: told };
  }
}
