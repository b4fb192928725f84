/** The program that `npm run chaos` runs in front of its four nodes; its exit code says whether they kept what they promised. */
import { runChaos, type ChaosOptions } from './chaos.js';

const options = JSON.parse(process.env['YRD_CHAOS'] ?? '{}') as Omit<ChaosOptions, 'say'>;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  process.exitCode = (await runChaos({ ...options, say })) ? 0 : 1;
} catch (error) {
  say(`  ! The run broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = 1;
}
