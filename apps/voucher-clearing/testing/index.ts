/** For tests that need orders: provinces that clear vouchers, and a market in them. */
export * from './delta.js';
export * from './importing.js';
export * from './market.js';
export * from './orders.js';
