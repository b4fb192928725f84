/** What another pack would have cost: the ledger of this node replayed under it, told line by line while it runs. Nothing is written. */
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { readPack, voucherContracts, type VoucherPack } from '@yrd/contracts';
import { Busy, say } from '@yrd/ledger';
import { Allows, Call, CurrentCall, Day, Problem, Sends, TextField, type HttpResponse } from '@yrd/platform';
import { addDays, localDate, startOfDayMs } from '@yrd/standards';
import { journalOf, policy, policyStream, WhatIf, type Policy, type WhatIfAsked } from '@yrd/voucher';
import { Desk } from '../desk.js';

/** The longest pack text; those in use have a tenth of it. */
const PACK_MAX = 65_536;
const PAGE = 500;
/** Entries between two lines that say how far it is: enough that a client sees it live, too few to be a flood. */
const PROGRESS_EVERY = 20_000;
const FAULTS_SHOWN = 20;

class WhatIfBody {
  @TextField(
    /^[^\u0000]{1,65536}$/,
    PACK_MAX,
    { zh: '政策包全文（YAML 或 JSON）', en: 'the whole pack, as YAML or JSON' },
    JSON.stringify(voucherContracts.PolicyAdopted.example.pack),
  )
  pack: string;

  @Day({ zh: '自该日起批准的兑付', en: 'redemptions approved from this day on', optional: true })
  from?: string;

  @Day({ zh: '至该日止批准的兑付', en: 'redemptions approved up to and on this day', optional: true })
  to?: string;
}

/** The pack in a body. @throws Problem E-VALIDATION that names every fault with its line. */
const packIn = (text: string): VoucherPack => {
  const { pack, faults } = readPack(text);
  // A draft may lack notes: those say where numbers come from, and decide nothing.
  const wrong = faults
    .filter(({ seen }) => pack === null || seen !== 'no note')
    .filter(({ path }) => pack === null || !path.startsWith('/notes/'));
  if (pack && wrong.length === 0) return pack;
  const told = (lang: 'zh' | 'en'): string =>
    wrong
      .slice(0, FAULTS_SHOWN)
      .map(({ line, path, seen, needed }) => `${line}: ${path} ${seen}: ${needed[lang]}`)
      .join('; ');
  throw Problem.invalid({ field: '/pack', rule: 'isPack', message: { en: told('en'), zh: told('zh') } });
};

const dayOf = (field: string, day: string): ReturnType<typeof localDate> => {
  try {
    return localDate(day);
  } catch {
    throw Problem.invalid({
      field: `/${field}`,
      rule: 'isDay',
      message: { en: 'name a day that the calendar knows', zh: '请填写日历上存在的日期' },
    });
  }
};

/** Runs one replay at a time: it reads the whole ledger, and commands must not wait for several. */
export class WhatIfDesk {
  private running = false;

  constructor(private readonly desk: Desk) {}

  /** Lines of progress, and last the result. @throws Busy while another one runs; Unavailable as the node says. */
  async run(pack: VoucherPack, period: Pick<WhatIfAsked, 'fromMs' | 'toMs'>): Promise<AsyncGenerator<string>> {
    if (this.running) throw new Busy(say('replayRunning'));
    this.running = true;
    try {
      const journals = this.desk.node.status().journals.map(({ journal }) => journal);
      const policies: Record<string, Policy> = {};
      for (const journal of journals)
        policies[journal.slice(0, 2)] = (await this.desk.node.read(policy, policyStream(pack.scheme), journal)).state;
      return this.lines(new WhatIf({ pack, own: this.desk.province, policies, ...period }), journals);
    } catch (error) {
      this.running = false;
      throw error;
    }
  }

  private async *lines(replay: WhatIf, journals: readonly string[]): AsyncGenerator<string> {
    try {
      let [done, told, unread] = [0, 0, 0];
      for (const journal of journals) {
        for (let [from, more] = [0, true]; more;) {
          const page = await this.desk.node.entries(journal, from, PAGE);
          for (const entry of page.entries) replay.take(entry);
          // What another province keeps to itself is no loss here; in the own journal it is.
          if (journal === journalOf(this.desk.province)) unread += page.unread;
          done += page.next - from;
          more = page.next > from && page.next < page.size;
          from = page.next;
          // Commands have their turn between two pages, also where all of them lie in memory.
          await new Promise((resolve) => setImmediate(resolve));
          if (done - told < PROGRESS_EVERY) continue;
          told = done;
          yield `${JSON.stringify({ progress: { journal, entries: done } })}\n`;
        }
      }
      yield `${JSON.stringify({ result: { ...replay.result(), unread } })}\n`;
    } finally {
      this.running = false;
    }
  }
}

@Controller('v1/policies/what-if')
export class WhatIfController {
  constructor(private readonly desk: WhatIfDesk) {}

  @Post()
  @HttpCode(200)
  @Allows('WhatIfPolicy')
  @Sends('Lines of JSON: `progress` now and then, and last `result`.', 'application/x-ndjson')
  async replay(@Body() { pack: text, from, to }: WhatIfBody, @CurrentCall() call: Call, @Res() response: HttpResponse): Promise<void> {
    const fromMs = from === undefined ? undefined : startOfDayMs(dayOf('from', from));
    const toMs = to === undefined ? undefined : startOfDayMs(addDays(dayOf('to', to), 1));
    const lines = await this.desk.run(packIn(text), { fromMs, toMs });
    call.noteRead();
    response.setHeader('Content-Type', 'application/x-ndjson; charset=utf-8');
    await pipeline(Readable.from(lines), response).catch((error: unknown) => {
      // Who asked has gone.
      if (!response.destroyed) throw error;
    });
  }
}
