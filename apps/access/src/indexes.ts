/** Indexes for the questions that the lists of the access register ask of its views. */
import { access } from '@yrd/access';

/** View → fields of each index: those asked for by equality first, the order's field last. */
const views: Readonly<Record<string, readonly (readonly string[])[]>> = {
  audit: [['at'], ['ids', 'at'], ['concerns', 'at'], ['person', 'at'], ['organisation', 'at'], ['row', 'at'], ['outcome', 'at']],
  alerts: [['at']],
  persons: [['recordedMs'], ['organisation', 'recordedMs'], ['epoch', 'token'], ['state']],
  disclosures: [['person', 'atMs']],
  erasures: [['id']],
};

/** A view's rows stand in a table named after it and the code that folded it (libs/ledger, folder). */
const rows = Object.fromEntries(
  Object.entries(views).map(([view, each]) => [
    `view.${view}@${access.codeVersion}`,
    each.map((fields) => fields.map((field) => `row.${field}`)),
  ]),
);

/** Table → fields of each of its indexes; timers are asked for by when they are due. */
export const indexes = { ...rows, [`timers@${access.codeVersion}`]: [['dueMs']] };
