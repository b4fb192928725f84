/** A notification of the treasury as it may come: ISO 20022 camt.054.001.08, one entry for each payment. */
import { element, xmlDocument } from '@yrd/platform';
import { CAMT } from '../src/settlement/receipts.js';

export interface Booked {
  readonly endToEndId: string;
  /** As banks write it: `37500.00`. */
  readonly amount: string;
  readonly currency?: string;
  /** Code of the reason for a payment that came back. */
  readonly returned?: string;
  readonly status?: string;
}

const entry = ({ endToEndId, amount, currency = 'CNY', returned, status = 'BOOK' }: Booked) =>
  element('Ntry', [
    element('Amt', amount, { Ccy: currency }),
    element('CdtDbtInd', returned === undefined ? 'DBIT' : 'CRDT'),
    element('Sts', [element('Cd', status)]),
    element('BkTxCd', [element('Prtry', [element('Cd', 'VOUCHER')])]),
    element('NtryDtls', [
      element('TxDtls', [
        element('Refs', [element('EndToEndId', endToEndId)]),
        ...(returned === undefined ? [] : [element('RtrInf', [element('Rsn', [element('Cd', returned)])])]),
      ]),
    ]),
  ]);

export const camt054 = (booked: readonly Booked[]): string =>
  xmlDocument(
    element(
      'Document',
      [
        element('BkToCstmrDbtCdtNtfctn', [
          element('GrpHdr', [element('MsgId', 'NTF-1'), element('CreDtTm', '2026-03-10T18:00:00+08:00')]),
          element('Ntfctn', [
            element('Id', 'NTF-1-1'),
            element('CreDtTm', '2026-03-10T18:00:00+08:00'),
            element('Acct', [element('Id', [element('Othr', [element('Id', '4301010012300001')])])]),
            ...booked.map(entry),
          ]),
        ]),
      ],
      { xmlns: CAMT },
    ),
  );
