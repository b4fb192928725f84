/** Who sees what: staff of the province everything its node holds, people of an organisation what is theirs. */
import { isStaff } from '@yrd/contracts';
import type { Actor } from '@yrd/ledger';
import { Problem } from '@yrd/platform';
import { agency, agencyStream, order, ownerOf, subject, subjectStream } from '@yrd/voucher';
import { Desk } from './desk.js';

/** Whose rows a list is about, as the asker names it. */
export interface Whose {
  readonly subject?: string;
  readonly agencyProvince?: string;
  readonly agency?: string;
}

export class Sight {
  constructor(private readonly desk: Desk) {}

  isOf(actor: Actor, organisation: string | null): boolean {
    return isStaff(actor.roles) || (organisation !== null && organisation === actor.organisation);
  }

  async ofSubject(actor: Actor, id: string): Promise<boolean> {
    const { state } = await this.desk.node.read(subject, subjectStream(id));
    return this.isOf(actor, ownerOf(state));
  }

  async ofAgency(actor: Actor, province: string, id: string): Promise<boolean> {
    if (isStaff(actor.roles)) return true;
    if (province !== this.desk.province) return false;
    const { state } = await this.desk.node.read(agency, agencyStream(id));
    return this.isOf(actor, state.organisation);
  }

  /** Whether the asker is the enterprise or the agency of this order, or staff. */
  async ofOrder(
    actor: Actor,
    terms: { readonly home: string; readonly subject: string; readonly agencyProvince: string; readonly agency: string },
  ) {
    if (isStaff(actor.roles)) return true;
    if (terms.home === this.desk.province && (await this.ofSubject(actor, terms.subject))) return true;
    return this.ofAgency(actor, terms.agencyProvince, terms.agency);
  }

  /** The same of an order, or of a proposal that its home refused. */
  async ofState(actor: Actor, home: string, { terms, refusedProposal }: (typeof order)['initial']): Promise<boolean> {
    if (terms !== null) return this.ofOrder(actor, terms);
    if (refusedProposal === null) return false;
    const { subject: who = '', agencyProvince, agency: by = '' } = refusedProposal;
    return this.ofOrder(actor, { home, subject: who, agencyProvince, agency: by });
  }

  /**
   * Holds a list to what the asker may see: people who are not staff name their subject or their agency.
   * @throws Problem E-VALIDATION when they name none, E-NOTFOUND when it is not theirs.
   */
  async narrow(actor: Actor, whose: Whose): Promise<Whose> {
    if (isStaff(actor.roles)) return whose;
    if (whose.subject !== undefined) {
      if (await this.ofSubject(actor, whose.subject)) return whose;
      throw Problem.unseen(true);
    }
    if (whose.agency !== undefined) {
      if (await this.ofAgency(actor, this.desk.province, whose.agency)) return { ...whose, agencyProvince: this.desk.province };
      throw Problem.unseen(true);
    }
    const message = {
      en: 'name your subject or your agency: you see what is theirs',
      zh: '请指明本机构的 subject 或 agency；您只能查看本机构的内容',
    };
    throw Problem.invalid({ field: '/subject', rule: 'isDefined', message });
  }
}
