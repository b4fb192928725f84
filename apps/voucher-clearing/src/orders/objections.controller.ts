/** Objections to publicised orders of any province (V17), each stated at the node of its objector's province and followed there. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Allows, Call, CodeWord, CurrentActor, CurrentCall, MadeId, Offers, OneOf, Problem, ReadQuery, TextField } from '@yrd/platform';
import type { Actor } from '@yrd/ledger';
import { journalOf, objection, objectionStream, order, orderStream, PROVINCES, type Objection } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { Sight } from '../sight.js';
import { ObjectionShown } from './order-answers.js';
import type { ProvinceCode } from './order-bodies.js';
import { shownWhy } from './order-shown.js';

class StateObjectionBody {
  @MadeId({ zh: '所异议的订单', en: 'the order that it is about' })
  order: string;

  @OneOf(PROVINCES, { zh: '订单所属省', en: 'home of the order' })
  home: ProvinceCode;

  @CodeWord({ zh: '异议理由代码', en: 'code of the grounds' }, 'related-party')
  grounds: string;
}

class ObjectionPath {
  @TextField(/^3[1-4]\.[0-9a-f]{26}$/, 29, { zh: '异议编号', en: 'id of the objection' }, '31.0f3c5a9b1d2e4f60718293a4b5')
  objection: string;
}

type Order = (typeof order)['initial'];

/** Where it stands: a refusal and an answer end it, or a red letter that sends its order back to review before there is one (A8). */
const stateOf = (id: string, { taken, refused, outcome }: Objection, about: Order): string => {
  if (outcome !== null) return outcome === 'upheld' ? 'Upheld' : 'Rejected';
  if (taken) return about.objection === id && about.phase !== 'Objected' ? 'Overtaken' : 'Taken';
  return refused ? 'Refused' : 'Stated';
};

@Controller('v1/objections')
export class ObjectionsController {
  constructor(
    private readonly desk: Desk,
    private readonly sight: Sight,
  ) {}

  @Post()
  @Offers('StateObjection', { creates: true })
  state(@Body() body: StateObjectionBody, @CurrentCall() call: Call) {
    const id = `${this.desk.province}.${call.newId('StateObjection', 'objection')}`;
    const at = (named: string): string => `/v1/objections/${named}`;
    return this.desk.createNamed(call, 'StateObjection', { id, at, body: (named) => ({ objection: named, ...body }) });
  }

  @Get(':objection')
  @Allows('ReadObjection')
  @ApiOkResponse({ type: ObjectionShown })
  async read(
    @Param() { objection: id }: ObjectionPath,
    @Query() _query: ReadQuery,
    @CurrentActor() actor: Actor,
    @CurrentCall() call: Call,
  ): Promise<object> {
    const from = id.slice(0, 2);
    const here = await this.of(id, from);
    const { stated, organisation } = here.state;
    // Staff of the order's home read it too; whose it is they do not learn.
    const concerned = from === this.desk.province || stated?.home === this.desk.province;
    if (!stated || !concerned || !this.sight.isOf(actor, organisation)) throw Problem.unseen(stated !== null);
    if (from === this.desk.province) call.stamp(here);
    const { order: about, home, grounds } = stated;
    // The order first: what ends it and the answer are one commit, so that an answer is never missed behind its end.
    const { state: seen } = await this.desk.node.read(order, orderStream(about), journalOf(home));
    const told = (await this.of(id, home)).state;
    const refusal = told.refused && shownWhy(told.refused.code, told.refused.facts);
    return { id, state: stateOf(id, told, seen), order: about, province: home, from, grounds, refusal };
  }

  private of(id: string, province: string) {
    return this.desk.node.read(objection, objectionStream(id), journalOf(province));
  }
}
