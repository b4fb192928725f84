/** What persons can do over HTTP: every command of the context with the roles that may ask for it, and its words. */
import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AcceptsCommand, Roles } from '@yrd/platform';
import type { PersonCommand, Role } from '@yrd/voucher';
import { CommandAnswered, ThingCreated } from './answers.js';

interface Offer {
  /** Empty: anybody whose organisation is at home here. */
  readonly roles: readonly Role[];
  readonly zh: string;
  readonly en: string;
}

const offer = (roles: readonly Role[], zh: string, en: string): Offer => ({ roles, zh, en });
const firm: readonly Role[] = ['enterprise'];
const agent: readonly Role[] = ['agency'];
const clerk: readonly Role[] = ['clerk'];
const reviewer: readonly Role[] = ['reviewer'];
const approver: readonly Role[] = ['approver'];
const finance: readonly Role[] = ['finance'];
const operator: readonly Role[] = ['operator'];
const watchers: readonly Role[] = ['clerk', 'integrity', 'auditor'];

/** Roles are only the first gate; who may act on which thing is decided by the domain (architecture §7). */
export const offers = {
  AdoptPolicy: offer(clerk, '采用政策包', 'Adopt a policy pack'),
  AdoptCalendarNotice: offer(clerk, '采用年度节假日安排通知', 'Adopt the notice of a year’s holidays and make-up workdays'),
  RegisterSubject: offer(clerk, '登记用券主体', 'Register a firm or team'),
  RecordSubjectFact: offer(clerk, '记录主体事实', 'Record a fact about a subject'),
  AllowProposer: offer(firm, '允许服务机构代为提出订单', 'Let an agency propose orders in the subject’s name'),
  ApplyQuota: offer(firm, '申领额度', 'Apply for a quota'),
  ReturnQuota: offer(clerk, '退回额度申请', 'Return a quota application with its defects'),
  RefuseQuota: offer(clerk, '不予通过额度申请', 'Refuse a quota application'),
  GrantQuota: offer(clerk, '授予额度', 'Grant a quota'),
  FreezeQuota: offer(clerk, '冻结额度', 'Freeze a quota'),
  UnfreezeQuota: offer(clerk, '解冻额度', 'Unfreeze a quota'),
  CloseQuota: offer(clerk, '关闭额度账户', 'Close a quota account'),
  AdmitAgency: offer(clerk, '服务机构入库', 'Admit an agency'),
  SuspendAgency: offer(clerk, '暂停服务机构', 'Suspend an agency'),
  ReinstateAgency: offer(clerk, '恢复服务机构', 'Reinstate an agency'),
  ListProduct: offer(agent, '服务产品上架', 'List a product'),
  RevisePrice: offer(agent, '调整价格', 'Revise the price of a product'),
  DelistProduct: offer(agent, '服务产品下架', 'Take a product off the list'),
  RecogniseAgency: offer(clerk, '互认外省服务机构', 'Recognise an agency of another province'),
  RestrictRecognition: offer(clerk, '限制互认类别', 'Restrict a recognition to some classes'),
  WithdrawRecognition: offer(clerk, '撤回互认', 'Withdraw a recognition'),
  PlaceOrder: offer(firm, '下单', 'Place an order'),
  CancelOrder: offer(firm, '取消订单', 'Cancel an order'),
  SignContract: offer(firm, '企业签署合同', 'Sign the contract as the enterprise'),
  ConfirmAcceptance: offer(firm, '确认服务验收', 'Accept the service'),
  RaiseDispute: offer(firm, '提出争议', 'Raise a dispute'),
  ResolveDispute: offer(['mediator'], '裁决争议', 'Resolve a dispute'),
  HoldOrder: offer(watchers, '暂缓订单', 'Hold an order'),
  ReleaseOrder: offer(watchers, '解除暂缓', 'Release a held order'),
  ProposeOrder: offer(agent, '服务机构提出订单', 'Propose an order as the agency'),
  AcceptOrder: offer(agent, '接单', 'Accept an order'),
  DeclineOrder: offer(agent, '婉拒订单', 'Decline an order'),
  WithdrawFromOrder: offer(agent, '服务机构退出订单', 'Withdraw from an order'),
  SignAsAgency: offer(agent, '服务机构签署合同', 'Sign the contract as the agency'),
  DeliverService: offer(agent, '交付服务成果', 'Deliver the service'),
  RequestRedemption: offer(agent, '服务机构申请兑付（通兑）', 'Request redemption as the agency (通兑)'),
  SubmitRedemption: offer(firm, '企业申请兑付（通用）', 'Submit the redemption as the enterprise (通用)'),
  ReviewRedemption: offer(reviewer, '初审兑付', 'Review a redemption'),
  ReturnRedemption: offer(reviewer, '退回补正（一次性告知）', 'Return a redemption with all its defects'),
  RefuseRedemption: offer(['reviewer', 'approver'], '不予兑付', 'Refuse a redemption'),
  ApproveRedemption: offer(approver, '复核批准兑付', 'Approve a redemption'),
  PubliciseOrder: offer(clerk, '公示', 'Publicise an approved redemption'),
  LodgeObjection: offer([], '提出异议', 'Lodge an objection'),
  UpholdObjection: offer(approver, '异议成立', 'Uphold an objection'),
  RejectObjection: offer(approver, '驳回异议', 'Reject an objection'),
  InstructPayment: offer(finance, '发出付款指令', 'Instruct the payment'),
  ConfirmPaid: offer(finance, '确认已付款', 'Confirm the payment by the treasury’s receipt'),
  CloseWindow: offer(operator, '关闭清算窗口', 'Close a settlement window'),
  AskAttestation: offer(operator, '要求重新对账', 'Ask for another look at every pair of a window'),
} as const satisfies Readonly<Record<PersonCommand, Offer>>;

const OFFERED = 'yrd:offered';

/** The command that a route carries out; undefined for a route that only reads. */
export const offeredBy = (route: object): PersonCommand | undefined => Reflect.getMetadata(OFFERED, route) as PersonCommand | undefined;

/** Marks a route as the one that carries out this command: its roles, headers, status and words. */
export const Offers = (command: PersonCommand, options: { readonly creates?: boolean } = {}): MethodDecorator => {
  const { roles, zh, en } = offers[command];
  const answered = options.creates
    ? ApiCreatedResponse({
        type: ThingCreated,
        headers: { Location: { description: 'Where the new thing is found.', schema: { type: 'string' } } },
      })
    : ApiOkResponse({ type: CommandAnswered });
  return applyDecorators(
    SetMetadata(OFFERED, command),
    Roles(...roles),
    AcceptsCommand(),
    HttpCode(options.creates ? 201 : 200),
    ApiOperation({
      operationId: command,
      summary: `${zh} · ${en}`,
      ...(roles.length > 0 ? { description: `角色 · roles: ${roles.join(', ')}` } : {}),
    }),
    answered,
  );
};
