/** The agency's side of orders, at its own node: statements that the order's home takes up or refuses. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Actor } from '@yrd/ledger';
import { isStaff } from '@yrd/contracts';
import { Allows, Call, CurrentActor, CurrentCall, Offers, Problem, ReadQuery } from '@yrd/platform';
import { engagement, engagementStream, journalOf, order, orderStream } from '@yrd/voucher';
import { Desk } from '../desk.js';
import {
  DeliveryBody,
  EngagementBody,
  EngagementCauseBody,
  EngagementRedemptionBody,
  EngagementSignatureBody,
  OrderPath,
  ProposeOrderBody,
} from './order-bodies.js';
import { Sight } from '../sight.js';
import { EngagementShown } from './order-answers.js';
import { shownWhy } from './order-shown.js';

type Engagement = (typeof engagement)['initial'];

@Controller('v1/engagements')
export class EngagementsController {
  constructor(
    private readonly desk: Desk,
    private readonly sight: Sight,
  ) {}

  @Post()
  @Offers('ProposeOrder', { creates: true })
  propose(@Body() body: ProposeOrderBody, @CurrentCall() call: Call) {
    return this.desk.create(call, 'ProposeOrder', {
      kind: 'order',
      at: (id) => `/v1/engagements/${id}`,
      body: (id) => ({ order: id, ...body }),
    });
  }

  @Post(':order/acceptance')
  @Offers('AcceptOrder')
  accept(@Param() path: OrderPath, @Body() body: EngagementBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'AcceptOrder', { ...path, ...body });
  }

  @Post(':order/decline')
  @Offers('DeclineOrder')
  decline(@Param() path: OrderPath, @Body() body: EngagementCauseBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'DeclineOrder', { ...path, ...body });
  }

  @Post(':order/withdrawal')
  @Offers('WithdrawFromOrder')
  withdraw(@Param() path: OrderPath, @Body() body: EngagementCauseBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'WithdrawFromOrder', { ...path, ...body });
  }

  @Post(':order/signature')
  @Offers('SignAsAgency')
  sign(@Param() path: OrderPath, @Body() body: EngagementSignatureBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'SignAsAgency', { ...path, ...body });
  }

  @Post(':order/delivery')
  @Offers('DeliverService')
  deliver(@Param() path: OrderPath, @Body() body: DeliveryBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'DeliverService', { ...path, ...body });
  }

  @Post(':order/redemption')
  @Offers('RequestRedemption')
  request(@Param() path: OrderPath, @Body() { invoiceNumber, ...file }: EngagementRedemptionBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RequestRedemption', { ...path, ...file, ...this.desk.invoice(invoiceNumber) });
  }

  @Get(':order')
  @Allows('ReadEngagement')
  @ApiOkResponse({ type: EngagementShown })
  async read(
    @Param() path: OrderPath,
    @Query() _query: ReadQuery,
    @CurrentActor() actor: Actor,
    @CurrentCall() call: Call,
  ): Promise<object> {
    const found = await this.desk.node.read(engagement, engagementStream(path.order));
    const there = found.version > 0;
    const { requested, proposed, ...stated } = found.state;
    if (!there || !(await this.mayRead(actor, path.order, proposed))) throw Problem.unseen(there);
    call.stamp(found);
    const shown = { id: path.order, proposed: proposed !== null, proposalRefused: await this.refused(proposed), ...stated };
    if (requested === null) return { ...shown, requested };
    const { invoiceKey: _key, ...file } = requested;
    return { ...shown, requested: file };
  }

  /** Why the home refused what was proposed, once this node has read so; null while it has not, or took it up. */
  private async refused(proposed: Engagement['proposed']): Promise<object | null> {
    if (proposed === null) return null;
    const { refusedProposal } = (await this.desk.node.read(order, orderStream(proposed.order), journalOf(proposed.home))).state;
    // Of this agency's proposal: another province's under the same id is told to its own.
    const ours = refusedProposal?.agencyProvince === this.desk.province && refusedProposal.agency === proposed.agency;
    return ours ? shownWhy(refusedProposal.code, refusedProposal.facts) : null;
  }

  /** The agency is named by its own proposal, else by the order, wherever that is at home. */
  private async mayRead(actor: Actor, id: string, proposed: Engagement['proposed']): Promise<boolean> {
    if (isStaff(actor.roles)) return true;
    // What it proposed may never become an order, and is in no list of orders then.
    if (proposed !== null) return this.sight.ofAgency(actor, this.desk.province, proposed.agency);
    const { rows } = await this.desk.node.rows<{ readonly province: string }>('orders', { where: { id }, limit: 1 });
    const home = rows[0]?.row.province;
    if (home === undefined) return false;
    const { state } = await this.desk.node.read(order, orderStream(id), journalOf(home));
    return state.terms !== null && this.sight.ofAgency(actor, state.terms.agencyProvince, state.terms.agency);
  }
}
