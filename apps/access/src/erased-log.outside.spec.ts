/** The register's journal after persons in it were erased, for verifiers that nobody here wrote: nothing of it has changed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fsck, goVerifier, RunningDelta, type Json, type Who } from '@yrd/platform/testing';
import { personIdCheckDigit } from '@yrd/standards';
import { accessRegister } from './index.js';

// The fewest that let two others cosign.
const PROVINCES = ['31', '32', '33'] as const;
const PERSONS = 6;
const LOG = '32/access';
const firm: Who = { province: '32', role: 'enterprise', org: 'org-a' };
const clerk: Who = { province: '32', role: 'reviewer' };

const folder = mkdtempSync(join(tmpdir(), 'yrd-erased-'));
const older = join(folder, 'older');
let delta: RunningDelta;
let bundle: Buffer;

const log = async (province: string, path: string): Promise<Buffer> =>
  Buffer.from(await (await delta.fetch(province, `/log/${LOG}/${path}`)).arrayBuffer());
const sizeAt = async (province: string): Promise<number> => Number((await log(province, 'checkpoint')).toString().split('\n')[1]);
/** Longer than records of the audit gather before they are written, ms. */
const QUIET_MS = 1_500;
/** Waits until nothing is written any more, the audit of what was asked included, and two others have cosigned the end. */
const still = async (): Promise<number> => {
  let [before, since] = [-1, 0];
  await delta.until(async () => {
    const size = await sizeAt('32');
    if (size !== before) [before, since] = [size, performance.now()];
    if (performance.now() - since < QUIET_MS || (await sizeAt('31')) !== size) return false;
    return (await delta.fetch('32', `/log/${LOG}/proof/${size - 1}`)).status === 200;
  });
  return before;
};

beforeAll(async () => {
  delta = await RunningDelta.start(PROVINCES, { contexts: [accessRegister] });
  const ids: string[] = [];
  for (let at = 10; at < 10 + PERSONS; at += 1) {
    const first = `320502199003${at}401`;
    const person = { organisation: 'org-a', kind: 'representative', name: '钱多多', idNumber: first + personIdCheckDigit(first) };
    ids.push(String((await delta.does(firm, '/v1/persons', { ...person, phone: '13911112222' }))['id']));
  }
  const size = await still();
  writeFileSync(older, await log('32', 'checkpoint'));
  bundle = await log('32', `tile/entries/000.p/${size}`);
  for (const id of ids) await delta.does(clerk, `/v1/persons/${id}/erasure`, { caseNumber: '苏科监2026-12' });
  await delta.until(async () => {
    const { body } = await delta.get(firm, '/v1/persons?state=erased');
    return (body as { readonly items: readonly Json[] }).items.length === PERSONS;
  });
}, 120_000);
afterAll(async () => {
  await delta.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ['its owner', '32'],
  ['another province', '31'],
])('a journal whose persons are erased, as %s serves it', (_who, province) => {
  test('is whole to the fsck of Tessera and to the libraries of Go, also from before the erasure', async () => {
    const size = await still();
    const [owner, ...others] = ['32', '31', '33'].map((each) => delta.world.federation.nodes.find((node) => node.province === each)!);
    const key = owner!.journals['access']!.key;
    const url = `${new URL((await delta.fetch(province, '/health/live')).url).origin}/log/${LOG}/`;
    expect(await fsck(url, key, folder)).toContain(`Successfully fsck'd log with size ${size} and root`);
    const cosigners = others.flatMap((node) => ['-cosigner', node.cosigners['access']!]);
    const { code, out, said } = await goVerifier(url, '-key', key, ...cosigners, '-older', older);
    expect({ code, said }).toEqual({ code: 0, said: '' });
    expect(JSON.parse(out)).toMatchObject({ size, leaves: size });
  });

  test('gives the very leaves that it gave before', async () => {
    const leaves = await log(province, `tile/entries/000.p/${await still()}`);
    expect(leaves.subarray(0, bundle.length).equals(bundle)).toBe(true);
  });
});
