/** Clearing batches: a pair within a window, from its cut until both sides have reconciled it with their treasuries. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Allows, Call, CurrentCall, NoBody, Offers, Problem, ReadQuery } from '@yrd/platform';
import { PAIRS, batchOf, type BatchRow, type LineRow, type ShownBatch, type WindowRow } from '@yrd/voucher';
import { BatchPath, BatchReceiptBody, LineBody, LinePath, LineReasonBody, RepairBody } from './batch-bodies.js';
import { Desk } from '../desk.js';
import { WindowPath } from '../paths.js';
import { BatchShown, BatchesShown } from './settlement-answers.js';

/** Lines shown with a batch; the whole list is `GET /v1/lines`. */
const LINES_SHOWN = 500;

@Controller('v1/batches')
export class BatchesController {
  constructor(private readonly desk: Desk) {}

  @Get(':window')
  @Allows('ReadBatches')
  @ApiOkResponse({ type: BatchesShown })
  async list(@Param() { window }: WindowPath, @Query() _query: ReadQuery, @CurrentCall() call: Call): Promise<object> {
    const row = await this.windowRow(window, call);
    const found = await this.desk.node.rows<BatchRow>('batches', { where: { window }, limit: PAIRS.length });
    const of = new Map(found.rows.map((each) => [each.row.pair, each.row]));
    return { window, items: PAIRS.map((pair) => shortened(batchOf(row, pair, of.get(pair) ?? null))) };
  }

  @Get(':window/:pair')
  @Allows('ReadBatch')
  @ApiOkResponse({ type: BatchShown })
  async read(@Param() { window, pair }: BatchPath, @Query() _query: ReadQuery, @CurrentCall() call: Call): Promise<object> {
    const row = await this.windowRow(window, call);
    const found = await this.desk.node.rows<BatchRow>('batches', { where: { window, pair }, limit: 1 });
    const lines = await this.desk.node.rows<LineRow>('lines', { where: { kind: 'line', pair, settledIn: window }, limit: LINES_SHOWN });
    return { ...batchOf(row, pair, found.rows[0]?.row ?? null), lines: lines.rows.map((each) => each.row) };
  }

  @Post(':window/:pair/confirmation')
  @Offers('ConfirmBatch')
  confirm(@Param() path: BatchPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ConfirmBatch', { ...path });
  }

  @Post(':window/:pair/lines/:lineId/dispute')
  @Offers('DisputeLine')
  dispute(@Param() path: LinePath, @Body() body: LineReasonBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'DisputeLine', { ...path, ...body });
  }

  @Post(':window/:pair/lines/:lineId/repair')
  @Offers('ProposeRepair')
  propose(@Param() path: LinePath, @Body() body: RepairBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ProposeRepair', { ...path, ...body });
  }

  @Post(':window/:pair/lines/:lineId/repair/agreement')
  @Offers('AgreeRepair')
  agree(@Param() path: LinePath, @Body() body: LineBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'AgreeRepair', { ...path, ...body });
  }

  @Post(':window/:pair/lines/:lineId/repair/refusal')
  @Offers('RefuseRepair')
  refuse(@Param() path: LinePath, @Body() body: LineReasonBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RefuseRepair', { ...path, ...body });
  }

  @Post(':window/:pair/payment-instruction')
  @Offers('InstructBatch')
  instruct(@Param() path: BatchPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'InstructBatch', { ...path });
  }

  @Post(':window/:pair/payment')
  @Offers('RecordBatchPaid')
  paid(@Param() path: BatchPath, @Body() body: BatchReceiptBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RecordBatchPaid', { ...path, ...body });
  }

  @Post(':window/:pair/reconciliation')
  @Offers('ReconcileBatch')
  reconcile(@Param() path: BatchPath, @Body() body: BatchReceiptBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ReconcileBatch', { ...path, ...body });
  }

  private async windowRow(window: number, call: Call): Promise<WindowRow> {
    const page = await this.desk.node.rows<WindowRow>('windows', { where: { window }, limit: 1 });
    const row = page.rows[0]?.row;
    if (row === undefined) throw new Problem('E-NOTFOUND');
    call.stampPage(page);
    return row;
  }
}

/** What anybody may see of a batch: where it stands and what it comes to. */
const shortened = ({ said: _said, ...shown }: ShownBatch): Omit<ShownBatch, 'said'> => shown;
