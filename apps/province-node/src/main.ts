/** The node of one province: all its services in one process. For local use and small nodes. */
import { fileURLToPath } from 'node:url';
import { processService, runService } from '@yrd/platform';
import { services } from './services.js';

const page = fileURLToPath(new URL('../page', import.meta.url));
await runService(() => processService({ contexts: services, page }));
