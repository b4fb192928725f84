/** The retention packs at hand: YAML files, read once at the start and checked before anybody can adopt one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packDocument, parseRetention, type Retention } from '@yrd/contracts';

/** `31/retention.yaml`: other contexts keep theirs beside them. */
const OURS = /(^|[\\/])retention[\w-]*\.yaml$/;

/** The packs below the folder, sorted by path. @throws one sentence with all faults when a file cannot be used. */
export const readRetention = (folder: string): readonly Retention[] => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => OURS.test(name))
    .sort();
  const faults: string[] = [];
  const packs = names.flatMap((name) => {
    const document = packDocument(readFileSync(join(folder, name), 'utf8'));
    const parsed = document.ok ? parseRetention(document.content) : document;
    if (parsed.ok) return [parsed.pack];
    faults.push(...parsed.faults.map((fault) => `${name}: ${fault}`));
    return [];
  });
  if (faults.length > 0)
    throw new Error(`the retention packs in ${folder} are not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  return packs;
};
