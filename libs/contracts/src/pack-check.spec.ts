/** Documents that are policy packs, and documents that look like one. */
import { parsePack, voucherContracts } from './index.js';

const { pack } = voucherContracts.PolicyAdopted.example;

describe('A document', () => {
  it('is a pack when every field is as the schema says', () => {
    expect(parsePack(structuredClone(pack))).toEqual({ ok: true, pack });
  });

  it.each<[string, object, string]>([
    ['has an unknown field', { ...pack, colour: 'red' }, '/colour'],
    ['has a mode that nobody knows', { ...pack, modes: { home: ['swap'], cross: [] } }, '/modes/home/0'],
    ['has a fraction of a fen', { ...pack, poolFen: 1.5 }, '/poolFen'],
    ['belongs to another country', { ...pack, province: '11' }, '/province'],
    ['does not say from when', { ...pack, from: undefined }, '/from'],
  ])('is refused with the place of the fault when it %s', (_what, document, place) => {
    expect(parsePack(document)).toMatchObject({ ok: false, faults: expect.arrayContaining([expect.stringContaining(`${place}:`)]) });
  });

  it.each([null, 'pack', [], 7])('is refused when it is %p', (document) => {
    expect(parsePack(document)).toMatchObject({ ok: false });
  });
});
