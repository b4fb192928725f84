/** Every command of the context by name: those of persons, which a service offers, and those that reactions and timers derive. */
import type { Handler } from '@yrd/ledger';
import * as admission from './agencies/admission.js';
import * as account from './settlement/account.js';
import * as agency from './agencies/agency.js';
import * as auditSample from './settlement/audit-sample.js';
import * as appraisal from './agencies/appraisal.js';
import * as batchLines from './settlement/batch-lines.js';
import * as batch from './settlement/batch.js';
import * as calendar from './policy/calendar-notice.js';
import * as claim from './quotas/claim.js';
import * as clawback from './settlement/clawback.js';
import * as drawing from './quotas/drawing.js';
import * as complaint from './agencies/complaint.js';
import * as engagement from './orders/engagement.js';
import * as holding from './orders/holding.js';
import * as interests from './orders/interests.js';
import * as following from './agencies/following.js';
import * as invoice from './orders/invoice.js';
import * as merging from './quotas/merging.js';
import * as moving from './quotas/moving.js';
import * as objection from './orders/objection.js';
import * as paying from './settlement/paying.js';
import * as placing from './orders/placing.js';
import * as policy from './policy/policy.js';
import * as qualification from './agencies/qualification.js';
import * as quota from './quotas/quota.js';
import * as recognition from './agencies/recognition.js';
import * as recomputing from './orders/recomputing.js';
import * as redLetter from './orders/red-letter.js';
import * as redeeming from './orders/redeeming.js';
import * as related from './orders/related.js';
import * as returning from './settlement/return-payment.js';
import * as sanction from './orders/sanction.js';
import * as sanctioned from './orders/sanctioned-orders.js';
import * as serving from './orders/serving.js';
import * as standing from './agencies/standing.js';
import * as slice from './quotas/slice.js';
import * as subject from './quotas/subject.js';
import * as unpaid from './settlement/unpaid.js';
import * as window from './settlement/window.js';

/** Commands of persons. A service exposes exactly these. */
export const personCommands = {
  AdoptPolicy: policy.AdoptPolicy,
  AdoptCalendarNotice: calendar.AdoptCalendarNotice,
  RegisterSubject: subject.RegisterSubject,
  RecordSubjectFact: subject.RecordSubjectFact,
  RecordSubjectOwnership: related.RecordSubjectOwnership,
  AllowProposer: subject.AllowProposer,
  MergeSubject: merging.MergeSubject,
  MoveSubject: moving.MoveSubject,
  ApplyQuota: claim.ApplyQuota,
  PassQuota: claim.PassQuota,
  ReturnQuota: claim.ReturnQuota,
  RefuseQuota: claim.RefuseQuota,
  GrantQuota: claim.GrantQuota,
  FreezeQuota: quota.FreezeQuota,
  UnfreezeQuota: quota.UnfreezeQuota,
  CloseQuota: quota.CloseQuota,
  SelfAssess: admission.SelfAssess,
  VerifyAgency: admission.VerifyAgency,
  PubliciseAgency: admission.PubliciseAgency,
  LodgeAgencyObjection: admission.LodgeAgencyObjection,
  UpholdAgencyObjection: admission.UpholdAgencyObjection,
  RejectAgencyObjection: admission.RejectAgencyObjection,
  AdmitAgency: admission.AdmitAgency,
  RestrictAgency: standing.RestrictAgency,
  SuspendAgency: standing.SuspendAgency,
  ReinstateAgency: standing.ReinstateAgency,
  StateAgencyOwnership: related.StateAgencyOwnership,
  RevokeAgency: standing.RevokeAgency,
  ExitAgency: standing.ExitAgency,
  ExcludeAgency: standing.ExcludeAgency,
  RecordQualification: qualification.RecordQualification,
  WithdrawQualification: qualification.WithdrawQualification,
  ReportOutOfScope: qualification.ReportOutOfScope,
  AppraiseAgency: appraisal.AppraiseAgency,
  LodgeComplaint: complaint.LodgeComplaint,
  AnswerComplaint: complaint.AnswerComplaint,
  ListProduct: agency.ListProduct,
  RevisePrice: agency.RevisePrice,
  DelistProduct: agency.DelistProduct,
  RecogniseAgency: recognition.RecogniseAgency,
  RestrictRecognition: recognition.RestrictRecognition,
  WithdrawRecognition: recognition.WithdrawRecognition,
  GrantSlice: slice.GrantSlice,
  DrawSlice: drawing.DrawSlice,
  ReturnSlice: drawing.ReturnSlice,
  PlaceOrder: placing.PlaceOrder,
  CancelOrder: serving.CancelOrder,
  SignContract: serving.SignContract,
  ConfirmAcceptance: serving.ConfirmAcceptance,
  RaiseDispute: serving.RaiseDispute,
  ResolveDispute: serving.ResolveDispute,
  HoldOrder: holding.HoldOrder,
  ReleaseOrder: holding.ReleaseOrder,
  DeclareInterest: interests.DeclareInterest,
  EndInterest: interests.EndInterest,
  RecordReturnPayment: returning.RecordReturnPayment,
  SanctionSubject: sanction.SanctionSubject,
  LiftSanction: sanction.LiftSanction,
  ReviewSuspicion: holding.ReviewSuspicion,
  ProposeOrder: engagement.ProposeOrder,
  AcceptOrder: engagement.AcceptOrder,
  DeclineOrder: engagement.DeclineOrder,
  WithdrawFromOrder: engagement.WithdrawFromOrder,
  SignAsAgency: engagement.SignAsAgency,
  DeliverService: engagement.DeliverService,
  RequestRedemption: invoice.RequestRedemption,
  SubmitRedemption: redeeming.SubmitRedemption,
  ReviewRedemption: redeeming.ReviewRedemption,
  ReturnRedemption: redeeming.ReturnRedemption,
  RefuseRedemption: redeeming.RefuseRedemption,
  ApproveRedemption: redeeming.ApproveRedemption,
  PubliciseOrder: paying.PubliciseOrder,
  LodgeObjection: objection.LodgeObjection,
  StateObjection: objection.StateObjection,
  UpholdObjection: objection.UpholdObjection,
  RejectObjection: objection.RejectObjection,
  InstructPayment: paying.InstructPayment,
  ConfirmPaid: paying.ConfirmPaid,
  ReturnPayment: clawback.ReturnPayment,
  OrderClawback: clawback.OrderClawback,
  ConfirmRecovered: clawback.ConfirmRecovered,
  RecordAccount: account.RecordAccount,
  RecordRedLetter: redLetter.RecordRedLetter,
  CloseWindow: window.CloseWindow,
  AskAttestation: window.AskAttestation,
  PublishAuditSeed: auditSample.PublishAuditSeed,
  DrawAuditSample: auditSample.DrawAuditSample,
  ConfirmBatch: batch.ConfirmBatch,
  DisputeLine: batchLines.DisputeLine,
  ProposeRepair: batchLines.ProposeRepair,
  AgreeRepair: batchLines.AgreeRepair,
  RefuseRepair: batchLines.RefuseRepair,
  InstructBatch: batch.InstructBatch,
  RecordBatchPaid: batch.RecordBatchPaid,
  ReconcileBatch: batch.ReconcileBatch,
} as const satisfies Readonly<Record<string, Handler>>;

/** Commands of reactions and timers. They never reject what another side must learn of: they answer with an entry. */
export const derivedCommands = {
  EndAgencyPublicity: admission.EndAgencyPublicity,
  FollowAgency: following.FollowAgency,
  FollowOrder: following.FollowOrder,
  EndAppraisal: appraisal.EndAppraisal,
  WatchAgency: appraisal.WatchAgency,
  ContinueWatching: appraisal.ContinueWatching,
  AskIdle: appraisal.AskIdle,
  ConcludeIdle: appraisal.ConcludeIdle,
  TakeComplaint: complaint.TakeComplaint,
  RemindComplaint: complaint.RemindComplaint,
  EndComplaintClock: complaint.EndComplaintClock,
  EndSuspension: standing.EndSuspension,
  EndExclusion: standing.EndExclusion,
  TakeProposal: placing.TakeProposal,
  EndQuota: quota.EndQuota,
  TakeDraw: drawing.TakeDraw,
  TakeReturn: slice.TakeReturn,
  EndSlice: slice.EndSlice,
  AdvanceQueue: placing.AdvanceQueue,
  InheritQuota: merging.InheritQuota,
  StateUse: moving.StateUse,
  CountUse: moving.CountUse,
  TakeAcceptance: serving.TakeAcceptance,
  TakeDecline: serving.TakeDecline,
  TakeCancellation: serving.TakeCancellation,
  TakeSignature: serving.TakeSignature,
  TakeDelivery: serving.TakeDelivery,
  EndSanction: sanction.EndSanction,
  ContinueSanction: sanction.ContinueSanction,
  MindSanction: sanctioned.MindSanction,
  HoldSuspected: holding.HoldSuspected,
  LapseOrder: serving.LapseOrder,
  RecomputeDeadline: recomputing.RecomputeDeadline,
  ContinueRecomputation: recomputing.ContinueRecomputation,
  ClaimInvoice: invoice.ClaimInvoice,
  ReleaseInvoice: invoice.ReleaseInvoice,
  TakeInvoiceAnswer: redeeming.TakeInvoiceAnswer,
  TakeRedemption: redeeming.TakeRedemption,
  TakeObjection: objection.TakeObjection,
  TakeRedLetter: clawback.TakeRedLetter,
  AnswerShare: redeeming.AnswerShare,
  TakeShareAnswer: redeeming.TakeShareAnswer,
  EndPublicity: paying.EndPublicity,
  RaiseUnpaid: unpaid.RaiseUnpaid,
  SettleLine: paying.SettleLine,
  AttestPair: window.AttestPair,
  SettlePair: window.SettlePair,
  ContinueSettling: window.ContinueSettling,
  MarkDiverged: window.MarkDiverged,
  NetWindow: window.NetWindow,
  TakeAuditSample: auditSample.TakeAuditSample,
  UnsettleLine: batchLines.UnsettleLine,
  SumLines: batchLines.SumLines,
  ListLines: batchLines.ListLines,
  NameDifference: batchLines.NameDifference,
} as const satisfies Readonly<Record<string, Handler>>;

export type PersonCommand = keyof typeof personCommands;
/** The body that a command of a person takes. */
export type BodyOf<N extends PersonCommand> = (typeof personCommands)[N] extends Handler<infer C> ? C : never;
