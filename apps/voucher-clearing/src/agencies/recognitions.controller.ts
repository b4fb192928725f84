/** Recognition: which agencies of other provinces are paid for here, and for which classes of service (M1). */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Allows, Call, CodeWord, CurrentCall, MadeId, Offers, OneOf, Problem, ReadQuery } from '@yrd/platform';
import { PROVINCES, recognition, recognitionStream } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { Classes } from '../fields.js';
import { RecognitionShown } from './agency-answers.js';

class RecognitionPath {
  @OneOf(PROVINCES, { zh: '服务机构所在省', en: 'home province of the agency' })
  agencyProvince: (typeof PROVINCES)[number];

  @MadeId({ zh: '服务机构编号', en: 'id of the agency' })
  agency: string;
}

class ClassesBody {
  @Classes()
  classes: string[];
}

class RecognitionReasonBody {
  @CodeWord({ zh: '原因代码', en: 'code of the reason' }, 'review')
  reason: string;
}

@Controller('v1/recognitions/:agencyProvince/:agency')
export class RecognitionsController {
  constructor(private readonly desk: Desk) {}

  @Post()
  @Offers('RecogniseAgency', { creates: true })
  grant(@Param() path: RecognitionPath, @Body() body: ClassesBody, @CurrentCall() call: Call) {
    const id = `${path.agencyProvince}.${path.agency}`;
    const at = (): string => `/v1/recognitions/${path.agencyProvince}/${path.agency}`;
    return this.desk.createNamed(call, 'RecogniseAgency', { id, at, body: () => ({ ...path, ...body }) });
  }

  @Post('restriction')
  @Offers('RestrictRecognition')
  restrict(@Param() path: RecognitionPath, @Body() body: ClassesBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RestrictRecognition', { ...path, ...body });
  }

  @Post('withdrawal')
  @Offers('WithdrawRecognition')
  withdraw(@Param() path: RecognitionPath, @Body() body: RecognitionReasonBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'WithdrawRecognition', { ...path, ...body });
  }

  @Get()
  @Allows('ReadRecognition')
  @ApiOkResponse({ type: RecognitionShown })
  async read(@Param() path: RecognitionPath, @Query() _query: ReadQuery, @CurrentCall() call: Call): Promise<object> {
    const found = await this.desk.node.read(recognition, recognitionStream(path.agencyProvince, path.agency));
    if (found.version === 0) throw new Problem('E-NOTFOUND');
    call.stamp(found);
    const { phase, classes } = found.state;
    return { ...path, state: phase, classes };
  }
}
