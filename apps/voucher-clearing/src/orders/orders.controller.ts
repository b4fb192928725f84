/** Orders as the enterprise and the staff of its province move them, up to an accepted service. */
import { Body, Controller, Param, Post } from '@nestjs/common';
import { Call, CurrentCall, NoBody, Offers } from '@yrd/platform';
import { Desk } from '../desk.js';
import { CauseBody, OrderPath, PlaceOrderBody, ReasonBody, ResolutionBody, SignatureBody, SuspicionBody } from './order-bodies.js';

@Controller('v1/orders')
export class OrdersController {
  constructor(private readonly desk: Desk) {}

  @Post()
  @Offers('PlaceOrder', { creates: true })
  place(@Body() body: PlaceOrderBody, @CurrentCall() call: Call) {
    return this.desk.create(call, 'PlaceOrder', { kind: 'order', at: (id) => `/v1/orders/${id}`, body: (id) => ({ order: id, ...body }) });
  }

  @Post(':order/cancellation')
  @Offers('CancelOrder')
  cancel(@Param() path: OrderPath, @Body() body: CauseBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'CancelOrder', { ...path, ...body });
  }

  @Post(':order/contract')
  @Offers('SignContract')
  sign(@Param() path: OrderPath, @Body() body: SignatureBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'SignContract', { ...path, ...body });
  }

  @Post(':order/acceptance')
  @Offers('ConfirmAcceptance')
  accept(@Param() path: OrderPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ConfirmAcceptance', { ...path });
  }

  @Post(':order/dispute')
  @Offers('RaiseDispute')
  dispute(@Param() path: OrderPath, @Body() body: ReasonBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RaiseDispute', { ...path, ...body });
  }

  @Post(':order/resolution')
  @Offers('ResolveDispute')
  resolve(@Param() path: OrderPath, @Body() { outcome, share }: ResolutionBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ResolveDispute', {
      ...path,
      outcome,
      ...(share === undefined ? {} : { share: { of: share.of, in: share.in } }),
    });
  }

  @Post(':order/hold')
  @Offers('HoldOrder')
  hold(@Param() path: OrderPath, @Body() body: ReasonBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'HoldOrder', { ...path, ...body });
  }

  @Post(':order/suspicion-review')
  @Offers('ReviewSuspicion')
  reviewSuspicion(@Param() path: OrderPath, @Body() body: SuspicionBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ReviewSuspicion', { ...path, ...body });
  }

  @Post(':order/release')
  @Offers('ReleaseOrder')
  release(@Param() path: OrderPath, @Body() body: ReasonBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ReleaseOrder', { ...path, ...body });
  }
}
