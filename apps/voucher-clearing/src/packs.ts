/** The policy packs at hand: YAML files, read once at the start and checked against their schema before anybody can adopt one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePack, type VoucherPack } from '@yrd/contracts';
import { parseDocument, visit, type Document } from 'yaml';

export type Packs = readonly VoucherPack[];

/** `31/voucher.yaml`, `31/voucher-shuangchuang.yaml`: other contexts keep theirs beside them. */
const OURS = /(^|[\\/])voucher[\w-]*\.yaml$/;
/** Aliases can multiply a small file into a huge one, and a pack needs none. */
const hasAlias = (document: Document): boolean => {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
};

const read = (path: string): { readonly pack: VoucherPack | null; readonly faults: readonly string[] } => {
  const document = parseDocument(readFileSync(path, 'utf8'), { schema: 'core', uniqueKeys: true });
  if (document.errors.length > 0) return { pack: null, faults: document.errors.map(({ message }) => message.split('\n')[0] ?? message) };
  if (hasAlias(document)) return { pack: null, faults: ['it has an alias (*name): write the value out where it is meant'] };
  const parsed = parsePack(document.toJS());
  return parsed.ok ? { pack: parsed.pack, faults: [] } : { pack: null, faults: parsed.faults };
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
