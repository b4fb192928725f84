/** Rows of settlement and of what comes after payment: money that goes back, and what both sides of a pair say of their batch. */
import { approver, finance, reviewer, row, type AccessRow } from './access-rows.js';

export const settlementRows = {
  ReturnPayment: row(finance, 'noParty', '登记银行退汇，订单恢复为待付款', 'Record that the bank returned a payment: payable again'),
  OrderClawback: row(approver, 'noParty', '决定追回已兑付资金', 'Order a clawback: a refund, or a fraud whole'),
  ConfirmRecovered: row(finance, 'noParty', '确认追回款已到账', 'Confirm by the treasury’s receipt that money came back'),
  RecordRedLetter: row(reviewer, 'noParty', '登记红字发票', 'Record a red-letter invoice at the invoice’s home'),
} as const satisfies Readonly<Record<string, AccessRow>>;
