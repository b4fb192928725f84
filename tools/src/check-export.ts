/** `npm run check-export -- <federation file> <export>`: whether every record of an exported audit is proven, without any network. */
import { readFileSync } from 'node:fs';
import { checkExport, parseFederation } from '@yrd/platform';
import { Fault } from './say.js';

const FAULTS_SHOWN = 20;

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new Fault(`${path} cannot be read: give the path of a file.`);
  }
};

/** Says what holds; ends with 1 when anything does not. */
export const checkExportFile = (args: readonly string[]): number => {
  const [federationPath, exportPath] = args;
  if (federationPath === undefined || exportPath === undefined)
    throw new Fault('Name two files: npm run check-export -- federation.json audit.ndjson');
  const { federation, faults: bad } = parseFederation(textOf(federationPath));
  if (bad.length > 0) throw new Fault(`${federationPath} is no federation file: ${bad.join('; ')}.`);
  const { good, faults } = checkExport(federation, textOf(exportPath));
  for (const fault of faults.slice(0, FAULTS_SHOWN)) process.stdout.write(`${fault}\n`);
  process.stdout.write(`${good} records are proven, ${faults.length} faults.\n`);
  return faults.length === 0 ? 0 : 1;
};
