/** The voucher context behind HTTP. */
export { voucherClearing, VoucherModule } from './voucher-module.js';
