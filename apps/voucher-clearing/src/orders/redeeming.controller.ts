/** Orders on their way to money and back: redemption, four eyes, publicity, objection, payment, return, clawback. */
import { Body, Controller, Param, Post } from '@nestjs/common';
import { Call, CurrentCall, NoBody, Offers } from '@yrd/platform';
import { Desk } from '../desk.js';
import {
  BatchBody,
  ClawbackBody,
  ClawbackPath,
  DefectsBody,
  ObjectionBody,
  OrderPath,
  ReceiptBody,
  RedemptionBody,
  RefusalBody,
  ReturnedBody,
} from './order-bodies.js';

@Controller('v1/orders/:order')
export class RedeemingController {
  constructor(private readonly desk: Desk) {}

  @Post('redemption')
  @Offers('SubmitRedemption')
  submit(@Param() path: OrderPath, @Body() { invoiceNumber, ...file }: RedemptionBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'SubmitRedemption', { ...path, ...file, ...this.desk.invoice(invoiceNumber) });
  }

  @Post('review')
  @Offers('ReviewRedemption')
  review(@Param() path: OrderPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ReviewRedemption', { ...path });
  }

  @Post('return')
  @Offers('ReturnRedemption')
  giveBack(@Param() path: OrderPath, @Body() body: DefectsBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ReturnRedemption', { ...path, ...body });
  }

  @Post('refusal')
  @Offers('RefuseRedemption')
  refuse(@Param() path: OrderPath, @Body() body: RefusalBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RefuseRedemption', { ...path, ...body });
  }

  @Post('approval')
  @Offers('ApproveRedemption')
  approve(@Param() path: OrderPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ApproveRedemption', { ...path });
  }

  @Post('publicity')
  @Offers('PubliciseOrder')
  publicise(@Param() path: OrderPath, @Body() body: BatchBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'PubliciseOrder', { ...path, ...body });
  }

  @Post('objection')
  @Offers('LodgeObjection')
  object(@Param() path: OrderPath, @Body() body: ObjectionBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'LodgeObjection', { ...path, ...body });
  }

  @Post('objection/upholding')
  @Offers('UpholdObjection')
  uphold(@Param() path: OrderPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'UpholdObjection', { ...path });
  }

  @Post('objection/rejection')
  @Offers('RejectObjection')
  reject(@Param() path: OrderPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RejectObjection', { ...path });
  }

  @Post('payment-instruction')
  @Offers('InstructPayment')
  instruct(@Param() path: OrderPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'InstructPayment', { ...path });
  }

  @Post('payment')
  @Offers('ConfirmPaid')
  confirm(@Param() path: OrderPath, @Body() body: ReceiptBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ConfirmPaid', { ...path, ...body });
  }

  @Post('payment/return')
  @Offers('ReturnPayment')
  comeBack(@Param() path: OrderPath, @Body() body: ReturnedBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ReturnPayment', { ...path, ...body });
  }

  @Post('clawbacks')
  @Offers('OrderClawback')
  clawBack(@Param() path: OrderPath, @Body() body: ClawbackBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'OrderClawback', { ...path, ...body });
  }

  @Post('clawbacks/:clawback/recovery')
  @Offers('ConfirmRecovered')
  recover(@Param() path: ClawbackPath, @Body() body: ReceiptBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ConfirmRecovered', { ...path, ...body });
  }
}
