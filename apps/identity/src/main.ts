/** The local identity provider as a process. SIGHUP makes it sign with a new key. */
import { identityConfig } from './config.js';
import { createIdentity } from './server.js';

try {
  const { production, settings } = identityConfig();
  const { server, rotate } = await createIdentity(settings, production);
  server.listen(Number(new URL(settings.url).port), '127.0.0.1');
  process.on('SIGHUP', () => void rotate());
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      server.close();
      server.closeAllConnections();
    });
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
