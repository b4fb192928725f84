/** The process behind `npx yrd`. */
import { once } from 'node:events';
import { processSettings } from './config.js';
import { run } from './run.js';

// Whoever reads only the first lines (`| head`) closes the pipe: that ends the command and is no fault.
process.stdout.on('error', () => process.exit(0));

process.exitCode = await run(process.argv.slice(2), {
  settings: processSettings(),
  fetch,
  now: Date.now,
  out: async (text) => {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  },
  err: (text) => void process.stderr.write(text),
});
