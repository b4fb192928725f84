/** `yrd verify`: journals over HTTP, believing no node; and `yrd verify proof`: what somebody keeps in a file, offline. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  fingerprintOf,
  journalParts,
  originOf,
  parseEnvelope,
  parseProof,
  pin,
  text,
  utf8,
  verifyProof,
  type Federation,
  type Verifier,
} from '@yrd/ledger';
import { checkExport, nodeTools as tools, parseFederation } from '@yrd/platform/offline';
import { NodeClient } from './client.js';
import type { Asked, Run } from './command.js';
import { checkJournal, cosignersFor, cosignersSeen, type JournalVerdict } from './journal-check.js';
import type { JournalFault, JournalTrust, ServedJournal } from './journal-reading.js';
import { isLocal, nodesOf, textOf, type NodeAddress } from './nodes.js';
import { EXIT, Failure, misused } from './outcome.js';
import { table } from './table.js';

/** While two others have not cosigned yet, how often and how long is waited, ms: a cosignature is two heartbeats behind. */
const COSIGNED_TRIES = 5;
const COSIGNED_PAUSE_MS = 2_000;

/** The federation file: from elsewhere than the nodes that are checked. @throws Failure without one. */
const federationOf = (asked: Asked): Federation => {
  const path =
    asked.value('federation') ?? (isLocal(asked) && asked.io.settings.home ? join(asked.io.settings.home, 'federation.json') : undefined);
  if (path === undefined)
    throw misused(
      'Give the federation file with --federation: keys that the node itself hands out prove nothing.',
      '请用 --federation 给出联邦文件：节点自己给出的密钥不能证明什么。',
    );
  const { federation, faults } = parseFederation(textOf(path));
  if (faults.length === 0) return federation;
  throw misused(`${path} is no federation file: ${faults.join('; ')}.`, `${path} 不是联邦文件：${faults.join('；')}。`);
};

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, COSIGNED_PAUSE_MS));

/** A journal as a node serves it. */
const servedBy = (client: NodeClient, journal: string): ServedJournal => {
  const at = `/log/${journal}`;
  return {
    checkpoint: () => client.text(`${at}/checkpoint`),
    bundle: (name) => client.bytes(`${at}/tile/entries/${name}`),
    entry: (index) => client.get(`${at}/entry/${index}`),
    proof: async (index) => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await client.text(`${at}/proof/${index}`);
        } catch (error) {
          if (!(error instanceof Failure) || error.rejection === undefined || error.code !== EXIT.unreachable) throw error;
          if (tries === COSIGNED_TRIES) return null;
        }
        await pause();
      }
    },
    pause,
  };
};

const checkpointsIn = (asked: Asked): string => join(asked.io.settings.state, 'checkpoints');
const nameOf = (origin: string): string => origin.replaceAll('/', '_');

/**
 * Where a journal's last good checkpoint is kept: outside of every node. By its name and the identity key that certifies its keys, so that
 * another federation of the same names is no rewritten history of this one; keys that are rotated or pinned anew change nothing.
 */
const rememberedAt = (asked: Asked, { origin, identity }: Remembered): string =>
  join(checkpointsIn(asked), `${nameOf(origin)}_${fingerprintOf(tools.hasher, identity)}.note`);

interface Remembered {
  readonly origin: string;
  /** Line of the identity key of its node, as the federation file has it. */
  readonly identity: string;
}

const rememberedOf = (federation: Federation, journal: string): Remembered => {
  const { province } = journalParts(journal);
  return {
    origin: originOf(federation.federation, journal),
    identity: federation.nodes.find((node) => node.province === province)?.identity ?? '',
  };
};

const earlierOf = (asked: Asked, journal: Remembered): string | null => {
  const given = asked.value('older');
  if (given !== undefined) return textOf(given);
  if (asked.flag('forget')) return null;
  try {
    return readFileSync(rememberedAt(asked, journal), 'utf8');
  } catch {
    if (knownOtherwise(asked, journal))
      asked.note({
        en: `${journal.origin} was checked before under another identity key; this is its first check under the key of this file.`,
        zh: `${journal.origin} 此前以另一身份密钥核验过：此为以本联邦文件所载身份密钥的首次核验。`,
      });
    return null;
  }
};

/** Whether a journal of this name was checked under another identity: another federation, or a file that somebody exchanged. */
const knownOtherwise = (asked: Asked, { origin }: Remembered): boolean =>
  existsSync(checkpointsIn(asked)) && readdirSync(checkpointsIn(asked)).some((name) => name.startsWith(`${nameOf(origin)}_`));

const remember = (asked: Asked, journal: Remembered, note: string): void => {
  const path = rememberedAt(asked, journal);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, note);
  renameSync(`${path}.new`, path);
};

/** The node to ask about a journal: the one that was named, else its owner's. */
const holderOf = (asked: Asked, journal: string, federation: Federation): NodeAddress => {
  const { province } = journalParts(journal);
  const named = nodesOf(asked);
  const [only] = named;
  if (only && (named.length === 1 || !isLocal(asked))) return only;
  const url = named.find((each) => each.province === province)?.url ?? federation.nodes.find((each) => each.province === province)?.url;
  return { province, url: url ?? only?.url ?? '' };
};

const clientOf = (asked: Asked, journal: string, federation: Federation): NodeClient =>
  new NodeClient(asked, holderOf(asked, journal, federation));

const trustIn = (federation: Federation, journal: string): JournalTrust => ({
  ...{ journal, federation: federation.federation, tools },
  pinned: pin(tools, federation, journalParts(journal).context),
});

/** Journal → the cosigners that were read in it. */
type Seen = Map<string, Promise<readonly Verifier[]>>;

/** The keys that the other nodes' cosigners were rotated to: each stands in the journal of its own node, which is read once for it. */
const laterCosigners = async (asked: Asked, federation: Federation, journal: string, seen: Seen): Promise<readonly Verifier[]> => {
  const { province, context } = journalParts(journal);
  const others = federation.nodes.filter((node) => node.province !== province && node.journals[context]);
  const found = [];
  for (const other of others) {
    const theirs = `${other.province}/${context}`;
    const read = seen.get(theirs) ?? cosignersSeen(servedBy(clientOf(asked, theirs, federation), theirs), trustIn(federation, theirs));
    seen.set(theirs, read);
    found.push(...(await read));
  }
  return found;
};

const FAULTS: Readonly<Record<JournalFault['kind'], { readonly zh: string; readonly en: string }>> = {
  checkpoint: { en: 'no checkpoint', zh: '不是检查点' },
  leaf: { en: 'bad leaf', zh: '叶子有误' },
  root: { en: 'wrong root', zh: '根不符' },
  unsigned: { en: 'not signed', zh: '签名无效' },
  keys: { en: 'keys not believed', zh: '密钥不可信' },
  cosignatures: { en: 'not cosigned', zh: '联署不足' },
  shrunk: { en: 'shorter than before', zh: '比先前更短' },
  rewritten: { en: 'rewritten', zh: '历史被改写' },
};

const shown = (verdicts: readonly JournalVerdict[], asked: Asked): string => {
  const headings =
    asked.lang === 'zh'
      ? ['账本', '条目数', '根', '联署', '联署至', '接续检查点', '结论']
      : ['journal', 'entries', 'root', 'cosigned by', 'up to', 'continues', 'verdict'];
  const rows = verdicts.map(({ journal, size, root, cosigners, cosignedSize, continues, faults }) => {
    const kinds = [...new Set(faults.map(({ kind }) => asked.in(FAULTS[kind])))];
    const verdict = kinds.length === 0 ? asked.in({ en: 'good', zh: '通过' }) : kinds.join(', ');
    return [journal, size, root.slice(0, 12), cosigners.join(' '), cosignedSize, continues, verdict];
  });
  const details = verdicts.flatMap(({ journal, faults }) =>
    faults.map(({ kind, detail }) => `! ${journal}: ${asked.in(FAULTS[kind])}: ${detail}\n`),
  );
  return [table(headings, rows), details.join('')].filter((part) => part !== '').join('\n');
};

const journalsOf = (asked: Asked, { nodes }: Federation): readonly string[] => {
  const all = nodes.flatMap(({ province, journals }) => Object.keys(journals).map((context) => `${province}/${context}`)).sort();
  if (asked.args.length === 0) return all;
  const unknown = asked.args.find((each) => !all.includes(each));
  if (unknown === undefined) return asked.args;
  throw misused(
    `${unknown} is no journal of this federation: say one of ${all.join(', ')}.`,
    `${unknown} 不是本联邦的账本：可选 ${all.join('、')}。`,
  );
};

/** Checks journals whole. Answers 1 when anything does not hold. */
export const verify: Run = async (asked) => {
  const federation = federationOf(asked);
  const verdicts: JournalVerdict[] = [];
  const seen: Seen = new Map();
  for (const journal of journalsOf(asked, federation)) {
    const memory = rememberedOf(federation, journal);
    const served = servedBy(clientOf(asked, journal, federation), journal);
    const trust = trustIn(federation, journal);
    const about = { ...trust, earlier: earlierOf(asked, memory), laterCosigners: () => laterCosigners(asked, federation, journal, seen) };
    let told = 0;
    const verdict = await checkJournal(served, about, (done, of) => {
      if (asked.json || done - told < PROGRESS_EVERY) return;
      told = done;
      asked.note({ en: `${journal}: ${done} of ${of} entries`, zh: `${journal}：${of} 条中的 ${done} 条` });
    });
    if (verdict.faults.length === 0 && !asked.flag('forget')) remember(asked, memory, verdict.note);
    verdicts.push(verdict);
  }
  await asked.answer(verdicts, () => shown(verdicts, asked));
  return verdicts.some(({ faults }) => faults.length > 0) ? EXIT.finding : EXIT.ok;
};

/** Entries between two lines of progress. */
const PROGRESS_EVERY = 50_000;

interface FileVerdict {
  readonly file: string;
  /** Entries that are proven. */
  readonly good: number;
  readonly faults: readonly string[];
}

/** A tlog-proof with its leaf in the extra line. */
const proofVerdict = (federation: Federation, source: string): Omit<FileVerdict, 'file'> => {
  const { extra: leaf, index = 0 } = parseProof(source) ?? {};
  if (!leaf) return { good: 0, faults: ['it is no tlog-proof with its leaf in the extra line'] };
  const origin = source.slice(source.indexOf('\n\n') + 2).split('\n')[0] ?? '';
  const [, journal] = /^[a-z0-9.-]+\/log\/(\d{2}\/[a-z][a-z0-9-]{0,31})$/.exec(origin) ?? [];
  const mine =
    journal !== undefined &&
    federation.nodes.some((node) => node.journals[journalParts(journal).context] && journal.startsWith(node.province));
  if (journal === undefined || !mine || origin !== originOf(federation.federation, journal))
    return { good: 0, faults: [`${origin} is no journal of this federation`] };
  const pinned = pin(tools, federation, journalParts(journal).context);
  const cosigners = cosignersFor(pinned, journal);
  const verdict = verifyProof(tools, { journal: pinned.keys(journal).state.periods, cosigners }, leaf, source);
  if (!verdict.good) return { good: 0, faults: [`it is not proven (${verdict.fault})`] };
  const envelope = parseEnvelope(leaf, index);
  const misplaced = envelope !== null && envelope.source !== origin;
  return misplaced ? { good: 0, faults: [`its leaf is of ${envelope.source}`] } : { good: 1, faults: [] };
};

const fileVerdict = (federation: Federation, file: string): FileVerdict => {
  const source = textOf(file);
  const isProof = source.startsWith('c2sp.org/tlog-proof@');
  return { file, ...(isProof ? proofVerdict(federation, text(utf8(source))) : checkExport(federation, source)) };
};

/** Checks kept proofs and exports of the audit with the federation file alone. Answers 1 when anything is not proven. */
export const verifyProofs: Run = async (asked) => {
  const federation = federationOf(asked);
  const verdicts = asked.args.map((file) => fileVerdict(federation, file));
  await asked.answer(verdicts, () =>
    verdicts
      .map(({ file, good, faults }) => {
        const line = asked.in({
          en: `${file}: ${good} proven, ${faults.length} not`,
          zh: `${file}：${good} 条已证实，${faults.length} 条未证实`,
        });
        return [line, ...faults.map((fault) => `! ${fault}`)].join('\n');
      })
      .join('\n')
      .concat('\n'),
  );
  return verdicts.some(({ faults }) => faults.length > 0) ? EXIT.finding : EXIT.ok;
};
