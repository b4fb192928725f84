/** Ownership of subjects and agencies (V11): numbers of persons and firms come in, keyed hashes go on, and nothing else is kept of them. */
import { Body, Controller, Param, Post } from '@nestjs/common';
import type { Ownership } from '@yrd/contracts';
import { Call, CurrentCall, Day, ListOf, Offers, Problem, Prose } from '@yrd/platform';
import { agency, agencyStream, subject, subjectStream, type ownership } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { AgencyPath, SubjectPath } from '../paths.js';
import { isNumberedRight, ONE_NUMBER, ownershipOf, TieBody, TIES_MAX } from './ties.js';

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
  private keyed(body: OwnershipBody, own: string): Ownership {
    const faults = body.ties.flatMap((tie, at) =>
      isNumberedRight(tie) ? [] : [{ field: `/ties/${at}`, rule: 'oneNumber', message: ONE_NUMBER }],
    );
    if (faults.length > 0) throw Problem.invalid(...faults);
    return ownershipOf(this.desk, body, own);
  }
}
