/** The services that a province node runs together. */
import { accessRegister } from '@yrd/access-register';
import type { ServedContext } from '@yrd/platform';
import { voucherClearing } from '@yrd/voucher-clearing';

export const services: readonly ServedContext[] = [voucherClearing, accessRegister];
