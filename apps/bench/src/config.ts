/** What `npm run bench` asks this program for. */

export interface BenchConfig {
  readonly mongoUrl: string;
  readonly brokers: readonly string[];
  readonly rounds: number;
  /** Size of the large ledger. */
  readonly entries: number;
  /** Lines of the large settlement window. */
  readonly lines: number;
  /** Parts to run; `orders` needs four nodes, whose addresses are in the environment. */
  readonly parts: readonly string[];
  /** What the command lines of MongoDB, Kafka and nodes hold. */
  readonly pidWords: readonly string[];
}

/** The settings of this process: JSON that the starter wrote. */
export const benchConfig = (): BenchConfig => JSON.parse(process.env['YRD_BENCH'] ?? '{}') as BenchConfig;
