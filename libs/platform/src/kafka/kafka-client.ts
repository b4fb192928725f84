/** The way to Kafka: one client's settings, its log as notices, and what every use of it needs. */
import kafkajs, { type KafkaConfig, type Kafka as KafkaClient, type Message, type KafkaMessage } from 'kafkajs';
import type { BusMessage, Notice } from '@yrd/ledger';

const { Kafka, KafkaJSError, logLevel } = kafkajs;

export type { KafkaClient };

export interface KafkaSettings {
  /** `host:port` of one or more brokers. */
  readonly brokers: readonly string[];
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
  /** Of topics that are made; the broker's own default when absent. */
  readonly replicationFactor?: number;
}

export interface KafkaOptions extends KafkaSettings {
  /** Name in the brokers' logs, and the beginning of passing consumer groups: `yrd.<province>.…`, as the access rules have it. */
  readonly clientId: string;
  notice(event: Notice): void;
}

/** A few tries within two or three seconds; who must go on for ever does so around it, and says so. */
export const RETRY = { retries: 5, initialRetryTime: 60, maxRetryTime: 1_000, multiplier: 2, factor: 0.3 } as const;

export const kafkaClient = (o: KafkaOptions): KafkaClient =>
  new Kafka({
    clientId: o.clientId,
    brokers: [...o.brokers],
    ...(o.ssl === undefined ? {} : { ssl: o.ssl }),
    ...(o.sasl === undefined ? {} : { sasl: o.sasl }),
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: RETRY,
    logLevel: logLevel.WARN,
    // What the client calls an error is one failed try; whether it matters, the code around it knows.
    logCreator:
      () =>
      ({ level, namespace, log }) => {
        const why = typeof log['error'] === 'string' ? log['error'] : null;
        o.notice({
          level: level === logLevel.ERROR ? 'info' : 'debug',
          what: 'kafka.client',
          facts: { part: namespace, message: log.message, why },
        });
      },
  });

/** What went wrong, in a line. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether the broker said, here or in a cause, that it does not hold the topic: then nothing was written. */
export const isTopicMissing = (error: unknown): boolean => {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('type' in at && at.type === 'UNKNOWN_TOPIC_OR_PARTITION') return true;
    if (at instanceof KafkaJSError && at.name === 'KafkaJSTopicMetadataNotLoaded') return true;
  }
  return false;
};

/** Topics that the broker lets only others make, from the error of making several; none when anything else went wrong too. */
export const topicsNotAllowed = (error: unknown): readonly string[] => {
  if (!(error instanceof Error) || error.name !== 'KafkaJSAggregateError' || !('errors' in error) || !Array.isArray(error.errors))
    return [];
  const refused = error.errors.map((each: unknown) =>
    each instanceof Error && 'type' in each && each.type === 'TOPIC_AUTHORIZATION_FAILED' && 'topic' in each ? String(each.topic) : null,
  );
  const topics = refused.filter((topic) => topic !== null);
  return topics.length === refused.length ? topics : [];
};

/** The promise's result, or a rejection after `ms`; what is still under way then goes on unheard. */
export const within = async <T>(ms: number, promise: Promise<T>, late: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(late)), ms);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
};

/** Says goodbye without waiting for a broker that is gone. Never rejects. */
export const disconnect = (client: { disconnect(): Promise<void> }): Promise<void> =>
  within(3_000, client.disconnect(), 'the broker did not let go').catch(() => undefined);

export const toKafka = (value: Uint8Array, headers: Readonly<Record<string, string>>): Message => ({
  value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  headers: { ...headers },
});

const headerText = (header: NonNullable<KafkaMessage['headers']>[string]): string => {
  const first = Array.isArray(header) ? header[0] : header;
  return first === undefined ? '' : first.toString();
};

export const fromKafka = (topic: string, { value, headers }: KafkaMessage): BusMessage => ({
  topic,
  // A copy, so that one message kept does not keep the whole answer of the broker.
  value: new Uint8Array(value ?? []),
  headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, header]) => [name, headerText(header)])),
});
