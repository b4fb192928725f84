/** A service as a whole process: signals, and the words of one that could not start. */
import { Service, type ServiceOptions } from './service.js';

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Runs a service as the whole process: stops in order on a signal, and says in plain words why it could not start. SIGHUP makes one
 * that answers over TLS take its renewed certificate.
 */
export const runService = async (prepare: () => Promise<ServiceOptions>): Promise<void> => {
  const fail = (error: unknown): void => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  };
  process.on('unhandledRejection', (error) => fail(new Error('a promise was forgotten: this is a fault of the program', { cause: error })));
  let asked = false;
  try {
    const service = new Service(await prepare());
    for (const signal of signals) {
      process.on(signal, () => {
        if (signal === 'SIGHUP' && service.renewCertificate()) return;
        asked = true;
        service.stop().then(() => process.exit(0), fail);
      });
    }
    await service.start();
  } catch (error) {
    if (!asked) fail(error);
  }
};
