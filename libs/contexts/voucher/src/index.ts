/** Voucher clearing (创新券通用通兑): the whole context, pure, as a service plugs it into the ledger. */
import { borderFault, voucherEntryTypes, voucherFaults } from '@yrd/contracts';
import type { Context } from '@yrd/ledger';
import { personalIn } from '@yrd/standards';
import { account } from './settlement/account.js';
import { agency } from './agencies/agency.js';
import { agencyRules, ban } from './agencies/agency-rules.js';
import { audit, drawLots } from './settlement/audit-sample.js';
import { batch } from './settlement/batch.js';
import { batches } from './settlement/batch-views.js';
import { notices, officialYears } from './policy/calendar-notice.js';
import { group, pool } from './quotas/ceiling.js';
import { concludeIdle, watchAgencies } from './agencies/appraisal.js';
import { complaint, takeComplaint } from './agencies/complaint.js';
import { complaints } from './agencies/complaint-view.js';
import { agencyReactions, following } from './agencies/following.js';
import { clearingReactions } from './settlement/clearing-reactions.js';
import { windows } from './settlement/clearing-views.js';
import { divergenceReactions } from './settlement/divergence-reactions.js';
import { deliverable, holdDuplicates } from './orders/delivering.js';
import { sliceReactions } from './quotas/drawing.js';
import { engagement } from './orders/engagement.js';
import { derivedCommands, personCommands } from './handlers.js';
import { interests } from './orders/interests.js';
import { invoice } from './orders/invoice.js';
import { inheritQuota } from './quotas/merging.js';
import { countUse, stateUse } from './quotas/moving.js';
import { lines } from './settlement/line-views.js';
import { objection, takeObjection } from './orders/objection.js';
import { order } from './orders/order.js';
import { papers } from './orders/paper-views.js';
import { payments } from './settlement/payment-views.js';
import { policy } from './policy/policy.js';
import { privateEntryTypes } from './private-events.js';
import { advanceQueue } from './quotas/queue.js';
import { quota } from './quotas/quota.js';
import { orderReactions } from './orders/reactions.js';
import { recognition } from './agencies/recognition.js';
import { recomputeDeadlines } from './orders/recomputing.js';
import { ownership } from './orders/related.js';
import { register } from './register.js';
import { sanction } from './orders/sanction.js';
import { mindSanctions } from './orders/sanctioned-orders.js';
import { holdSplit, pair } from './orders/splitting.js';
import { slice } from './quotas/slice.js';
import { subject } from './quotas/subject.js';
import { timers } from './timers.js';
import { agencies, assessments, invoices, products } from './agencies/market-views.js';
import { quotas } from './quotas/quota-view.js';
import { orders, redemptions } from './views.js';
import { window } from './settlement/window.js';

export const voucher: Context = {
  name: 'voucher',
  codeVersion: 'voucher-8',
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
    objection,
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
    watchAgencies,
    takeComplaint,
    takeObjection,
    ...clearingReactions,
    ...divergenceReactions,
    drawLots,
  ],
  views: [orders, quotas, assessments, agencies, complaints, products, redemptions, windows, lines, batches, payments, invoices, papers],
  timers,
};

export { calendarOf } from './policy/calendar-notice.js';
export {
  account,
  audit,
  agency,
  batch,
  engagement,
  group,
  invoice,
  notices,
  objection,
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
export { AGENCY_PHASES, ASSESSMENT_PHASES, type Agency } from './agencies/agency.js';
export type { BodyOf, PersonCommand } from './handlers.js';
export { STAGES, stageOf, type Stage } from './quotas/claim.js';
export { sanction } from './orders/sanction.js';
export { reminderOf, ticking } from './orders/reminding.js';
export { pinned } from './policy/policy.js';
export { SUSPICIONS } from './orders/holding.js';
export { agencyRules, rulesAt } from './agencies/agency-rules.js';
export { complaint } from './agencies/complaint.js';
export type { Objection } from './orders/objection.js';
export { COMPLAINT_STATES, type ComplaintRow } from './agencies/complaint-view.js';
export { ending } from './agencies/qualification.js';
export { limitsOf } from './agencies/market-views.js';
export { PHASES, type Phase } from './orders/order.js';
export type { Clawback } from './orders/afterwards.js';
export { drawnFen, openFen } from './quotas/slice.js';
export { derivedCommands, personCommands } from './handlers.js';
export { eligibility, ownerOf, type Check } from './quotas/subject.js';
export { effective, type Policy } from './policy/policy.js';
export * from './settlement/settlement.js';
export * from './streams.js';
export { forecast, type Breakdown, type Failing, type Forecast } from './orders/asking.js';
export type { Wish } from './orders/placing-rules.js';
export { awaiting, CLOCK_NAMES, CLOCKS, daysLeft, dueBeforeMs, NEVER_MS, type Due, type Provisional } from './due.js';
export { deadlineOf, provisionalOf, type OrderRow } from './views.js';
export { BATCH_STATES, batchOf, type BatchRow, type ShownBatch } from './settlement/batch-views.js';
export type { WindowRow } from './settlement/clearing-views.js';
export { lineId, lineOfId, type ConfirmRow, type CutRow, type LineRow } from './settlement/line-views.js';
export { WhatIf, whatIf, type WhatIfAsked, type WhatIfCell, type WhatIfGroup, type WhatIfResult } from './policy/what-if.js';
export {
  explainLine,
  explainPair,
  linePlaced,
  sidesOfLine,
  windowsOfMoves,
  type LineExplained,
  type PairExplained,
} from './settlement/explaining.js';
export { TREASURY, type Account } from './settlement/account.js';
export type { NamedBy, Paper, PapersRow } from './orders/paper-views.js';
export type { PaymentRow } from './settlement/payment-views.js';
