/** Reads the public events of a journal from the first one on and believes none: each is proved by a head that the pinned key signed. */
import { isDeepStrictEqual } from 'node:util';
import kafkajs from 'kafkajs';
import { dataHash, fromBase64, fromHex, leafHash, openCheckpoint, parseVerifier, utf8, verifyInclusion } from '@yrd/ledger';
import { nodeHasher as hasher, nodeKeys } from '@yrd/platform';

const {
  KAFKA_BROKERS = 'localhost:9092',
  TOPIC = 'yrd.31.voucher.events',
  GROUP = 'yrd-consumer-local.sample',
  KEY = '',
  UNTIL,
} = process.env;
const fail = (why: string): never => (console.error(why), process.exit(1));
const pinned = parseVerifier(hasher, KEY) ?? fail('KEY is no verifier line: pin that of the federation file');
let last = { sequence: 0, index: -1 };

/** The entry at this place of the journal: what its leaf says, and its payload where anybody may see it. */
const proved = async (log: string, index: number) => {
  const entry = (await (await fetch(`${log}${index}`)).json()) as Record<'leaf' | 'payload' | 'salt' | 'checkpoint', string> & {
    proof: string[];
  };
  const head =
    openCheckpoint(nodeKeys([]).signer, pinned, entry.checkpoint) ?? fail(`entry ${index}: its head is not signed by the pinned key`);
  const claim = { index, ...head, leaf: leafHash(hasher, utf8(entry.leaf)), proof: entry.proof.map((hash) => fromBase64(hash)!) };
  return verifyInclusion(hasher, claim)
    ? { ...entry, said: JSON.parse(entry.leaf) as Record<string, string> }
    : fail(`entry ${index} is not in the journal`);
};

const check = async (told: (name: string) => string | undefined, value: string): Promise<void> => {
  const { sequence, index } = { sequence: Number(told('sequence')), index: Number(told('id')) };
  if (sequence <= last.sequence) return; // Told again after a restart: it was checked.
  const demand = (holds: boolean, why: string) => holds || fail(`event ${sequence}: ${why}`);
  demand(sequence === last.sequence + 1 && index > last.index, `a gap: it came after event ${last.sequence}`);
  const log = told('proof')!.replace(/\d+$/, '');
  for (let between = last.index + 1; between < index; between += 1)
    demand((await proved(log, between)).said['classification'] !== 'public', `a gap: the public entry ${between} was left out`);
  const { said, payload, salt } = await proved(log, index);
  for (const [name, text] of Object.entries(said)) demand(name === 'sequence' || told(name) === text, `${name} is not what the entry says`);
  demand(dataHash(hasher, fromHex(salt)!, utf8(payload)) === said['datahash'], 'its payload is not that of the entry');
  demand(isDeepStrictEqual(JSON.parse(value), (JSON.parse(payload) as { data: unknown }).data), 'its data was changed');
  console.log(`${sequence} ${said['type']} ${said['subject']}: proved`);
  last = { sequence, index };
  if (String(sequence) === UNTIL) process.exit(0);
};

const kafka = new kafkajs.Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: kafkajs.logLevel.ERROR });
const consumer = kafka.consumer({ groupId: GROUP });
await consumer.connect();
await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachMessage: ({ message: { headers, value } }) =>
    check((name) => headers?.[`ce_${name}`]?.toString(), String(value)).catch((error: unknown) => fail(String(error))),
});
