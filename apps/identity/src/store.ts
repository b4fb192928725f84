/** Sessions, codes and refresh tokens in memory: signed in again after a restart is no burden on a first start. */
import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Kept {
  readonly payload: AdapterPayload;
  readonly untilMs: number;
}

/** As many things as people and tests of one machine have open; the oldest goes first. */
const KEPT_MAX = 20_000;

/** One store for all models of the provider; outlives a change of its keys. */
export const memoryStore = (now: () => number = Date.now): ((model: string) => Adapter) => {
  const all = new Map<string, Kept>();
  const read = (key: string): AdapterPayload | undefined => {
    const found = all.get(key);
    if (found && found.untilMs > now()) return found.payload;
    all.delete(key);
    return undefined;
  };
  const findBy = (prefix: string, field: 'uid' | 'userCode', value: string): AdapterPayload | undefined => {
    for (const [key, { payload }] of all) if (key.startsWith(prefix) && payload[field] === value) return read(key);
    return undefined;
  };
  return (model) => {
    const prefix = `${model}:`;
    return {
      upsert: async (id, payload, expiresIn) => {
        const key = prefix + id;
        all.delete(key);
        all.set(key, { payload, untilMs: expiresIn ? now() + expiresIn * 1_000 : Infinity });
        const [oldest] = all.keys();
        if (all.size > KEPT_MAX && oldest !== undefined) all.delete(oldest);
      },
      find: async (id) => read(prefix + id),
      findByUid: async (uid) => findBy(prefix, 'uid', uid),
      findByUserCode: async (userCode) => findBy(prefix, 'userCode', userCode),
      consume: async (id) => {
        const payload = read(prefix + id);
        if (payload) payload['consumed'] = Math.floor(now() / 1_000);
      },
      destroy: async (id) => void all.delete(prefix + id),
      // Everything that came of one sign-in: when a code or a refresh token is used twice, or at sign-out.
      revokeByGrantId: async (grantId) => {
        for (const [key, { payload }] of all) if (payload.grantId === grantId) all.delete(key);
      },
    };
  };
};
