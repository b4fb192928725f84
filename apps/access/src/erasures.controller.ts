/** Erasure over HTTP: asked for by the person or a clerk, and followed province by province. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { person, personStream, type ErasureRow } from '@yrd/access';
import type { Actor } from '@yrd/ledger';
import { Allows, Call, CurrentActor, CurrentCall, Offers, Problem, ReadQuery } from '@yrd/platform';
import { AskErasureBody, ErasurePath, PersonPath } from './person-bodies.js';
import { PersonsDesk } from './persons-desk.js';
import { ErasureAsked, ErasureShown } from './answers.js';

@Controller('v1')
export class ErasuresController {
  constructor(private readonly desk: PersonsDesk) {}

  @Post('persons/:person/erasure')
  @ApiOkResponse({ type: ErasureAsked })
  @Offers('AskErasure')
  async ask(@Param() { person: id }: PersonPath, @Body() { caseNumber }: AskErasureBody, @CurrentCall() call: Call): Promise<object> {
    const { state } = await this.desk.seen(call.actor, id);
    const token = state.identity === null ? null : await this.tokenOf(id, state.sealed);
    const erasure = call.newId('AskErasure', 'erasure');
    const answer = await this.desk.act(call, 'AskErasure', { person: id, erasure, token, caseNumber });
    // Another one may have asked before, or another province.
    const { state: after } = await this.desk.node.read(person, personStream(id));
    return { ...answer, erasure: after.erasure, state: after.state };
  }

  @Get('erasures/:erasure')
  @Allows('ReadErasure')
  @ApiOkResponse({ type: ErasureShown })
  async read(@Param() { erasure: id }: ErasurePath, @Query() _query: ReadQuery, @CurrentActor() actor: Actor): Promise<object> {
    const { rows } = await this.desk.node.rows<ErasureRow>('erasures', { where: { id }, limit: 1 });
    const row = rows[0]?.row;
    if (!row) throw Problem.unseen(false);
    const { state } = await this.desk.seen(actor, row.person);
    const mine = row.provinces[this.desk.province];
    return { ...row, state: state.state, done: row.shared ? Object.keys(row.provinces).length : mine ? 1 : 0 };
  }

  /** By today's key: the one of the day when he was recorded may have been replaced. Null when the key is already destroyed. */
  private async tokenOf(id: string, sealed: Parameters<PersonsDesk['opened']>[1]['sealed']) {
    const [opened] = await this.desk.custody.open([
      { subject: id, sealed: sealed.idNumber === undefined ? {} : { idNumber: sealed.idNumber } },
    ]);
    if (opened === 'lost') await this.desk.opened(id, { sealed }, ['idNumber']);
    const number = typeof opened === 'object' ? opened['idNumber'] : undefined;
    return number === undefined ? null : this.desk.identified(number).token;
  }
}
