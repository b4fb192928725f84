/** Settlement windows: closed by each province, attested pair by pair, and what everybody owes in the end. */
import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Allows, answerList, Call, CurrentCall, NoBody, Offers, ListQuery, Lists, Problem, ReadQuery } from '@yrd/platform';
import { PAIRS, type WindowRow } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { WindowListed } from '../list-rows.js';
import { WindowPath } from '../paths.js';

/** Where each of the twelve ordered pairs stands: settled when both its sides attest the same. */
const pairsOf = ({ settled, attested, diverged }: WindowRow) =>
  PAIRS.map((pair) => {
    const by = Object.keys(attested)
      .filter((province) => attested[province]?.[pair] !== undefined)
      .sort();
    const agreed = settled.find((each) => each.pair === pair);
    const parted = diverged.some((each) => each.pair === pair);
    const state = agreed ? 'settled' : parted ? 'diverged' : by.length > 0 ? 'attested' : 'open';
    return { pair, state, attestedBy: by, ...(agreed ? { count: agreed.count, sumFen: agreed.sumFen, digest: agreed.digest } : {}) };
  });

/** Totals and nets as this province states them, or as another does while it has not yet. */
const shownWindow = (row: WindowRow, here: string) => {
  const { id, window, closes, digests, equal, dissent, netted } = row;
  const statement = netted[here] ?? Object.values(netted)[0] ?? null;
  return { id, window, closes, pairs: pairsOf(row), digests, equal, dissent, nets: statement?.nets ?? null, statement };
};

@Controller('v1/windows')
export class WindowsController {
  constructor(private readonly desk: Desk) {}

  @Post(':window/close')
  @Offers('CloseWindow')
  close(@Param() path: WindowPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'CloseWindow', { ...path });
  }

  @Post(':window/attestations')
  @Offers('AskAttestation')
  ask(@Param() path: WindowPath, @NoBody() _body: object, @CurrentCall() call: Call) {
    return this.desk.act(call, 'AskAttestation', { ...path });
  }

  @Get()
  @Allows('ReadWindows')
  @Lists(WindowListed)
  list(@Query() query: ListQuery, @CurrentCall() call: Call) {
    const shown = (rows: readonly WindowRow[]) => rows.map((row) => shownWindow(row, this.desk.province));
    const list = { view: 'windows', order: { field: 'window', descending: true }, row: WindowListed, shown };
    return answerList<WindowRow>(call, this.desk.node, list, query);
  }

  @Get('latest')
  @Allows('ReadLatestWindow')
  @ApiOkResponse({ type: WindowListed })
  async latest(@Query() _query: ReadQuery, @CurrentCall() call: Call): Promise<object> {
    const page = await this.desk.node.rows<WindowRow>('windows', { order: { field: 'window', descending: true }, limit: 1 });
    return this.shown(page.rows[0]?.row, () => call.stampPage(page));
  }

  @Get(':window')
  @Allows('ReadWindow')
  @ApiOkResponse({ type: WindowListed })
  async read(@Param() { window }: WindowPath, @Query() _query: ReadQuery, @CurrentCall() call: Call): Promise<object> {
    const page = await this.desk.node.rows<WindowRow>('windows', { where: { window }, limit: 1 });
    return this.shown(page.rows[0]?.row, () => call.stampPage(page));
  }

  private shown(row: WindowRow | undefined, stamp: () => void) {
    if (row === undefined) throw new Problem('E-NOTFOUND');
    stamp();
    return shownWindow(row, this.desk.province);
  }
}
