/** Where requests about persons meet the ledger: what came in plain leaves here sealed, and what is shown leaves masked. */
import { person, personStream, sees, type BodyOf, type PeopleCommand, type Person, type PersonRow, type SealedFields } from '@yrd/access';
import { phrase, refuse, type PersonField, type Retention } from '@yrd/contracts';
import type { Actor, LedgerNode, StreamRead } from '@yrd/ledger';
import { Erased, Problem, Refused, type Call, type CommandAnswer, type Custody, type Fields } from '@yrd/platform';
import { masked } from '@yrd/standards';

/** A person as a screen or list shows him. */
export interface ShownPerson {
  readonly id: string;
  readonly organisation: string;
  readonly kind: string;
  /** `lost`: the key is neither here nor destroyed, and has to come back from its backup. */
  readonly state: Person['state'] | 'lost';
  /** Masked; null when nothing can be shown any more. */
  readonly fields: Fields | null;
  readonly recordedMs: number;
  readonly hasAccount: boolean;
  readonly erasure: string | null;
  readonly untilMs: number | null;
  readonly basis: string | null;
}

/** 410 for what no longer opens. */
export const erased = (): Refused => new Refused('access', refuse('E-ERASED', { seen: phrase('erased'), needed: phrase('notErased') }));

const present = (fields: SealedFields): Fields =>
  Object.fromEntries(Object.entries(fields).flatMap(([field, sealed]) => (sealed === undefined ? [] : [[field, sealed]])));

export class PersonsDesk {
  constructor(
    readonly node: LedgerNode,
    readonly province: string,
    readonly custody: Custody,
    readonly packs: readonly Retention[],
    readonly issuers: readonly string[],
  ) {}

  /** Carries a command out. @throws Refused, Problem, Unavailable, Busy as `Call.run`. */
  act<N extends PeopleCommand>(call: Call, command: N, body: BodyOf<N> & object): Promise<CommandAnswer> {
    return call.run(this.node, command, body);
  }

  /** Seals what somebody sent. The same request seals to the same bytes, so that it is known again. @throws Refused E-ERASED. */
  async sealed(
    call: Call,
    command: PeopleCommand,
    subject: string,
    fields: Readonly<Partial<Record<PersonField, string>>>,
  ): Promise<SealedFields> {
    return this.custody.seal(subject, call.newId(command, 'seal'), present(fields)).catch((error: unknown) => {
      throw error instanceof Erased ? erased() : error;
    });
  }

  /** Keyed hashes of an identity number: one for this node, one by which all nodes find the same person. */
  identified(idNumber: string) {
    const token = this.custody.tokenOf(idNumber);
    if (!token) throw new Error('a node has at least one matching key');
    return { identity: this.custody.identityOf(idNumber), token };
  }

  /** The person, if this actor may see him. @throws Problem E-NOTFOUND in the same words whether he is not there or not for the asker. */
  async seen(actor: Actor, id: string): Promise<StreamRead<Person>> {
    const found = await this.node.read(person, personStream(id));
    if (!sees(actor, found.state)) throw Problem.unseen(found.state.recorded !== null);
    return found;
  }

  /** Full values. Only after the entry that says so is durable. @throws Refused E-ERASED, Problem E-UNAVAILABLE when the key is lost. */
  async opened(id: string, { sealed }: Pick<Person, 'sealed'>, fields: readonly PersonField[]): Promise<Fields> {
    const asked = Object.fromEntries(fields.flatMap((field) => (sealed[field] === undefined ? [] : [[field, sealed[field]]])));
    const [opened] = await this.custody.open([{ subject: id, sealed: asked }]);
    if (opened === 'erased') throw erased();
    if (opened === undefined || opened === 'lost')
      throw Problem.unavailable(
        'The key of this person is missing: the table of keys has to come back from its backup.',
        '该人员的密钥缺失，须从密钥备份恢复。',
        60_000,
      );
    return opened;
  }

  /** Rows as lists show them, opened in one go. */
  async shown(rows: readonly PersonRow[]): Promise<readonly ShownPerson[]> {
    const opened = await this.custody.open(rows.map(({ id, sealed }) => ({ subject: id, sealed: present(sealed) })));
    return rows.map((row, at): ShownPerson => {
      const { id, organisation, kind, recordedMs, account, erasure, untilMs, basis } = row;
      const one = row.state === 'erased' ? 'erased' : (opened[at] ?? 'lost');
      const fields =
        typeof one === 'string' ? null : Object.fromEntries(Object.entries(one).map(([field, value]) => [field, masked(field, value)]));
      // A key that is destroyed before its entry is written is erased all the same.
      const state = typeof one === 'string' ? one : row.state;
      return { id, organisation, kind, state, fields, recordedMs, hasAccount: account !== null, erasure, untilMs, basis };
    });
  }
}
