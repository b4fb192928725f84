/** The services that a province node runs together. */
import type { ServedContext } from '@yrd/platform';

export const services: readonly ServedContext[] = [];
