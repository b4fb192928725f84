/** Whose things these are: the organisations that may see in the audit who asked for them. */
import type { LedgerNode } from '@yrd/ledger';
import { agency, agencyStream, journalOf, order, orderStream, ownerOf, PROVINCES, subject, subjectStream } from '@yrd/voucher';

const known = (organisation: string | null | undefined): readonly string[] => (organisation ? [organisation] : []);

const ofSubject = async (node: LedgerNode, id: string): Promise<readonly string[]> =>
  known(ownerOf((await node.read(subject, subjectStream(id))).state));

const ofAgency = async (node: LedgerNode, id: string): Promise<readonly string[]> =>
  known((await node.read(agency, agencyStream(id))).state.organisation);

/** The enterprise where the order lives here, the agency where it is one of this province: each province knows its own. */
const ofOrder = async (node: LedgerNode, id: string): Promise<readonly string[]> => {
  const here = node.status().province;
  const known = node.status().journals.map(({ journal }) => journal);
  for (const province of [here, ...PROVINCES.filter((each) => each !== here && known.includes(journalOf(each)))]) {
    const { terms } = (await node.read(order, orderStream(id), journalOf(province))).state;
    if (!terms) continue;
    const firm = province === here ? await ofSubject(node, terms.subject) : [];
    return [...firm, ...(terms.agencyProvince === here ? await ofAgency(node, terms.agency) : [])];
  }
  return [];
};

/** Organisations behind a thing of this context, by its kind; none for anything else, and for what is not there. */
export const ownersOf = async (node: LedgerNode, thing: string): Promise<readonly string[]> => {
  const [kind = '', id = ''] = thing.split('/');
  switch (kind) {
    case 'subject':
      return ofSubject(node, id);
    case 'quota':
      return ofSubject(node, id.split('.')[0] ?? '');
    case 'agency':
      return ofAgency(node, id);
    case 'order':
    case 'engagement':
      return ofOrder(node, id);
    default:
      return [];
  }
};
