/** How often one client or person may ask: counted in this process by a fixed window of a minute, told in every answer. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Bearer } from './auth.js';
import type { Limits } from '../config/config.js';
import { Problem, retryAfter } from '../http/problem.js';
import type { Response } from '../http/request.js';

const windowS = 60;

/** One more by this key. @throws Problem E-RATE when there were too many. */
export const countOne = async (limiter: RateLimiterMemory, key: string, name: string, response?: Response): Promise<void> => {
  const quota = limiter.points;
  const policy = `"${name}";q=${quota};w=${limiter.duration}`;
  // draft-ietf-httpapi-ratelimit-headers: how many are left, and in how many seconds all are there again.
  const state = ({ remainingPoints, msBeforeNext }: RateLimiterRes): string =>
    `"${name}";r=${Math.max(0, remainingPoints)};t=${Math.ceil(msBeforeNext / 1_000)}`;
  try {
    const left = await limiter.consume(key);
    response?.setHeader('RateLimit-Policy', policy);
    response?.setHeader('RateLimit', state(left));
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const headers = { ...retryAfter(error.msBeforeNext), 'RateLimit-Policy': policy, RateLimit: state(error) };
    throw new Problem('E-RATE', { facts: { limit: quota, windowS: limiter.duration }, headers });
  }
};

/** The limits of all who ask with a token; each bearer has his own count. */
export class RateLimits {
  private readonly machines: RateLimiterMemory;
  private readonly persons: RateLimiterMemory;
  constructor({ clientRequests, personRequests }: Limits) {
    this.machines = new RateLimiterMemory({ points: clientRequests, duration: windowS });
    this.persons = new RateLimiterMemory({ points: personRequests, duration: windowS });
  }

  /** Counts one request and says in the answer what is left. @throws Problem E-RATE when nothing was. */
  take({ machine, counted }: Bearer, response: Response): Promise<void> {
    return machine ? countOne(this.machines, counted, 'client', response) : countOne(this.persons, counted, 'person', response);
  }
}
