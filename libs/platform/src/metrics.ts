/** Prometheus metrics: journals, queues and requests. */
import type { Notice } from '@yrd/ledger';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AuditTrail } from './audit/audit-trail.js';
import type { Nodes } from './nodes.js';
import type { Middleware } from './http/request.js';

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts of what the ledger notices (`replica.gap`); they outlive the start of the nodes. */
export class NoticeCounter {
  readonly counts = new Map<string, number>();
  readonly take = ({ what, level }: Notice): void => {
    const key = `${level} ${what}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  };
}

export class Metrics {
  readonly registry = new Registry();
  private readonly durations = new Histogram({
    name: 'yrd_http_request_duration_seconds',
    help: 'Time from request to answer.',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers: [this.registry],
  });

  constructor(nodes: Nodes, notices: NoticeCounter, trail: AuditTrail) {
    collectDefaultMetrics({ register: this.registry });
    this.journals(nodes);
    this.contexts(nodes);
    this.notices(notices);
    this.gauge('yrd_audit_waiting', 'Audit records that are not durable yet.', [], (gauge) => gauge.set(trail.size));
    this.gauge('yrd_audit_lost', 'Audit records that could not be kept since the start.', [], (gauge) => gauge.set(trail.lost));
  }

  /** Times requests by route pattern: addresses and ids never become labels. */
  readonly time: Middleware = (request, response, next) => {
    const stop = this.durations.startTimer();
    response.once('close', () => {
      stop({ method: request.method ?? '-', route: request.route?.path ?? 'none', status: String(response.statusCode) });
    });
    next();
  };

  private gauge(name: string, help: string, labelNames: readonly string[], collect: (gauge: Gauge) => void): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      collect: () => {
        gauge.reset();
        collect(gauge);
      },
    });
  }

  private journals(nodes: Nodes): void {
    const each = (
      name: string,
      help: string,
      value: (journal: ReturnType<Nodes['all'][number]['status']>['journals'][number]) => number | null,
    ): void =>
      this.gauge(name, help, ['journal'], (gauge) => {
        for (const journal of nodes.all.flatMap((node) => node.status().journals)) {
          const now = value(journal);
          if (now !== null) gauge.set({ journal: journal.journal }, now);
        }
      });
    each('yrd_journal_size', 'Entries held of a journal.', (journal) => journal.size);
    each('yrd_journal_lag', 'Entries that the owner vouched for and this node does not hold yet.', (journal) => journal.lag);
    each('yrd_journal_silence_seconds', 'Real time since the owner was last heard.', ({ silentMs }) =>
      silentMs === null ? null : silentMs / 1_000,
    );
    each('yrd_journal_cosigners', 'Provinces whose fresh cosignature is held.', (journal) => journal.cosigners.length);
    each(
      'yrd_journal_distrusted_keys',
      'Expired, revoked and unknown keys that signed heads of the journal.',
      ({ setAside }) => setAside.length,
    );
    each('yrd_journal_quarantined', '1 when the journal was caught telling two histories.', ({ state }) =>
      state === 'quarantined' ? 1 : 0,
    );
  }

  private contexts(nodes: Nodes): void {
    const each = (name: string, help: string, value: (status: ReturnType<Nodes['all'][number]['status']>) => number): void =>
      this.gauge(name, help, ['context'], (gauge) => {
        for (const status of nodes.all.map((node) => node.status())) gauge.set({ context: status.context }, value(status));
      });
    each('yrd_parked_entries', 'Entries set aside for an operator.', (status) => status.parked);
    each('yrd_queued_commands', 'Commands that wait for their turn.', (status) => status.queued);
    this.gauge(
      'yrd_key_days_left',
      'Days until a key that the node signs with expires; none for one that never does.',
      ['key'],
      (gauge) => {
        for (const { name, daysLeft } of nodes.all.flatMap((node) => node.status().keys))
          if (daysLeft !== null) gauge.set({ key: name }, daysLeft);
      },
    );
    each('yrd_ready', '1 when the node answers commands.', (status) => (status.notReady === null ? 1 : 0));
  }

  private notices(notices: NoticeCounter): void {
    const counter: Counter = new Counter({
      name: 'yrd_notices_total',
      help: 'What the ledger noticed, by name.',
      labelNames: ['level', 'what'],
      registers: [this.registry],
      collect: () => {
        counter.reset();
        for (const [key, count] of notices.counts) {
          const [level = '', what = ''] = key.split(' ');
          counter.inc({ level, what }, count);
        }
      },
    });
  }
}
