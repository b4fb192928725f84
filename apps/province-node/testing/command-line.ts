/** The command line against nodes that run in this process: each has an address like http://31.test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, run } from '@yrd/cli';
import type { RunningDelta, Who } from '@yrd/platform/testing';

/** Changes what a node answers on its way to the command. */
export type Change = (path: string, bytes: Uint8Array) => Uint8Array;

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Standard output as JSON. */
  readonly told: () => unknown;
}

export interface Given {
  /** Whose token it has. */
  readonly who?: Who;
  readonly change?: Change;
}

export class CommandLine {
  readonly folder = mkdtempSync(join(tmpdir(), 'yrd-cli-'));
  /** Path of the federation file. */
  readonly federation = join(this.folder, 'federation.json');

  /** `home` is whose files it finds: without one a folder of its own. */
  constructor(
    private readonly delta: RunningDelta,
    readonly home?: string,
  ) {
    writeFileSync(this.federation, JSON.stringify(delta.world.federation));
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Runs a command written as in a shell, its words apart by single blanks. */
  async run(line: string, { who, change }: Given = {}): Promise<Ended> {
    let [out, err] = ['', ''];
    const token = who && this.delta.headers(who)['Authorization']?.slice('Bearer '.length);
    const code = await run(line.split(' '), {
      settings: readSettings({ HOME: this.home ?? this.folder, YRD_TOKEN: token }, this.folder),
      now: () => this.delta.nowMs,
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      fetch: (input, init) => this.fetch(new URL(input instanceof Request ? input.url : input), init, change),
    });
    return { code, out, err, told: () => JSON.parse(out) as unknown };
  }

  private async fetch({ hostname, pathname, search }: URL, init?: RequestInit, change?: Change): Promise<Response> {
    if (!hostname.endsWith('.test')) throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
    const answer = await this.delta.fetch(hostname.slice(0, 2), pathname + search, init);
    if (!change) return answer;
    const bytes = change(pathname, new Uint8Array(await answer.arrayBuffer()));
    const headers = new Headers([...answer.headers].filter(([name]) => !['content-encoding', 'content-length'].includes(name)));
    return new Response(new Uint8Array(bytes), { status: answer.status, headers });
  }
}
