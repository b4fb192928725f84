/** Indexes for the questions that lists and settlement ask of the views. */
import { voucher } from '@yrd/voucher';

type Indexes = readonly (readonly string[])[];

/** View → fields of each index: those asked for by equality first, the order's field last. */
const views: Readonly<Record<string, Indexes>> = {
  orders: [
    ['id'],
    ['placedMs'],
    ['state', 'placedMs'],
    ['subject', 'placedMs'],
    ['agencyProvince', 'agency', 'placedMs'],
    ['agencyProvince', 'agency', 'id'],
    ['scheme', 'placedMs'],
    ['itemClass', 'placedMs'],
    ['amountFen'],
    ['number'],
    ['updatedMs'],
    ['dueMs'],
    ['agencyProvince', 'agency', 'dueMs'],
    ['workingLimitMs'],
  ],
  quotas: [['updatedMs'], ['subject', 'updatedMs'], ['scheme', 'year', 'state', 'updatedMs'], ['leftFen'], ['grantedFen'], ['dueMs']],
  assessments: [['updatedMs'], ['state', 'updatedMs'], ['dueMs']],
  complaints: [['id'], ['lodgedMs'], ['answerByMs'], ['dueMs'], ['province', 'state', 'lodgedMs']],
  agencies: [
    ['name'],
    ['province', 'id'],
    ['province', 'name'],
    ['classes', 'name'],
    ['uscc'],
    ['updatedMs'],
    ['certificateEndsMs'],
    ['dueMs'],
  ],
  products: [
    ['id'],
    ['name'],
    ['priceFen'],
    ['agency', 'priceFen'],
    ['itemClass', 'priceFen'],
    ['commonClass', 'priceFen'],
    ['province', 'commonClass', 'priceFen'],
  ],
  redemptions: [['updatedMs'], ['state', 'updatedMs'], ['dueMs'], ['claimFen']],
  papers: [['id'], ['hashes']],
  windows: [['window']],
  batches: [['window', 'pair']],
  payments: [
    ['reference'],
    ['province', 'window', 'day', 'reference'],
    ['province', 'state', 'instructedMs'],
    ['province', 'half', 'state'],
  ],
  lines: [
    ['kind', 'window'],
    ['kind', 'id'],
    ['kind', 'pair', 'window'],
    ['kind', 'pair', 'moved'],
    ['kind', 'pair', 'settledIn'],
    // A window of a million lines is counted from these two alone.
    ['kind', 'pair', 'home', 'homeSize', '_id', 'foreignSize', 'amountFen', 'order'],
    ['kind', 'pair', 'home', 'foreignSize', '_id', 'homeSize', 'amountFen', 'order'],
    ['kind', 'payableMs'],
    ['kind', 'amountFen'],
    ['kind', 'payer', 'payableMs'],
  ],
};

/** A view's rows stand in a table named after it and the code that folded it (libs/ledger, folder). */
const rows = Object.fromEntries(
  Object.entries(views).map(([view, each]) => [
    `view.${view}@${voucher.codeVersion}`,
    each.map((fields) => fields.map((field) => (field === '_id' ? field : `row.${field}`))),
  ]),
);

/** Table → fields of each of its indexes; timers are asked for by when they are due. */
export const indexes: Readonly<Record<string, Indexes>> = { ...rows, [`timers@${voucher.codeVersion}`]: [['dueMs']] };
