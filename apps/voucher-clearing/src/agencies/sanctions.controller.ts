/** Sanctions on subjects: while one is in force nothing new begins and open orders are held (A4). */
import { Body, Controller, Param, Post } from '@nestjs/common';
import { Call, CodeWord, CurrentCall, Offers, TimeMs } from '@yrd/platform';
import { Desk } from '../desk.js';
import { SubjectPath } from '../paths.js';

class SanctionBody {
  @CodeWord({ zh: '限制决定代码', en: 'code of the decision' }, 'false-claims')
  reason: string;

  @TimeMs({ zh: '限制截止时间（毫秒，含）', en: 'the last millisecond of the bar' }, 1_801_670_400_000)
  untilMs: number;
}

class LiftingBody {
  @CodeWord({ zh: '解除原因代码', en: 'code of why it ends' }, 'appeal')
  cause: string;
}

@Controller('v1/subjects/:subject/sanction')
export class SanctionsController {
  constructor(private readonly desk: Desk) {}

  @Post()
  @Offers('SanctionSubject')
  sanction(@Param() path: SubjectPath, @Body() body: SanctionBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'SanctionSubject', { ...path, ...body });
  }

  @Post('lifting')
  @Offers('LiftSanction')
  lift(@Param() path: SubjectPath, @Body() body: LiftingBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'LiftSanction', { ...path, ...body });
  }
}
