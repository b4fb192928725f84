/** Persons over HTTP: recorded and corrected in plain, kept sealed, shown masked; full values only for a purpose, after an entry. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { person, type DisclosureRow, type PersonRow } from '@yrd/access';
import { isStaff, type PersonField } from '@yrd/contracts';
import type { Actor } from '@yrd/ledger';
import { Allows, answerList, Call, CurrentActor, CurrentCall, Lists, ListQuery, Offers, Problem, ReadQuery } from '@yrd/platform';
import { DisclosureListed, PersonListed } from './list-rows.js';
import { BindAccountBody, CorrectPersonBody, DisclosePersonBody, PersonPath, PersonsQuery, RecordPersonBody } from './person-bodies.js';
import { erased, PersonsDesk } from './persons-desk.js';
import { Disclosed, PersonShown } from './answers.js';

const HOUR_MS = 3_600_000;

/** What a person is found by, where that changes. */
const personalOf = ({ name, idNumber, phone, email }: CorrectPersonBody): Readonly<Partial<Record<PersonField, string>>> => ({
  ...(name !== undefined && { name }),
  ...(idNumber !== undefined && { idNumber }),
  ...(phone !== undefined && { phone }),
  ...(email !== undefined && { email }),
});

@Controller('v1/persons')
export class PersonsController {
  constructor(private readonly desk: PersonsDesk) {}

  @Post()
  @Offers('RecordPerson', { creates: true })
  async record(@Body() body: RecordPersonBody, @CurrentCall() call: Call): Promise<object> {
    const id = call.newId('RecordPerson', 'person');
    const { organisation, kind, idNumber, records = [] } = body;
    // Whoever may not record for this organisation is told so before a key is made.
    if (!isStaff(call.actor.roles) && organisation !== call.actor.organisation)
      throw new Problem('E-ROLE', { facts: { field: 'organisation', seen: organisation, needed: call.actor.organisation } });
    const sealed = await this.desk.sealed(call, 'RecordPerson', id, personalOf(body));
    const { identity, token } = idNumber === undefined ? { identity: null, token: null } : this.desk.identified(idNumber);
    const command = { person: id, organisation, kind, identity, token, sealed, records };
    return { id, ...(await call.run(this.desk.node, 'RecordPerson', command, { created: () => `/v1/persons/${id}` })) };
  }

  @Post(':person/corrections')
  @Offers('CorrectPerson')
  async correct(@Param() { person: id }: PersonPath, @Body() body: CorrectPersonBody, @CurrentCall() call: Call): Promise<object> {
    const { state } = await this.desk.seen(call.actor, id);
    const fields = personalOf(body);
    if (Object.keys(fields).length === 0 && (body.remove ?? []).length === 0)
      throw Problem.invalid({
        field: '',
        rule: 'isDefined',
        message: { en: 'give at least one field to correct or to take away', zh: '请至少填写一项要更正或删去的内容' },
      });
    if (state.state === 'erased') throw erased();
    const sealed = await this.desk.sealed(call, 'CorrectPerson', id, fields);
    const removed = Object.fromEntries((body.remove ?? []).map((field) => [field, null]));
    const identified = body.idNumber === undefined ? {} : { identified: this.desk.identified(body.idNumber) };
    return this.desk.act(call, 'CorrectPerson', { person: id, sealed: { ...sealed, ...removed }, ...identified });
  }

  @Post(':person/account')
  @Offers('BindAccount')
  async bind(
    @Param() { person: id }: PersonPath,
    @Body() { issuer, account }: BindAccountBody,
    @CurrentCall() call: Call,
  ): Promise<object> {
    if (!this.desk.issuers.includes(issuer))
      throw Problem.invalid({
        field: '/issuer',
        rule: 'isIn',
        message: { en: `this node trusts ${this.desk.issuers.join(', ')}`, zh: `本节点信任 ${this.desk.issuers.join('、')}` },
      });
    return this.desk.act(call, 'BindAccount', { person: id, account: this.desk.custody.accountOf(issuer, account) });
  }

  @Post(':person/disclosures')
  @ApiOkResponse({ type: Disclosed })
  @Offers('DisclosePerson')
  async disclose(@Param() { person: id }: PersonPath, @Body() body: DisclosePersonBody, @CurrentCall() call: Call): Promise<object> {
    const hour = Math.floor(this.desk.node.status().now / HOUR_MS);
    const answer = await this.desk.act(call, 'DisclosePerson', { person: id, ...body, reader: call.actor.person, hour });
    const { state } = await this.desk.node.read(person, answer.stream);
    return { ...answer, values: await this.desk.opened(id, state, body.fields) };
  }

  @Get()
  @Allows('ReadPersons')
  @Lists(PersonListed)
  async list(@Query() query: PersonsQuery, @CurrentActor() actor: Actor, @CurrentCall() call: Call) {
    const { organisation, kind, state } = query;
    const whose = isStaff(actor.roles) ? organisation : actor.organisation;
    if (organisation !== undefined && organisation !== whose) throw Problem.unseen(true);
    const where = {
      ...(whose !== undefined && { organisation: whose }),
      ...(kind !== undefined && { kind }),
      ...(state !== undefined && { state }),
    };
    const order = { field: 'recordedMs', descending: true };
    const shown = (rows: readonly PersonRow[]) => this.desk.shown(rows);
    const answer = await answerList<PersonRow>(call, this.desk.node, { view: 'persons', where, order, row: PersonListed, shown }, query);
    call.noteRead();
    return answer;
  }

  @Get(':person')
  @Allows('ReadPerson')
  @ApiOkResponse({ type: PersonShown })
  async read(
    @Param() { person: id }: PersonPath,
    @Query() _query: ReadQuery,
    @CurrentActor() actor: Actor,
    @CurrentCall() call: Call,
  ): Promise<object> {
    const found = await this.desk.seen(actor, id);
    const { recorded, hold, ...state } = found.state;
    if (!recorded) throw Problem.unseen(false);
    call.stamp(found);
    const { organisation, kind, atMs } = recorded;
    const moved = { untilMs: hold?.untilMs ?? null, basis: hold?.basis ?? null, epoch: null };
    const row = { ...state, ...moved, token: null, id, organisation, kind, recordedMs: atMs, updatedMs: atMs };
    const [shown] = await this.desk.shown([row]);
    return { ...shown, duties: found.state.holds };
  }

  @Get(':person/reads')
  @Allows('ReadDisclosures')
  @Lists(DisclosureListed)
  async reads(@Param() { person: id }: PersonPath, @Query() query: ListQuery, @CurrentActor() actor: Actor, @CurrentCall() call: Call) {
    await this.desk.seen(actor, id);
    const list = { view: 'disclosures', where: { person: id }, order: { field: 'atMs', descending: true }, row: DisclosureListed };
    return answerList<DisclosureRow>(call, this.desk.node, list, query);
  }
}
