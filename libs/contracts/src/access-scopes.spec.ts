/** Scopes of machines: what they open, and what no machine may do. */
import { isClerk, SCOPES, scopesAmong, scopesOf, scopesOpen } from './access-scopes.js';
import { accessTable, ROLES, type AccessRow } from './access-table.js';

test('every row of a scope is one that an organisation outside the provinces has', () => {
  for (const { rows } of Object.values(SCOPES)) {
    for (const row of rows) {
      const { roles }: AccessRow = accessTable[row];
      expect([row, roles !== 'anybody' && roles.some((role) => !isClerk([role]))]).toEqual([row, true]);
    }
  }
});

test('a scope opens its rows and no others, and every token says who bears it', () => {
  expect(scopesOpen(['orders:read'], 'ReadOrders')).toBe(true);
  expect(scopesOpen(['orders:read'], 'PlaceOrder')).toBe(false);
  expect(scopesOpen([], 'ReadMyself')).toBe(true);
  expect(scopesOpen(['orders:read'], '')).toBe(false);
  expect(scopesOf('ApproveRedemption')).toEqual([]);
  expect(scopesAmong(['openid', 'orders:read', 'constructor'])).toEqual(['orders:read']);
});

test('everybody but enterprises, agencies and universities is a clerk', () => {
  expect(Object.keys(ROLES).filter((role) => !isClerk([role]))).toEqual(['enterprise', 'agency', 'university']);
  expect(isClerk(['enterprise', 'auditor'])).toBe(true);
  expect(isClerk(['king'])).toBe(false);
});
