/** `npm test`. */
import type { Place } from './start.js';
export const verify = (_place: Place): Promise<number> => Promise.resolve(1);
