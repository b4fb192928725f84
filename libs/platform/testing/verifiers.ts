/** Verifiers that others wrote: Tessera's fsck and a small program on Go's own libraries. `npm test -- outside` builds and names them. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const RUN_MS = 60_000;

/** How a program ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}

const run = (program: string | undefined, args: readonly string[]): Promise<Ran> =>
  new Promise((resolve, reject) => {
    if (program === undefined) return reject(new Error('The verifiers are not named: run npm test -- outside.'));
    execFile(program, [...args], { timeout: RUN_MS, maxBuffer: 2 ** 24 }, (error, out, said) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, said }),
    );
  });

/** What Tessera's fsck says of a log: it ends with 0 whatever it finds. `folder` takes the key as a file. */
export const fsck = async (url: string, key: string, folder: string): Promise<string> => {
  const file = join(folder, 'key');
  writeFileSync(file, key);
  return (await run(process.env['YRD_FSCK'], ['--ui=false', '--N=4', `--storage_url=${url}`, `--public_key=${file}`])).said;
};

/** The program on Go's libraries, with its arguments as tools/go-verifier names them. */
export const goVerifier = (url: string, ...args: readonly string[]): Promise<Ran> =>
  run(process.env['YRD_GO_VERIFIER'], ['-log', url, ...args]);
