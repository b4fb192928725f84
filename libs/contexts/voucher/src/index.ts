/** Voucher clearing (创新券通用通兑): the whole context, pure, as a service plugs it into the ledger. */
import { borderFault, voucherEntryTypes, voucherFaults } from '@yrd/contracts';
import type { Context } from '@yrd/ledger';
import { personalIn } from '@yrd/standards';
import { account } from './account.js';
import { agency } from './agency.js';
import { agencyRules, ban } from './agency-rules.js';
import { audit, drawLots } from './audit-sample.js';
import { batch } from './batch.js';
import { batches } from './batch-views.js';
import { notices, officialYears } from './calendar-notice.js';
import { group, pool } from './ceiling.js';
import { concludeIdle } from './appraisal.js';
import { complaint, takeComplaint } from './complaint.js';
import { complaints } from './complaint-view.js';
import { agencyReactions, following } from './following.js';
import { clearingReactions } from './clearing-reactions.js';
import { windows } from './clearing-views.js';
import { divergenceReactions } from './divergence-reactions.js';
import { deliverable, holdDuplicates } from './delivering.js';
import { sliceReactions } from './drawing.js';
import { engagement } from './engagement.js';
import { derivedCommands, personCommands } from './handlers.js';
import { interests } from './interests.js';
import { invoice } from './invoice.js';
import { inheritQuota } from './merging.js';
import { countUse, stateUse } from './moving.js';
import { lines } from './line-views.js';
import { order } from './order.js';
import { payments } from './payment-views.js';
import { policy } from './policy.js';
import { privateEntryTypes } from './private-events.js';
import { advanceQueue } from './queue.js';
import { quota } from './quota.js';
import { orderReactions } from './reactions.js';
import { recognition } from './recognition.js';
import { recomputeDeadlines } from './recomputing.js';
import { ownership } from './related.js';
import { register } from './register.js';
import { sanction } from './sanction.js';
import { mindSanctions } from './sanctioned-orders.js';
import { holdSplit, pair } from './splitting.js';
import { slice } from './slice.js';
import { subject } from './subject.js';
import { timers } from './timers.js';
import { agencies, assessments, invoices, products } from './market-views.js';
import { orders, quotas, redemptions } from './views.js';
import { window } from './window.js';

export const voucher: Context = {
  name: 'voucher',
  codeVersion: 'voucher-3',
  entryTypes: { ...voucherEntryTypes, ...privateEntryTypes },
  faults: (event, data) => voucherFaults(event, data)[0] ?? null,
  border: (_, data) => borderFault('voucher', data, personalIn),
  folds: [
    subject,
    quota,
    group,
    pool,
    policy,
    agencyRules,
    pair,
    sanction,
    interests,
    deliverable,
    ban,
    following,
    complaint,
    agency,
    recognition,
    order,
    engagement,
    invoice,
    register,
    slice,
    window,
    batch,
    account,
    audit,
    notices,
    ownership,
  ],
  commands: { ...personCommands, ...derivedCommands },
  reactions: [
    ...orderReactions,
    advanceQueue,
    inheritQuota,
    stateUse,
    countUse,
    ...sliceReactions,
    recomputeDeadlines,
    holdSplit,
    mindSanctions,
    holdDuplicates,
    ...agencyReactions,
    concludeIdle,
    takeComplaint,
    ...clearingReactions,
    ...divergenceReactions,
    drawLots,
  ],
  views: [orders, quotas, assessments, agencies, complaints, products, redemptions, windows, lines, batches, payments, invoices],
  timers,
};

export {
  account,
  audit,
  agency,
  batch,
  engagement,
  group,
  invoice,
  notices,
  officialYears,
  order,
  ownership,
  policy,
  pool,
  quota,
  recognition,
  register,
  slice,
  subject,
  window,
};
export { AGENCY_PHASES, ASSESSMENT_PHASES, type Agency } from './agency.js';
export type { BodyOf, PersonCommand } from './handlers.js';
export { STAGES, stageOf, type Stage } from './claim.js';
export { sanction } from './sanction.js';
export { reminderOf, ticking } from './reminding.js';
export { pinned } from './policy.js';
export { SUSPICIONS } from './holding.js';
export { agencyRules, rulesAt } from './agency-rules.js';
export { complaint } from './complaint.js';
export { COMPLAINT_STATES, type ComplaintRow } from './complaint-view.js';
export { ending } from './qualification.js';
export { limitsOf } from './market-views.js';
export { PHASES } from './order.js';
export { drawnFen, openFen } from './slice.js';
export { derivedCommands, personCommands } from './handlers.js';
export { eligibility, ownerOf, type Check } from './subject.js';
export { effective, type Policy } from './policy.js';
export * from './settlement.js';
export * from './streams.js';
export { forecast, type Breakdown, type Failing, type Forecast } from './asking.js';
export type { Wish } from './placing-rules.js';
export { awaiting, deadlineOf, provisionalOf, type OrderRow, type Provisional } from './views.js';
export { batchOf, type BatchRow, type ShownBatch } from './batch-views.js';
export type { WindowRow } from './clearing-views.js';
export { lineId, lineOfId, type ConfirmRow, type CutRow, type LineRow } from './line-views.js';
export { WhatIf, whatIf, type WhatIfAsked, type WhatIfCell, type WhatIfGroup, type WhatIfResult } from './what-if.js';
export { explainLine, explainPair, linePlaced, sidesOfLine, windowsOfMoves, type LineExplained, type PairExplained } from './explaining.js';
export { TREASURY, type Account } from './account.js';
export type { PaymentRow } from './payment-views.js';
