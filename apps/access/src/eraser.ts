/**
 * Carries erasures out: finds the persons of this node that one concerns, destroys their keys, and only then attests. Entries arrive at
 * least once and after any crash again: a key is destroyed once, and what was attested is not attested twice.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { dataOf, erasure, erasureStream, heldBy, person, personStream, type BodyOf, type PersonRow } from '@yrd/access';
import type { PersonData } from '@yrd/contracts';
import type { Entry, LedgerNode, RowPage, Scalar } from '@yrd/ledger';
import { pagesOf, type Custody } from '@yrd/platform';

type Rows = RowPage<PersonRow>['rows'];

/** Rows looked at together. */
const PAGE = 200;
/** How long views may take to catch up with what was recorded before an erasure arrived, ms; then it is tried again. */
const CATCH_UP_MS = 10_000;
const AGAIN_MS = 1_000;

/** One node's part of erasures. Plain, so that the simulated world can run it. */
export class Erasing {
  constructor(
    private readonly node: LedgerNode,
    private readonly province: string,
    private readonly custody: Custody,
  ) {}

  /** An entry that may concern somebody here. Resolves when what it asks for is done and durable; rejects to get it again. */
  async take(entry: Entry): Promise<void> {
    if (entry.type === 'ErasureAsked') {
      const { erasure: id, epoch, token } = entry.data as PersonData<'ErasureAsked'>;
      return this.carryOut({ erasure: id, origin: entry.journal.slice(0, 2), shared: true }, await this.matching(epoch, token));
    }
    const asked = dataOf(entry, 'PersonErasureAsked');
    // A person without an identity number is known to this node only.
    if (asked && !asked.shared) return this.carryOut({ erasure: asked.erasure, origin: this.province, shared: false }, [asked.person]);
    const due = dataOf(entry, 'PersonErasureDue');
    if (!due) return;
    const { state } = await this.node.read(erasure, erasureStream(due.erasure));
    await this.carryOut({ erasure: due.erasure, origin: due.origin, shared: state.outcome !== null }, state.persons ?? [due.person]);
  }

  /**
   * Destroys again the keys of all who are erased: an older backup of the table of keys must not bring anybody back.
   * Resolves with how many keys had come back.
   */
  async sweep(): Promise<number> {
    let again = 0;
    for await (const rows of this.pages({ state: 'erased' })) again += await this.custody.destroy(rows.map(({ id }) => id));
    return again;
  }

  /** Persons of this node whose identity number gives this token. */
  private async matching(epoch: string, token: string): Promise<readonly string[]> {
    if (!this.custody.epochs.includes(epoch))
      throw new Error(
        `An erasure is asked for under the matching key ${epoch}, which this node does not have: add it to YRD_MATCHING_KEYS.`,
      );
    await this.caughtUp();
    const ids: string[] = [];
    for await (const rows of this.pages({ epoch, token })) ids.push(...rows.map(({ id }) => id));
    // Who was recorded under another matching key: his number is opened and hashed anew.
    for (const other of this.custody.epochs.filter((each) => each !== epoch))
      for await (const rows of this.pages({ epoch: other })) ids.push(...(await this.matchingIn(rows, epoch, token)));
    return ids;
  }

  private async matchingIn(rows: Rows, epoch: string, token: string): Promise<readonly string[]> {
    const sealed = rows.map(({ id, row }) => ({
      subject: id,
      sealed: row.sealed.idNumber === undefined ? {} : { idNumber: row.sealed.idNumber },
    }));
    const opened = await this.custody.open(sealed);
    const numberAt = (at: number): string | undefined => {
      const one = opened[at];
      return typeof one === 'object' ? one['idNumber'] : undefined;
    };
    return rows.flatMap(({ id }, at) => {
      const number = numberAt(at);
      return number !== undefined && this.custody.tokenOf(number, epoch)?.token === token ? [id] : [];
    });
  }

  private pages(where: Readonly<Record<string, Scalar>>): AsyncGenerator<Rows> {
    return pagesOf<PersonRow>(this.node, 'persons', { where, limit: PAGE });
  }

  /** Everybody recorded until now is in the view: nobody is missed because it lagged. */
  private async caughtUp(): Promise<void> {
    const journal = `${this.province}/access`;
    const size = this.node.status().journals.find((each) => each.journal === journal)?.size ?? 0;
    if (!(await this.node.reach({ journal, size }, CATCH_UP_MS))) throw new Error(`The view of persons lags behind ${journal}@${size}.`);
  }

  private async carryOut(what: Pick<BodyOf<'AttestErasure'>, 'erasure' | 'origin' | 'shared'>, persons: readonly string[]): Promise<void> {
    const { now } = this.node.status();
    const postponed: { person: string; class: string; basis: string; untilMs: number }[] = [];
    const free: string[] = [];
    for (const id of persons) {
      const { state } = await this.node.read(person, personStream(id));
      const hold = heldBy(state.holds, now);
      if (hold) postponed.push({ person: id, ...hold });
      else free.push(id);
    }
    await this.custody.destroy(free);
    const body: BodyOf<'AttestErasure'> = { ...what, persons, postponed, keyBackupDays: this.custody.keyBackupDays };
    const actor = { person: 'node', organisation: `node/${this.province}`, province: this.province, roles: ['node'] };
    // Each try is a command of its own: what was said already decides nothing.
    const [idempotencyKey, trace] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
    const answer = await this.node.execute({ command: 'AttestErasure', body, actor, idempotencyKey, trace });
    if (!answer.ok) throw new Error(`The erasure ${what.erasure} cannot be attested: ${answer.rejected}.`);
  }
}

/** The same behind the entries that a service follows. */
@Controller()
export class Eraser implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly halt = new AbortController();

  constructor(private readonly erasing: Erasing) {}

  @EventPattern('access.erasure-asked.v1')
  asked(@Payload() entry: Entry): Promise<void> {
    return this.erasing.take(entry);
  }

  @EventPattern('access.person-erasure-asked.v1')
  askedHere(@Payload() entry: Entry): Promise<void> {
    return this.erasing.take(entry);
  }

  @EventPattern('access.person-erasure-due.v1')
  due(@Payload() entry: Entry): Promise<void> {
    return this.erasing.take(entry);
  }

  onApplicationBootstrap(): void {
    void this.sweepOnce();
  }

  onModuleDestroy(): void {
    this.halt.abort();
  }

  /** As soon as the node answers; once a start. */
  private async sweepOnce(): Promise<void> {
    while (!this.halt.signal.aborted) {
      try {
        await this.erasing.sweep();
        return;
      } catch {
        await sleep(AGAIN_MS, undefined, { signal: this.halt.signal }).catch(() => undefined);
      }
    }
  }
}
