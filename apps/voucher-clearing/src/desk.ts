/** Where requests meet the ledger: the node with its packs and the invoice key, in the words of this context. */
import { createHmac } from 'node:crypto';
import type { VoucherPack } from '@yrd/contracts';
import type { LedgerNode } from '@yrd/ledger';
import { Problem, type Call, type CommandAnswer, type KeptFiles } from '@yrd/platform';
import type { Calendar } from '@yrd/standards';
import { calendarOf, calendarStream, journalOf, notices, type BodyOf, type PersonCommand } from '@yrd/voucher';
import { namedIn } from './orders/named-files.js';
import type { Packs } from './policy/packs.js';

/** How a created thing is named, and where it is then found. */
interface Created<N extends PersonCommand> {
  readonly kind: string;
  readonly at: (id: string) => string;
  readonly body: (id: string) => BodyOf<N> & object;
}

export class Desk {
  constructor(
    readonly node: LedgerNode,
    readonly province: string,
    readonly packs: Packs,
    private readonly sharedKey: Uint8Array,
    private readonly files: Pick<KeptFiles, 'naming'>,
  ) {}

  /** Carries a command out. @throws Refused, Problem, Unavailable, Busy as `Call.run`. */
  async act<N extends PersonCommand>(call: Call, command: N, body: BodyOf<N> & object): Promise<CommandAnswer> {
    await this.files.naming(call.actor.organisation, namedIn(body));
    return call.run(this.node, command, body);
  }

  /** Carries out a command that creates something; the id derives from the command, so a repeat names the same thing. */
  async create<N extends PersonCommand>(
    call: Call,
    command: N,
    { kind, at, body }: Created<N>,
  ): Promise<CommandAnswer & { readonly id: string }> {
    return this.createNamed(call, command, { id: call.newId(command, kind), at, body });
  }

  /** The same where the thing has a name of its own. */
  async createNamed<N extends PersonCommand>(
    call: Call,
    command: N,
    { id, at, body }: Omit<Created<N>, 'kind'> & { readonly id: string },
  ): Promise<CommandAnswer & { readonly id: string }> {
    const asked = body(id);
    await this.files.naming(call.actor.organisation, namedIn(asked));
    const answer = await call.run(this.node, command, asked, { created: () => at(id) });
    return { id, ...answer };
  }

  /** The pack of this province by scheme and version. @throws Problem E-NOTFOUND when no such file was there at the start. */
  pack(scheme: string, version: string): VoucherPack {
    const pack = this.packs.find((each) => each.province === this.province && each.scheme === scheme && each.version === version);
    if (pack === undefined) throw new Problem('E-NOTFOUND', { facts: { scheme, version } });
    return pack;
  }

  /** The working-day calendar of a province, with its notices as far as they are read here; the own one for a province of no journal. */
  async calendar(province: string): Promise<Calendar> {
    const known = this.node.status().journals.some(({ journal }) => journal === journalOf(province));
    return calendarOf((await this.node.read(notices, calendarStream, journalOf(known ? province : this.province))).state);
  }

  /** V11: whoever owns or runs a firm crosses as a keyed hash of the number that others issued, never as that number. */
  party(number: string): string {
    return this.keyed('party', number);
  }

  /** The id of a thing that a table names by what others issued: the same in every import, and nothing that can be guessed from it. */
  idOf(kind: string, natural: string): string {
    return this.keyed('import', `${kind}\n${natural}`).slice(0, 26);
  }

  /** V15: an invoice crosses as a keyed hash with its last four digits, never as its number. */
  invoice(number: string): { readonly invoiceKey: string; readonly invoiceTail: string } {
    return { invoiceKey: this.keyed('invoice', number), invoiceTail: number.slice(-4) };
  }

  private keyed(kind: 'invoice' | 'party' | 'import', number: string): string {
    return createHmac('sha256', this.sharedKey).update(`yrd.${kind}.v1\n${number}`).digest('hex');
  }
}
