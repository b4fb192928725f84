/** The command line as a function, for tests of whole nodes. */
export type { Io } from './command.js';
export { readSettings, type Settings } from './config.js';
export { EXIT } from './outcome.js';
export { run } from './run.js';
