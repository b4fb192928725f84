/** Rows of settlement and of what comes after payment: money that goes back, and what both sides of a pair say of their batch. */
import { approver, finance, open, reviewer, row, staff, supervisor, type AccessRow } from './access-rows.js';

export const settlementRows = {
  ReturnPayment: row(finance, 'noParty', '登记银行退汇，订单恢复为待付款', 'Record that the bank returned a payment: payable again'),
  OrderClawback: row(approver, 'noParty', '决定追回已兑付资金', 'Order a clawback: a refund, or a fraud whole'),
  ConfirmRecovered: row(finance, 'noParty', '确认追回款已到账', 'Confirm by the treasury’s receipt that money came back'),
  RecordAccount: row(finance, 'none', '登记收付款账户（不出省）', 'Record a bank account; it never leaves the province'),
  ReadPayments: row(staff, 'none', '付款指令及其结果', 'Payment instructions and what came of them'),
  ReadPaymentFile: { ...row(finance, 'none', '付款文件（pain.001 或 CSV）', 'A payment file, pain.001 or CSV'), audited: 'read' },
  ImportReceipts: row(finance, 'none', '导入国库回单（camt.054 或 CSV）', 'Import the treasury’s receipts, camt.054 or CSV'),
  RecordRedLetter: row(reviewer, 'noParty', '登记红字发票', 'Record a red-letter invoice at the invoice’s home'),
  PublishAuditSeed: row(
    supervisor,
    'none',
    '公布抽查种子（半年结束前）',
    'Publish the seed of the half-yearly audit, before the half-year ends',
  ),
  DrawAuditSample: row(supervisor, 'none', '抽取半年抽查样本', 'Draw the audit sample of a half-year'),
  ReadAuditSample: open(
    '半年抽查：种子、总体、样本，可自行复核',
    'The audit of a half-year: seed, population and sample, for anybody to draw again',
  ),
  ConfirmBatch: row(finance, 'none', '确认清算批次（付方、收方各一次）', 'Confirm a clearing batch, each side once'),
  DisputeLine: row(finance, 'none', '对清算行提出异议，移入下一批次', 'Dispute a line: it comes back in the next batch'),
  ProposeRepair: row(finance, 'none', '提议修复对账不符的清算行', 'Propose how to mend a line that the sides count differently'),
  AgreeRepair: row(finance, 'none', '同意对方的修复提议', 'Agree to the other side’s repair'),
  RefuseRepair: row(finance, 'none', '不同意对方的修复提议', 'Refuse the other side’s repair'),
  InstructBatch: row(finance, 'none', '发出批次付款指令（付方）', 'Instruct the payment of a confirmed batch, as its payer'),
  RecordBatchPaid: row(finance, 'none', '登记批次付款回单（付方）', 'Record the treasury’s receipt of a batch, as its payer'),
  ReconcileBatch: row(finance, 'none', '与国库核对批次', 'Reconcile a batch with the own treasury'),
  ReadBatches: open('一个清算窗口的十二个批次', 'The twelve batches of a window'),
  ReadBatch: row(staff, 'none', '一个清算批次及其清算行', 'One clearing batch with its lines'),
} as const satisfies Readonly<Record<string, AccessRow>>;
