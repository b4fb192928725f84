/** How long records with personal data are kept: the packs at hand, and the one in force. */
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { retention, retentionAt, retentionStream } from '@yrd/access';
import { Allows, Call, CurrentCall, Offers, Problem, ReadQuery } from '@yrd/platform';
import { AdoptRetentionBody } from './person-bodies.js';
import { PersonsDesk } from './persons-desk.js';
import { RetentionShown } from './answers.js';

@Controller('v1/retention')
export class RetentionController {
  constructor(private readonly desk: PersonsDesk) {}

  @Post()
  @Offers('AdoptRetention', { creates: true })
  async adopt(@Body() { version }: AdoptRetentionBody, @CurrentCall() call: Call): Promise<object> {
    const pack = this.desk.packs.find((each) => each.province === this.desk.province && each.version === version);
    if (!pack) throw new Problem('E-NOTFOUND', { facts: { version } });
    return { id: version, ...(await call.run(this.desk.node, 'AdoptRetention', { pack }, { created: () => '/v1/retention' })) };
  }

  @Get()
  @Allows('ReadRetention')
  @ApiOkResponse({ type: RetentionShown })
  async read(@Query() _query: ReadQuery): Promise<object> {
    const { state } = await this.desk.node.read(retention, retentionStream);
    const inForce = retentionAt(state, this.desk.node.status().now);
    const mine = this.desk.packs.filter(({ province }) => province === this.desk.province);
    return {
      inForce,
      items: mine.map((pack) => ({ ...pack, adopted: state.adopted.some((each) => each.pack.version === pack.version) })),
    };
  }
}
