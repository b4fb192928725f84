/** Reads the public events of a journal from the first one on and believes none: each is proved by a head that the pinned key signed. */
import assert, { deepEqual } from 'node:assert/strict';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { dataHash, fromHex, parseVerifier, utf8, verifyProof, type Disclosure } from '@yrd/ledger';
import { nodeHasher as hasher, nodeTools as tools } from '@yrd/platform/offline';

const { KAFKA_BROKERS = 'localhost:9092', TOPIC = 'yrd.31.voucher.events', GROUP = 'yrd-consumer-sample', KEY = '', UNTIL } = process.env;
const trust = { journal: parseVerifier(hasher, KEY) ?? assert.fail('KEY is no verifier line'), cosigners: [], needed: 0 };
/** The number of the event that was checked last, and how many entries of the journal lie up to it. */
let [last, size] = [0n, 0n];

const check = async ({ headers, value }: KafkaMessage): Promise<void> => {
  const told = (name: string) => String(headers?.[`ce_${name}`]);
  const [number, index] = [BigInt(told('sequence')), BigInt(told('id'))]; // Throws for what is no whole number.
  // Not the next one: told again after a restart, and checked before; or a gap.
  if (number !== last + 1n || index < size) return assert(number <= last, `event ${number}: a gap: it came after event ${last}`);
  // Each entry since the last event is proved to be there, and not to be public: none was left out.
  for (; size <= index; size += 1n) {
    const entry = (await (await fetch(new URL(`${size}`, told('proof')))).json()) as Required<Disclosure>;
    const stated = ['c2sp.org/tlog-proof@v1', `index ${size}`, ...entry.proof, '', entry.checkpoint].join('\n');
    assert(verifyProof(tools, trust, utf8(entry.leaf), stated).good, 'its head is not signed by the pinned key, or does not hold it');
    const said = JSON.parse(entry.leaf) as Record<string, string>;
    assert(size === index || said['classification'] !== 'public', `event ${number}: a gap: the public entry ${size} was left out`);
    if (size < index) continue;
    for (const name in said) assert(name === 'sequence' || told(name) === said[name], `event ${number}: ${name} is not as stated`);
    assert(dataHash(hasher, fromHex(entry.salt)!, utf8(entry.payload)) === said['datahash'], `event ${number}: its payload is another`);
    deepEqual(JSON.parse(String(value)), (JSON.parse(entry.payload) as { data: unknown }).data, `event ${number}: its data was changed`);
  }
  console.log(`${number} ${told('type')} ${told('subject')}: proved`);
  last = number;
  if (String(number) === UNTIL) process.exit(0);
};

const kafka = new kafkajs.Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: kafkajs.logLevel.ERROR }).consumer({ groupId: GROUP });
await kafka.connect();
await kafka.subscribe({ topics: [TOPIC], fromBeginning: true });
await kafka.run({ autoCommit: false, eachMessage: ({ message }) => check(message).catch((why) => (console.error(why), process.exit(1))) });
