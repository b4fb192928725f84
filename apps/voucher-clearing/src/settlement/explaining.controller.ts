/** Why a window stands where it does: its pairs, who is waited for, which statements differ, and where one line belongs. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Allows, Call, CurrentCall, OneOf, ReadQuery, TextField } from '@yrd/platform';
import {
  explainLine,
  explainPair,
  linePlaced,
  PAIRS,
  sidesOfLine,
  windowsOfMoves,
  type ConfirmRow,
  type CutRow,
  type LineExplained,
  type LineRow,
  type OrderRow,
  type WindowRow,
} from '@yrd/voucher';
import { Desk } from '../desk.js';
import { WindowPath } from '../paths.js';
import { ExplanationShown } from './settlement-answers.js';

/** An order, or a clawback of one: `<order>~1`. */
const LINE = /^[A-Za-z0-9._-]{1,80}(~[1-9]\d{0,2})?$/;

class ExplanationQuery extends ReadQuery {
  @OneOf(PAIRS, { zh: '只看这一省际对（付款省-收款省）', en: 'only this pair, payer first', optional: true })
  pair?: string;

  @TextField(
    LINE,
    90,
    { zh: '订单，或其追回（<订单>~1）', en: 'an order, or a clawback of it', optional: true },
    '0f3c5a9b1d2e4f60718293a4b5',
  )
  line?: string;
}

/** Cuts or confirmations of the windows that one line was moved out of: a few of each. */
const ROWS_MAX = 1_000;

/** What is known of an order that has no line so far. */
type Lineless = Pick<OrderRow, 'state' | 'held' | 'province' | 'agencyProvince' | 'deadlineMs'>;

@Controller('v1/windows')
export class ExplainingController {
  constructor(private readonly desk: Desk) {}

  @Get(':window/explanation')
  @Allows('ExplainWindow')
  @ApiOkResponse({
    type: ExplanationShown,
    description: 'Each pair with whom it waits for and where it parts; with `line`, also where that line belongs.',
  })
  async explain(@Param() { window }: WindowPath, @Query() { pair, line }: ExplanationQuery, @CurrentCall() call: Call): Promise<object> {
    const page = await this.desk.node.rows<WindowRow>('windows', { where: { window: { in: [window - 1, window] } }, limit: 2 });
    const at = (number: number): WindowRow | null => page.rows.find(({ row }) => row.window === number)?.row ?? null;
    call.stampPage(page);
    const pairs = PAIRS.filter((each) => pair === undefined || each === pair).map((each) =>
      explainPair(each, window, at(window), at(window - 1)),
    );
    return { window, pairs, ...(line === undefined ? {} : await this.lineOf(line)) };
  }

  private async lineOf(id: string): Promise<{ readonly line: LineExplained | null; readonly order: Lineless | null }> {
    const { node } = this.desk;
    const found = (await node.rows<LineRow>('lines', { where: { kind: 'line', id }, limit: 1 })).rows[0]?.row;
    if (found) {
      const stands = await this.placed(found);
      const covering = sidesOfLine(stands).map(async ({ province, neededSize }) => {
        const where = { kind: 'cut', province, size: { gte: neededSize } };
        return (await node.rows<CutRow>('lines', { where, order: { field: 'window' }, limit: 1 })).rows[0]?.row ?? null;
      });
      return { line: explainLine(stands, await Promise.all(covering)), order: null };
    }
    const row = (await node.rows<OrderRow>('orders', { where: { id }, limit: 1 })).rows[0]?.row;
    if (!row) return { line: null, order: null };
    const { state, held, province, agencyProvince, deadlineMs } = row;
    return { line: null, order: { state, held, province, agencyProvince, deadlineMs } };
  }

  /** The line after what was disputed and repaired. */
  private async placed(line: LineRow): Promise<LineRow> {
    const windows = windowsOfMoves(line);
    if (windows.length === 0) return line;
    const rows = async <R extends object>(kind: string): Promise<readonly R[]> => {
      const found = await this.desk.node.rows<R>('lines', { where: { kind, window: { in: windows } }, limit: ROWS_MAX });
      return found.rows.map(({ row }) => row);
    };
    return linePlaced(line, await rows<CutRow>('cut'), await rows<ConfirmRow>('confirm'));
  }
}
