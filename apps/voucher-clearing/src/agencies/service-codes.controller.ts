/** The common list of service classes (服务内容相通), and how each province's own codes map to it. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Allows, OneOf, Problem, ReadQuery } from '@yrd/platform';
import { SERVICE_LIST_2026, serviceMapping, toShanghaiDate } from '@yrd/standards';
import { PROVINCES } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { ServiceList, ServiceMappingShown } from './agency-answers.js';

class MappingPath {
  @OneOf(PROVINCES, { zh: '省', en: 'province' })
  province: (typeof PROVINCES)[number];
}

@Controller('v1/service-codes')
export class ServiceCodesController {
  constructor(private readonly desk: Desk) {}

  @Get()
  @Allows('ReadServiceCodes')
  @ApiOkResponse({ type: ServiceList })
  list(@Query() _query: ReadQuery): object {
    const { version, classes } = SERVICE_LIST_2026;
    return { version, items: classes };
  }

  @Get(':province')
  @Allows('ReadServiceMapping')
  @ApiOkResponse({ type: ServiceMappingShown })
  mapping(@Param() { province }: MappingPath, @Query() _query: ReadQuery): object {
    const mapping = serviceMapping(province, toShanghaiDate(this.desk.node.status().now));
    if (mapping === null) throw new Problem('E-NOTFOUND');
    const { codes, ...rest } = mapping;
    return { ...rest, items: Object.entries(codes).map(([code, common]) => ({ code, common })) };
  }
}
