/** Invoices at their home: what a red letter takes back of one that supports redemptions. */
import { Body, Controller, Post } from '@nestjs/common';
import { Call, CurrentCall, Offers } from '@yrd/platform';
import { Desk } from '../desk.js';
import { RedLetterBody } from './order-bodies.js';

@Controller('v1/invoices')
export class InvoicesController {
  constructor(private readonly desk: Desk) {}

  /** The numbers cross as keyed hashes, never as they are (V15). */
  @Post('red-letters')
  @Offers('RecordRedLetter')
  redLetter(@Body() { invoiceNumber, redNumber, redFen }: RedLetterBody, @CurrentCall() call: Call) {
    const { invoiceKey } = this.desk.invoice(invoiceNumber);
    return this.desk.act(call, 'RecordRedLetter', { invoiceKey, redKey: this.desk.invoice(redNumber).invoiceKey, redFen });
  }
}
