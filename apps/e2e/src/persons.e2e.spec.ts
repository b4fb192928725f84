/**
 * Four nodes with real persons in them: while orders run, persons are recorded, read, corrected and erased, and every byte that the nodes
 * wrote anywhere is looked through for them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseVerifier, utf8, verifyProof, type Federation } from '@yrd/ledger';
import { formsOf, testHasher, testSigner } from '@yrd/ledger/testing';
import { personIdCheckDigit } from '@yrd/standards';
import { ask, bodyOf, does, firm, office, openMarket, staff, tries, type Body, type Market, type Province } from './delta.js';
import { eventually, type Person } from './http.js';
import { place, serve } from './order.js';
import { keyRow, tracesInDatabases, tracesInFiles, tracesInTopics } from './traces.js';

const numberOf = (first17: string): string => first17 + personIdCheckDigit(first17);
/** Marked values: nothing else in the world holds them. */
const SHARED = { name: '标甲玄黄', idNumber: numberOf('31010119870206713'), phone: '13917653201', email: 'mark.jia.7713@example.com' };
const OTHER = { name: '标乙宇宙', idNumber: numberOf('33010219790811514'), phone: '13917653202', email: 'mark.yi.7714@example.com' };
const CORRECTED = { phone: '13917653203', email: 'mark.bing.7715@example.com' };
const MARKS = [...Object.values(SHARED), ...Object.values(OTHER), ...Object.values(CORRECTED)];
const why = { purpose: 'supervision', caseNumber: '标记案-1', legalBasis: 'PIPL-13' };

let market: Market;
const held: Record<string, { readonly province: Province; readonly who: Person; readonly id: string }> = {};

const record = async (name: string, who: Person, fields: Body): Promise<void> => {
  const { id } = await does(who, '/v1/persons', { organisation: who.org, kind: 'representative', ...fields });
  held[name] = { province: who.province as Province, who, id: String(id) };
};
const read = async (name: string): Promise<Body> => bodyOf(await ask(held[name]!.who, `/v1/persons/${held[name]!.id}`));
const disclose = (name: string) =>
  tries(office(held[name]!.province), `/v1/persons/${held[name]!.id}/disclosures`, { fields: ['idNumber', 'phone'], ...why });

/** An order from Jiangsu at Shanghai, and one within Zhejiang, up to the accepted service. */
const orders = async (): Promise<void> => {
  for (const terms of [
    { home: '32', at: '31', mode: 'tongdui', amountFen: 100_000 },
    { home: '33', at: '33', mode: 'tongyong', amountFen: 100_000 },
  ] as const)
    await serve(market, terms, await place(market, terms));
};

/** Every trace of the marked values, wherever a node or a server could have left one. */
const traces = async (): Promise<readonly string[]> => {
  const { files, traces: inFiles } = tracesInFiles(MARKS);
  expect(files.filter((path) => /node-3\d\.log$/.test(path))).toHaveLength(4);
  expect(files.filter((path) => /keys[\\/]3\d(\.wrapping)?\.json$/.test(path))).toHaveLength(8);
  return [...inFiles, ...(await tracesInTopics(MARKS)), ...(await tracesInDatabases(MARKS))];
};

/** Asks a node for the entry and its proof, and holds both against the pinned keys. */
const proven = async (journal: string, index: number): Promise<string> => {
  const home = journal.slice(0, 2) as Province;
  const entry = bodyOf(await ask(null, `/log/${journal}/entry/${index}`, home));
  const proof = await eventually(`a cosigned proof of ${journal} ${index}`, async () => {
    const reply = await ask(null, `/log/${journal}/proof/${index}`, home);
    return reply.status === 200 && String(reply.body);
  });
  const { nodes } = JSON.parse(readFileSync(join(String(process.env['YRD_HOME']), 'federation.json'), 'utf8')) as Federation;
  const line = (text: string | undefined) => parseVerifier(testHasher, String(text))!;
  const owner = nodes.find(({ province }) => province === home)!;
  const others = nodes.filter((each) => each !== owner).map(({ cosigners }) => line(cosigners['access']));
  const trust = { journal: line(owner.journals['access']?.key), cosigners: others };
  const verdict = verifyProof({ hasher: testHasher, signer: testSigner(new Map()) }, trust, utf8(String(entry['leaf'])), proof);
  expect([index, verdict]).toMatchObject([index, { good: true }]);
  return String(entry['leaf']);
};
const positionOf = (body: Body): { readonly journal: string; readonly index: number } => {
  const [journal = '', size = ''] = String(body['position']).split('@');
  return { journal, index: Number(size) - 1 };
};

beforeAll(async () => {
  market = await openMarket();
}, 180_000);

test('what is looked for would be found: in each writing of it, and what the nodes do share is', async () => {
  for (const form of formsOf('标甲玄黄')) expect(Buffer.concat([Buffer.from('x'), form, Buffer.from('y')]).includes(form)).toBe(true);
  const shown = [`示例检测机构 31`];
  const inTopics = await tracesInTopics(shown);
  expect(inTopics).toContain('topic yrd.31.voucher.journal: 示例检测机构 31');
  expect(await tracesInDatabases(shown)).toContain('database yrd_34_voucher.journal.31.voucher: 示例检测机构 31');
});

test('persons are recorded, read, corrected and erased while orders run, and no byte of them is anywhere, before or after', async () => {
  const running = orders();
  await Promise.all([
    record('here', firm('32'), SHARED),
    record('there', firm('33'), SHARED),
    record('kept', firm('31'), OTHER),
    record('second', firm('32', 'second'), OTHER),
  ]);
  const disclosed = bodyOf(await disclose('there'));
  expect(disclosed['values']).toEqual({ idNumber: SHARED.idNumber, phone: SHARED.phone });
  const corrected = await does(held['there']!.who, `/v1/persons/${held['there']!.id}/corrections`, CORRECTED);
  expect(await read('there')).toMatchObject({ fields: { name: '标***', phone: '139****3203', email: 'm***@example.com' } });
  await running;
  const entries = [positionOf(disclosed), positionOf(corrected)];
  const before = await Promise.all(entries.map(({ journal, index }) => proven(journal, index)));
  const wrapped = await Promise.all(['here', 'there'].map((name) => keyRow(held[name]!.province, held[name]!.id)));
  expect(wrapped.map((row) => typeof row['wrapped'])).toEqual(['string', 'string']);
  expect(await traces()).toEqual([]);

  const more = orders();
  const { erasure } = await does(office('32'), `/v1/persons/${held['here']!.id}/erasure`, { caseNumber: '标记案-2' });
  const outcomes = await eventually('four provinces attested', async () => {
    const { provinces } = bodyOf(await ask(staff('32', 'supervisor'), `/v1/erasures/${String(erasure)}`)) as {
      provinces?: Record<string, Body>;
    };
    return Object.keys(provinces ?? {}).length === 4 && provinces;
  });
  await more;
  expect(Object.entries(outcomes).map(([province, { outcome, keyBackupDays }]) => [province, outcome, keyBackupDays])).toEqual([
    ['31', 'not-held', 7],
    ['32', 'erased', 7],
    ['33', 'erased', 7],
    ['34', 'not-held', 7],
  ]);
  for (const name of ['here', 'there']) {
    expect(await read(name)).toMatchObject({ state: 'erased', fields: null });
    expect(await disclose(name)).toMatchObject({ status: 410, body: { code: 'E-ERASED' } });
    expect(await keyRow(held[name]!.province, held[name]!.id)).toEqual({ destroyed: true });
  }
  // Somebody else is still there, and opens.
  expect(bodyOf(await disclose('kept'))['values']).toEqual({ idNumber: OTHER.idNumber, phone: OTHER.phone });
  // The leaves are what they were, and their proofs hold.
  expect(await Promise.all(entries.map(({ journal, index }) => proven(journal, index)))).toEqual(before);
  expect(await traces()).toEqual([]);
  // Of the destroyed keys nothing is left in any collection of the nodes; MongoDB's own log of writes turns over by itself.
  const keys = wrapped.map((row) => String(row['wrapped']));
  expect((await tracesInDatabases(keys)).filter((each) => !each.startsWith('database local.'))).toEqual([]);
});
