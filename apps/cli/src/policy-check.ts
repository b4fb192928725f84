/** `yrd policy check`: every fault of policy packs with its line and how to mend it, and how packs of one scheme follow each other. */
import { basename } from 'node:path';
import { parseRetention, readDocument, readPack, seriesFaults, type PackReading } from '@yrd/contracts';
import type { Asked, Run } from './command.js';
import { textOf } from './nodes.js';
import { EXIT } from './outcome.js';
import type { Words } from './words.js';

/** A fault as it is told: where, what was seen, what is needed instead. */
interface ToldFault {
  readonly file: string;
  readonly line: number;
  readonly path: string;
  readonly seen: string;
  readonly needed: Words;
}

interface ReadFile {
  readonly file: string;
  readonly reading: PackReading;
}

/** Retention packs lie beside the others under this name. */
const isRetention = (file: string): boolean => basename(file) === 'retention.yaml';

const retentionFaults = (file: string, text: string): readonly ToldFault[] => {
  const { faults, content, lineOf } = readDocument(text);
  const yaml = { en: 'well-formed YAML', zh: '格式正确的 YAML' };
  if (faults.length > 0) return faults.map(({ line, what }) => ({ file, line, path: '', seen: what, needed: yaml }));
  const parsed = parseRetention(content);
  if (parsed.ok) return [];
  return parsed.faults.map((fault) => {
    const [, path = '', what = fault] = /^(\/\S*): (.*)$/.exec(fault) ?? [];
    return { file, line: lineOf(path), path, seen: '–', needed: { en: what, zh: what } };
  });
};

/** Faults between packs of one province and scheme, each told in the file of the pack that it is about. */
const betweenFiles = (files: readonly ReadFile[]): readonly ToldFault[] => {
  const groups = new Map<string, ReadFile[]>();
  for (const each of files) {
    const { pack } = each.reading;
    if (!pack) continue;
    const key = `${pack.province} ${pack.scheme}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) =>
    seriesFaults(group.flatMap(({ reading }) => (reading.pack ? [reading.pack] : []))).flatMap(({ version, path, seen, needed }) => {
      const at = group.findLast(({ reading }) => reading.pack?.version === version);
      return at ? [{ file: at.file, line: at.reading.lineOf(path), path, seen, needed }] : [];
    }),
  );
};

const shown = (faults: readonly ToldFault[], files: number, asked: Asked): string => {
  const lines = faults.map(({ file, line, path, seen, needed }) => {
    const where = `${file}:${line}${path === '' ? '' : ` ${path}`}`;
    return asked.in({ en: `${where}: ${seen}; needed: ${needed.en}\n`, zh: `${where}：现为 ${seen}；应为：${needed.zh}\n` });
  });
  const sum = { en: `${files} files, ${faults.length} faults.\n`, zh: `${files} 个文件，${faults.length} 处错误。\n` };
  return lines.join('') + asked.in(sum);
};

/** Answers 1 when there is any fault. */
export const policyCheck: Run = async (asked) => {
  const packs = asked.args.filter((file) => !isRetention(file)).map((file): ReadFile => ({ file, reading: readPack(textOf(file)) }));
  const faults: readonly ToldFault[] = [
    ...packs.flatMap(({ file, reading }) => reading.faults.map(({ line, path, seen, needed }) => ({ file, line, path, seen, needed }))),
    ...asked.args.filter(isRetention).flatMap((file) => retentionFaults(file, textOf(file))),
    ...betweenFiles(packs),
  ];
  await asked.answer({ files: asked.args.length, faults }, () => shown(faults, asked.args.length, asked));
  return faults.length > 0 ? EXIT.finding : EXIT.ok;
};
