/** Ownership of subjects and agencies (V11): numbers of persons and firms come in, keyed hashes go on, and nothing else is kept of them. */
import { Body, Controller, Param, Post } from '@nestjs/common';
import { HOLDER_KINDS, TIES, type Ownership } from '@yrd/contracts';
import { Call, CurrentCall, Day, Issued, ListOf, Nested, Offers, OneOf, Problem, Prose } from '@yrd/platform';
import { personId } from '@yrd/standards';
import { agency, agencyStream, subject, subjectStream, type ownership } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { Uscc } from '../fields.js';
import { Share } from '../orders/order-bodies.js';
import { AgencyPath, SubjectPath } from '../paths.js';

/** How many ties one record takes. */
const TIES_MAX = 200;

/** One tie as a clerk reads it off the register of firms. */
class TieBody {
  @OneOf(TIES, {
    zh: 'holder 股东，controller 实际控制人，representative 法定代表人，officer 董事、监事、高管，controlled 其控制的企业',
    en: 'what somebody is to the party; controlled: a firm that the party controls',
  })
  as: (typeof TIES)[number];

  @OneOf(HOLDER_KINDS, {
    zh: 'person 自然人，firm 企业，state 国资监管机构',
    en: 'person, firm, or a body that exercises the state’s ownership',
  })
  kind: (typeof HOLDER_KINDS)[number];

  @Issued(
    'isPersonId',
    personId.parse,
    { zh: '公民身份号码（自然人），只存带钥杂凑', en: 'citizen identity number of a person; only its keyed hash is kept', optional: true },
    '11010519491231002X',
  )
  idNumber?: string;

  @Uscc({ zh: '统一社会信用代码（企业、国资机构）', en: 'unified social credit code of a firm or body', optional: true })
  uscc?: string;

  @Nested(() => Share, { zh: '持股比例', en: 'the share held', optional: true })
  share?: Share;
}

class OwnershipBody {
  @ListOf(() => TieBody, TIES_MAX, {
    zh: '股东、实际控制人、法定代表人、董监高、控制的企业',
    en: 'holders, controllers, representative, officers, firms controlled',
  })
  ties: TieBody[];

  @Prose({ zh: '来源', en: 'source' }, '国家企业信用信息公示系统')
  source: string;

  @Day({ zh: '截至日期', en: 'the day it was true' })
  asOf: string;
}

/** Ownership as it is shown: what is known, without the keyed hashes. */
export const shownOwnership = ({ ownership: known }: (typeof ownership)['initial']): object | null =>
  known && { source: known.source, asOf: known.asOf, ties: known.ties.map(({ key: _key, ...tie }) => tie) };

@Controller('v1')
export class OwnershipController {
  constructor(private readonly desk: Desk) {}

  @Post('subjects/:subject/ownership')
  @Offers('RecordSubjectOwnership')
  async record(@Param() path: SubjectPath, @Body() body: OwnershipBody, @CurrentCall() call: Call) {
    const { registered } = (await this.desk.node.read(subject, subjectStream(path.subject))).state;
    return this.desk.act(call, 'RecordSubjectOwnership', { ...path, ...this.keyed(body, registered?.uscc ?? '') });
  }

  @Post('agencies/:agency/ownership')
  @Offers('StateAgencyOwnership')
  async state(@Param() path: AgencyPath, @Body() body: OwnershipBody, @CurrentCall() call: Call) {
    const { uscc } = (await this.desk.node.read(agency, agencyStream(path.agency))).state;
    return this.desk.act(call, 'StateAgencyOwnership', { ...path, ...this.keyed(body, uscc) });
  }

  /** @throws Problem E-VALIDATION naming every tie whose number is missing or of the wrong kind. */
  private keyed({ ties, source, asOf }: OwnershipBody, own: string): Ownership {
    const faults = ties.flatMap(({ kind, idNumber, uscc }, at) => {
      const fits = kind === 'person' ? idNumber !== undefined && uscc === undefined : uscc !== undefined && idNumber === undefined;
      const message = {
        zh: '自然人填 idNumber，企业和国资机构填 uscc，且只填一项',
        en: 'a person has an idNumber, a firm or body a uscc, and nobody both',
      };
      return fits ? [] : [{ field: `/ties/${at}`, rule: 'oneNumber', message }];
    });
    if (faults.length > 0) throw Problem.invalid(...faults);
    return {
      self: own === '' ? null : this.desk.party(own),
      ties: ties.map(({ as, kind, idNumber, uscc, share }) => ({
        as,
        kind,
        key: this.desk.party(idNumber ?? uscc ?? ''),
        ...(share === undefined ? {} : { share: { of: share.of, in: share.in } }),
      })),
      source,
      asOf,
    };
  }
}
