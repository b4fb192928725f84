/** The half-yearly audit (V25): its seed, its sample, and all that anybody needs to draw it again. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Allows, Call, CurrentCall, DocumentHash, Offers, Problem, ReadQuery, TextField } from '@yrd/platform';
import { audit, auditStream, type PaymentRow } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { SchemeName } from '../fields.js';
import { AuditSampleShown } from './settlement-answers.js';

class HalfPath {
  @TextField(/^20\d{2}H[12]$/, 6, { zh: '半年', en: 'half-year' }, '2026H1')
  half: string;
}
class SeedBody {
  @DocumentHash({ zh: '抽查种子：64 位十六进制随机数', en: 'the seed: 64 random hex digits' })
  seed: string;
}
class DrawBody {
  @SchemeName()
  scheme: string;
}
/** Orders of a half-year that are listed at most: as many as a sample is drawn from. */
const ORDERS_MAX = 100_000;

@Controller('v1/audit-samples')
export class AuditSamplesController {
  constructor(private readonly desk: Desk) {}

  @Post(':half/seed')
  @Offers('PublishAuditSeed')
  publish(@Param() path: HalfPath, @Body() body: SeedBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'PublishAuditSeed', { ...path, ...body });
  }

  @Post(':half')
  @Offers('DrawAuditSample')
  draw(@Param() path: HalfPath, @Body() body: DrawBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'DrawAuditSample', { ...path, ...body });
  }

  @Get(':half')
  @Allows('ReadAuditSample')
  @ApiOkResponse({ type: AuditSampleShown })
  async read(@Param() { half }: HalfPath, @Query() _query: ReadQuery, @CurrentCall() call: Call): Promise<object> {
    const found = await this.desk.node.read(audit, auditStream(half));
    const { seed, drawn } = found.state;
    if (seed === null) throw new Problem('E-NOTFOUND');
    call.stamp(found);
    if (!drawn) return { half, seed, drawn: false };
    const where = { province: this.desk.province, half, state: 'paid' };
    const page = await this.desk.node.rows<PaymentRow>('payments', { where, limit: ORDERS_MAX });
    return { ...drawn, drawn: true, orders: page.rows.map(({ row }) => row.order).sort() };
  }
}
