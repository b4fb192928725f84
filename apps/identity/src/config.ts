/** What this process is started with: the settings file that the starter wrote. */
import { readFileSync } from 'node:fs';
import type { IdentitySettings } from './settings.js';

export interface IdentityConfig {
  readonly production: boolean;
  readonly settings: IdentitySettings;
}

/** The settings of this process. Throws one sentence when there are none. */
export const identityConfig = (): IdentityConfig => {
  const file = process.env['YRD_IDENTITY'] ?? '';
  const production = process.env['NODE_ENV'] === 'production';
  try {
    return { production, settings: JSON.parse(readFileSync(file, 'utf8')) as IdentitySettings };
  } catch {
    throw new Error(`YRD_IDENTITY must name the settings file of the local identity provider; "${file}" cannot be read as one.`);
  }
};
