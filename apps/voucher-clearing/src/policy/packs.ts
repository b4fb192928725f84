/** The policy packs at hand: YAML files, read once at the start and checked against their schema before anybody can adopt one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packDocument, packFaults, parsePack, type VoucherPack } from '@yrd/contracts';

export type Packs = readonly VoucherPack[];

/** `31/voucher.yaml`, `31/voucher-shuangchuang.yaml`: other contexts keep theirs beside them. */
const OURS = /(^|[\\/])voucher[\w-]*\.yaml$/;

const read = (path: string): { readonly pack: VoucherPack | null; readonly faults: readonly string[] } => {
  const document = packDocument(readFileSync(path, 'utf8'));
  if (!document.ok) return { pack: null, faults: document.faults };
  const parsed = parsePack(document.content);
  if (!parsed.ok) return { pack: null, faults: parsed.faults };
  const faults = packFaults(parsed.pack).map(({ path: place, seen, needed }) => `${place}: ${seen}, needed is ${needed.en}`);
  return { pack: parsed.pack, faults };
};

/**
 * The packs of voucher clearing below the folder, sorted by path.
 * @throws one sentence with all faults when the folder or a file cannot be used, or two files hold the same version.
 */
export const readPacks = (folder: string): Packs => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => OURS.test(name))
    .sort();
  const found = names.map((name) => ({ name, ...read(join(folder, name)) }));
  const faults = found.flatMap(({ name, faults: each }) => each.map((fault) => `${name}: ${fault}`));
  const packs = found.flatMap(({ pack }) => (pack === null ? [] : [pack]));
  const keys = packs.map(({ province, scheme, version }) => `${province} ${scheme} ${version}`);
  faults.push(
    ...keys.filter((key, at) => keys.indexOf(key) !== at).map((key) => `two files hold the pack ${key}: a version is one content for ever`),
  );
  if (faults.length > 0)
    throw new Error(`the policy packs in ${folder} are not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  return packs;
};
