/**
 * A journal of more than 20,000 entries, open and sealed, over HTTP, under the eyes of verifiers that nobody here wrote:
 * Tessera's fsck, and golang.org/x/mod/sumdb with filippo.io/torchwood. `npm test -- outside` builds and names them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { checkpointText, formatNote, parseNote, parseVerifier, signNote, type Context, type Handler, type LedgerNode } from '@yrd/ledger';
import { SimulatedWorld } from '@yrd/ledger/testing';
import type { Service } from './service.js';
import { fsck, goVerifier, type Ran } from '../testing/verifiers.js';
import { driveOnRealTime, serveSimulated } from './served-for-tests.js';

const OPEN = 'open';
/** Entries of three depths, as many as one command may write. */
const write: Handler<{ readonly from: number; readonly count: number }> = {
  streams: () => ['lot/1'],
  decide: ({ from, count }) => [
    {
      stream: 'lot/1',
      events: Array.from({ length: count }, (_, at) => ({
        type: ['Shown', 'Shared', 'Hidden'][(from + at) % 3]!,
        data: { number: from + at, text: `第 ${from + at} 号` },
      })),
    },
  ],
};
const kind = (name: string, audience: 'public' | 'federation' | 'private') => ({
  type: `lots.${name}.v1`,
  audience,
  classification: OPEN,
  legalBasis: 'TEST',
});
const context: Context = {
  name: 'lots',
  codeVersion: '1',
  entryTypes: { Shown: kind('shown', 'public'), Shared: kind('shared', 'federation'), Hidden: kind('hidden', 'private') },
  folds: [{ kind: 'lot', initial: 0, evolve: (count: number) => count + 1 }],
  commands: { Write: write },
  reactions: [],
  views: [],
  timers: () => [],
};
@Module({})
class LotsModule {}

// The fewest that let two others cosign: each more verifies every entry once more.
const PROVINCES = ['31', '32', '33'];
const LOG = '31/lots';
const COMMANDS = 67;
const PER_COMMAND = 300;
/** With the entry that opens the journal, and the one that hands over to its next key. */
const SIZE = 2 + COMMANDS * PER_COMMAND;

const folder = mkdtempSync(join(tmpdir(), 'yrd-outside-'));
const world = new SimulatedWorld(41, PROVINCES, [context.name]);
const services: Service[] = [];
let owner: LedgerNode;
let still: () => void = () => undefined;
const older = join(folder, 'older');
let lying: Server | null = null;

/** The key is rotated after a few entries: what was signed before is opened with the old one. */
const before = world.federation.nodes[0]!.journals[context.name]!.key;
const next = world.nextKey('31', 'journal', 1, context.name);
const { key } = next;
const cosigners = world.federation.nodes.slice(1).flatMap((node) => ['-cosigner', node.cosigners[context.name]!]);

const check = (url: string): Promise<string> => fsck(url, key, folder);
const verify = (url: string, ...more: readonly string[]): Promise<Ran> =>
  goVerifier(url, '-key', key, '-before', before, ...cosigners, ...more);

const ask = (at: number, path: string): Promise<Response> => fetch(`${services[at]!.url}/log/${path}`);
const text = async (at: number, path: string): Promise<string> => (await ask(at, path)).text();
const sizeOf = async (at: number, journal: string): Promise<number> => Number((await text(at, `${journal}/checkpoint`)).split('\n')[1]);
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it never became so');
};

const fill = async (commands: number, from: number): Promise<void> => {
  const actor = { person: 'p', organisation: 'o', province: '31', roles: ['clerk'] };
  for (let at = from; at < from + commands; at += 1) {
    const body = { from: at * PER_COMMAND, count: PER_COMMAND };
    await owner.execute({ command: 'Write', body, actor, idempotencyKey: `write-${at}`, trace: '' });
  }
};

/** Waits until the log that is served holds exactly this much, and until two others have cosigned it. */
const served = (at: number, size: number): Promise<void> =>
  until(async () => (await sizeOf(at, LOG)) === size && (await ask(at, `${LOG}/proof/${size - 1}`)).status === 200);

beforeAll(async () => {
  still = driveOnRealTime(world);
  for (const province of PROVINCES) {
    const module = (node: LedgerNode) => {
      if (province === '31') owner = node;
      return { module: LotsModule };
    };
    services.push(await serveSimulated({ world, province, issuer: 'http://127.0.0.1:1', context, module, logged: [] }));
  }
  await until(async () => (await fetch(`${services[0]!.url}/health/ready`)).status === 200);
  await fill(3, 0);
  await served(0, 1 + 3 * PER_COMMAND);
  writeFileSync(older, await text(0, `${LOG}/checkpoint`));
  const keeper = { person: 'k', organisation: 'o', province: '31', roles: ['security-admin'] };
  const body = { old: before, ...next, reason: 'test' };
  await owner.execute({ command: 'RotateKey', body, actor: keeper, idempotencyKey: 'rotation', trace: '' });
  await fill(COMMANDS - 3, 3);
  await Promise.all([served(0, SIZE), served(1, SIZE)]);
}, 120_000);
afterAll(async () => {
  lying?.close();
  await Promise.all(services.map((service) => service.stop()));
  still();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ['its owner', 0],
  ['another province', 1],
])('the journal as %s serves it', (_who, at) => {
  const url = () => `${services[at]!.url}/log/${LOG}/`;

  test('is whole to the fsck of Tessera', async () => {
    const said = await check(url());
    expect(said).toContain(`Successfully fsck'd log with size ${SIZE} and root`);
    expect(said).not.toContain('fsck failed');
  });

  test('holds to the libraries of Go: notes, cosignatures, inclusion, consistency, offline proofs, payloads', async () => {
    const { code, out, said } = await verify(url(), '-older', older);
    expect({ code, said }).toEqual({ code: 0, said: '' });
    const found = JSON.parse(out) as Readonly<Record<string, number>>;
    // One in three is sealed; the opening of the journal is not.
    expect(found).toMatchObject({ size: SIZE, leaves: SIZE, sealed: (SIZE - 2) / 3, proofs: 6, refused: 6 });
    expect(found['cosigners']).toBeGreaterThanOrEqual(2);
    expect(found['inclusion']).toBeGreaterThan(50);
    expect(found['consistency']).toBeGreaterThan(20);
    expect(found['payloads']).toBeGreaterThanOrEqual(1);
  });
});

/** The owner's log with one answer altered. */
const altered = async (path: RegExp, alter: (body: Buffer) => Buffer): Promise<string> => {
  lying?.close();
  lying = createServer((request, response) => {
    void (async () => {
      const answer = await fetch(`${services[0]!.url}/log/${LOG}${request.url}`, { headers: { 'Accept-Encoding': 'identity' } });
      const body = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status).end(path.test(request.url ?? '') ? alter(body) : body);
    })();
  });
  await new Promise<void>((resolve) => lying!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(lying.address() as AddressInfo).port}/`;
};

test('a second signature of a suite that they do not know troubles neither', async () => {
  const { name, keyId } = parseVerifier(world.process('31').world.hasher, key)!;
  const other = { name: name.replace('/log/', '/sm2/'), keyId: keyId.toReversed(), signature: new Uint8Array(71) };
  const url = await altered(/^\/checkpoint$/, (body) => {
    const note = parseNote(body.toString())!;
    return Buffer.from(formatNote({ ...note, signatures: [...note.signatures, other] }));
  });
  expect(await check(url)).toContain(`Successfully fsck'd log with size ${SIZE} and root`);
  expect(await verify(url)).toMatchObject({ code: 0, said: '' });
});

describe('a key of before', () => {
  test('is shown as such, and opens the checkpoint that was kept and no newer one', async () => {
    const shown = (await text(1, `${LOG}/key`)).split('\n');
    expect(shown).toEqual([key, expect.stringMatching(/ 0 \d+$/), '']);
    expect(shown[1]!.split(' ')[0]).toBe(before);
    const url = `${services[0]!.url}/log/${LOG}`;
    const only = (...args: readonly string[]) => goVerifier(url, ...args);
    expect(await only('-key', before)).toMatchObject({ code: 1, said: expect.stringContaining('the checkpoint') });
    expect(await only('-key', key, '-older', older)).toMatchObject({ code: 1, said: expect.stringContaining('the checkpoint') });
    expect(await only('-key', key, '-before', before, '-older', older)).toMatchObject({ code: 0, said: '' });
  });

  test('vouches for no newest head, whoever serves one that it signed', async () => {
    const verifier = parseVerifier(world.process('31').world.hasher, before)!;
    const url = await altered(/^\/checkpoint$/, (body) => {
      const note = parseNote(body.toString())!;
      return Buffer.from(formatNote(signNote(world.process('31').world.signer, verifier, note.text)));
    });
    expect(await check(url)).not.toContain('Successfully');
    expect(await verify(url)).toMatchObject({ code: 1, out: '' });
  });
});

describe('a log that lies', () => {
  const flip = (at: number) => (body: Buffer) => {
    body[at]! ^= 1;
    return body;
  };
  const rewrite = (from: RegExp, to: string) => (body: Buffer) => Buffer.from(body.toString().replace(from, to));

  test.each<[string, RegExp, (body: Buffer) => Buffer]>([
    ['a bit of a leaf is flipped', /^\/tile\/entries\/007$/, flip(40)],
    ['a bit of a hash is flipped', /^\/tile\/0\/000$/, flip(0)],
    ['a bit in a higher tile is flipped', /^\/tile\/1\/000/, flip(33)],
    ['the checkpoint says one entry less', /^\/checkpoint$/, rewrite(/\n\d+\n/, `\n${SIZE - 1}\n`)],
    ['the checkpoint has another origin', /^\/checkpoint$/, rewrite(/31\/lots\n/, '32/lots\n')],
    ['an entry bundle is cut short', /^\/tile\/entries\/003$/, (body) => body.subarray(0, body.length - 5)],
  ])('is caught by both when %s', async (_what, path, alter) => {
    const url = await altered(path, alter);
    const said = await check(url);
    expect(said).toContain('fsck failed');
    expect(said).not.toContain('Successfully');
    expect(await verify(url)).toMatchObject({ code: 1, out: '' });
  });

  test('is caught when its owner signed another history before', async () => {
    const { signer, hasher } = world.process('31').world;
    const verifier = parseVerifier(hasher, before)!;
    const forged = checkpointText({ origin: verifier.name, size: 2, root: hasher.sha256() });
    writeFileSync(join(folder, 'forged'), formatNote(signNote(signer, verifier, forged)));
    const { code, said } = await verify(`${services[0]!.url}/log/${LOG}`, '-older', join(folder, 'forged'));
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining(`size 2 to ${SIZE}`) });
  });
});
