/** Policy packs: what this node can adopt, and what it adopted. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { VoucherPack } from '@yrd/contracts';
import { Allows, Call, CurrentCall, Offers, Problem, ReadQuery } from '@yrd/platform';
import { effective, policy, policyStream } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { PackVersion, SchemeName } from '../fields.js';
import { PoliciesShown, PolicyShown } from './policy-answers.js';

class AdoptPolicyBody {
  @SchemeName()
  scheme: string;

  @PackVersion()
  version: string;
}

class PolicyPath {
  @PackVersion()
  version: string;
}

@Controller('v1/policies')
export class PoliciesController {
  constructor(private readonly desk: Desk) {}

  @Post()
  @Offers('AdoptPolicy', { creates: true })
  adopt(@Body() { scheme, version }: AdoptPolicyBody, @CurrentCall() call: Call) {
    const pack = this.desk.pack(scheme, version);
    return this.desk.createNamed(call, 'AdoptPolicy', { id: version, at: (id) => `/v1/policies/${id}`, body: () => ({ pack }) });
  }

  @Get()
  @Allows('ReadPolicies')
  @ApiOkResponse({ type: PoliciesShown })
  async list(@Query() _query: ReadQuery): Promise<object> {
    const mine = this.desk.packs.filter(({ province }) => province === this.desk.province);
    return { items: await Promise.all(mine.map((pack) => this.standing(pack))) };
  }

  @Get(':version')
  @Allows('ReadPolicy')
  @ApiOkResponse({ type: PolicyShown })
  async read(@Param() { version }: PolicyPath, @Query() _query: ReadQuery): Promise<object> {
    const pack = this.desk.packs.find((each) => each.province === this.desk.province && each.version === version);
    if (pack === undefined) throw new Problem('E-NOTFOUND');
    return { ...(await this.standing(pack)), pack };
  }

  private async standing({ province, scheme, version, title, from }: VoucherPack) {
    const { state } = await this.desk.node.read(policy, policyStream(scheme));
    const adopted = state.adopted.some(({ pack }) => pack.version === version);
    return { province, scheme, version, title, from, adopted, inForce: effective(state, this.desk.node.status().now)?.version === version };
  }
}
