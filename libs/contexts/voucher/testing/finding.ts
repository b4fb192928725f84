/** What the test world finds rows and needs by: hashes, matches, and a key for each thing asked for. */
import { createHash } from 'node:crypto';
import type { Match, Need } from '@yrd/ledger';

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
export const matches = (row: Readonly<Record<string, unknown>>, where: Readonly<Record<string, Match>>): boolean =>
  Object.entries(where).every(([field, match]) => {
    const value = row[field] ?? null;
    if (typeof match !== 'object' || match === null) return value === match;
    if (match.in && !match.in.some((each) => each === value)) return false;
    if (match.gte !== undefined && !(value !== null && value >= match.gte)) return false;
    return match.lt === undefined || (value !== null && value < match.lt);
  });

export const needKey = (need: Need): string => {
  if ('stream' in need) return `state ${need.journal} ${need.stream}`;
  return 'rows' in need ? `rows ${need.rows} ${JSON.stringify(need.where)}` : `root ${need.rootOf} ${need.size}`;
};
