/** The commands behind `npm start`, `npm test` and `npm run reset|bench|chaos|token`, and the small processes they start. */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from './say.js';
import type { Place } from './start.js';

const entry = fileURLToPath(import.meta.url);
const root = dirname(dirname(dirname(entry)));
const place: Place = { root, entry, home: resolve(root, process.env['YRD_HOME'] || join(root, '.run')) };
const [command = '', ...args] = process.argv.slice(2);

// Each command loads only what it needs: the guard must be small and start at once.
const commands: Record<string, () => Promise<number | void>> = {
  start: async () => (await import('./start.js')).start(place),
  test: async () => (await import('./verify.js')).verify(place, args),
  reset: async () => (await import('./reset.js')).reset(place, args),
  bench: async () => (await import('./bench.js')).bench(place, args),
  chaos: async () => (await import('./chaos.js')).chaos(place, args),
  backup: async () => (await import('./backup.js')).backup(place, args),
  restore: async () => (await import('./backup.js')).restore(place, args),
  simulate: async () => (await import('./simulate.js')).simulate(place, args),
  mutants: async () => (await import('./mutants.js')).mutants(place, args),
  'access-table': async () => (await import('./access-document.js')).writeAccessDocument(root),
  'tag-contracts': async () => (await import('./tagged.js')).tagContracts(root, args),
  grants: async () => (await import('./grants.js')).grants(args),
  'check-export': async () => (await import('./check-export.js')).checkExportFile(args),
  supply: async () => (await import('./supply.js')).checkSupply(root),
  keys: async () => (await import('./keys.js')).keys(place.home, args),
  token: async () => (await import('./clients.js')).printToken(place.home, args),
  guard: async () => (await import('./guard.js')).guard(),
};

// A closed terminal takes the output away: that must not end the orderly stop.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const run = commands[command];
try {
  if (!run) throw new Fault(`Unknown command "${command}": use ${Object.keys(commands).slice(0, 8).join(', ')}.`);
  const code = await run();
  if (typeof code === 'number') process.exit(code);
} catch (error) {
  process.stderr.write(`${error instanceof Fault ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(1);
}
