/** `yrd status`: the nodes, how far each holds every journal, and what somebody should mend. */
import type { NodeStatus } from '@yrd/ledger';
import { NodeClient } from './client.js';
import type { Asked, Run } from './command.js';
import { nodesOf, type NodeAddress } from './nodes.js';
import { EXIT, Failure, type ExitCode } from './outcome.js';
import { table, timeText, type TableCell } from './table.js';
import type { Words } from './words.js';

/** One context of a node; why it cannot answer stands in both languages. */
type ShownStatus = Omit<NodeStatus, 'notReady'> & { readonly notReady: Words | null };

/** What a node tells anybody about itself (`GET /v1/status`). */
export interface PublicStatus {
  readonly province: string;
  readonly name: string;
  readonly clock: { readonly mode: string; readonly now: number };
  readonly ready: boolean;
  readonly warnings: readonly Words[];
  readonly contexts: readonly ShownStatus[];
}

/** Something that somebody should look at. */
export interface Finding extends Words {
  readonly kind: 'unreachable' | 'not-ready' | 'quarantined' | 'divergence' | 'parked' | 'loss' | 'key' | 'set-aside';
  readonly node: string;
}

export interface Seen {
  readonly node: NodeAddress;
  /** Null when it does not answer. */
  readonly status: PublicStatus | null;
}

const provinceOf = ({ node, status }: Seen): string => status?.province ?? node.province ?? node.url;

/** Sentences about a node in one context; `name` is `31/voucher`. */
const SAY = {
  parked: (name: string, province: string, count: number): Words => ({
    en: `${name} has ${count} parked streams: yrd parked list --province ${province}`,
    zh: `${name} 有 ${count} 个搁置的流：yrd parked list --province ${province}`,
  }),
  loss: (name: string, { entries, from, to }: NonNullable<NodeStatus['loss']>): Words => ({
    en: `${name} lost ${entries} private payloads in ${from} to ${to}: restore a backup, or accept the loss (RUNBOOK)`,
    zh: `${name} 在 ${from} 至 ${to} 之间丢失 ${entries} 条私有内容：请恢复备份，或确认丢失（RUNBOOK）`,
  }),
  key: ({ name, fingerprint, daysLeft }: NodeStatus['keys'][number]): Words => {
    const gone = Number(daysLeft) < 0;
    return {
      en: `${name} (${fingerprint}) ${gone ? 'has expired' : `expires in ${daysLeft} days`}: rotate it (npm run keys -- rotate)`,
      zh: `${name}（${fingerprint}）${gone ? '已到期' : `将在 ${daysLeft} 天后到期`}：请轮换（npm run keys -- rotate）`,
    };
  },
  quarantined: (province: string, journal: string): Words => ({
    en: `${province} has quarantined ${journal}: it contradicts itself (RUNBOOK)`,
    zh: `${province} 已隔离 ${journal}：其内容自相矛盾（RUNBOOK）`,
  }),
  setAside: (province: string, journal: string, count: number): Words => ({
    en: `${province} set ${count} heads of ${journal} aside: by keys that are not believed, or evidence beyond what it has read`,
    zh: `${province} 搁置了 ${journal} 的 ${count} 个检查点：签名密钥不可信，或属于证据但尚未读到该处`,
  }),
};

const ofContext = (province: string, { context, parked, loss, keys, notReady, journals }: ShownStatus): readonly Finding[] => {
  const name = `${province}/${context}`;
  const found: Finding[] = [];
  const say = (kind: Finding['kind'], words: Words): void => void found.push({ kind, node: province, ...words });
  if (notReady !== null) say('not-ready', { en: `${name} is not ready: ${notReady.en}`, zh: `${name} 未就绪：${notReady.zh}` });
  if (parked > 0) say('parked', SAY.parked(name, province, parked));
  if (loss !== null) say('loss', SAY.loss(name, loss));
  for (const key of keys) if (key.warning !== null) say('key', SAY.key(key));
  for (const { journal, state, setAside } of journals) {
    if (state === 'quarantined') say('quarantined', SAY.quarantined(province, journal));
    if (setAside.length > 0) say('set-aside', SAY.setAside(province, journal, setAside.length));
  }
  return found;
};

/** Two nodes that hold a journal at one size under different roots: one of them was told another history. */
const divergences = (seen: readonly Seen[]): readonly Finding[] => {
  const first = new Map<string, { readonly province: string; readonly root: string }>();
  const found: Finding[] = [];
  for (const { status } of seen) {
    for (const { journal, size, root } of status?.contexts.flatMap(({ journals }) => journals) ?? []) {
      const key = `${journal}@${size}`;
      const { province = '' } = status ?? {};
      const other = first.get(key);
      if (!other) first.set(key, { province, root });
      else if (other.root !== root)
        found.push({
          kind: 'divergence',
          node: province,
          en: `${journal} at size ${size} has another root at ${province} than at ${other.province}: keep both heads, call the operators`,
          zh: `${journal} 在长度 ${size} 处，${province} 与 ${other.province} 的根不同：请保存双方检查点并通知各省运维`,
        });
    }
  }
  return found;
};

/** Everything worth a look, the worst first. */
const findingsIn = (seen: readonly Seen[]): readonly Finding[] => [
  ...seen.flatMap(({ node, status }): readonly Finding[] =>
    status === null
      ? [
          {
            kind: 'unreachable',
            node: node.province ?? node.url,
            en: `${node.url} does not answer: start the node, or look at its log`,
            zh: `${node.url} 没有应答：请启动节点，或查看其日志`,
          },
        ]
      : [],
  ),
  ...divergences(seen),
  ...seen.flatMap(({ status }) => status?.contexts.flatMap((each) => ofContext(status.province, each)) ?? []),
];

const lagOf = ({ contexts }: PublicStatus): number => Math.max(0, ...contexts.flatMap(({ journals }) => journals.map(({ lag }) => lag)));

const nodeRows = (seen: readonly Seen[], asked: Asked): readonly (readonly TableCell[])[] =>
  seen.map((each) => {
    const { status, node } = each;
    if (!status) return [provinceOf(each), '', node.url, asked.in({ en: 'no answer', zh: '无应答' }), null, null, null, null];
    const state = status.ready ? { en: 'ready', zh: '就绪' } : { en: 'not ready', zh: '未就绪' };
    const parked = status.contexts.reduce((sum, context) => sum + context.parked, 0);
    const queued = status.contexts.reduce((sum, context) => sum + context.queued, 0);
    return [status.province, status.name, node.url, asked.in(state), timeText(status.clock.now), lagOf(status), parked, queued];
  });

/** Each journal with its size at every node. */
const headRows = (seen: readonly Seen[]): readonly (readonly TableCell[])[] => {
  const answered = seen.flatMap(({ status }) => (status ? [status] : []));
  const names = [
    ...new Set(answered.flatMap(({ contexts }) => contexts.flatMap(({ journals }) => journals.map(({ journal }) => journal)))),
  ].sort();
  return names.map((name) => {
    const held = answered.map(({ contexts }) => contexts.flatMap(({ journals }) => journals).find(({ journal }) => journal === name));
    const furthest = held.reduce((best, each) => (each && each.size > (best?.size ?? -1) ? each : best), undefined);
    const states = [...new Set(held.flatMap((each) => (each && each.state !== 'live' ? [each.state] : [])))];
    return [
      name,
      ...held.map((each) => each?.size ?? null),
      furthest?.root.slice(0, 16) ?? '',
      furthest?.cosigners.join(' ') ?? '',
      states.join(' '),
    ];
  });
};

const text = (seen: readonly Seen[], findings: readonly Finding[], asked: Asked): string => {
  const zh = asked.lang === 'zh';
  const nodes = zh
    ? ['省', '名称', '地址', '状态', '业务时间', '落后', '搁置', '排队']
    : ['node', 'name', 'address', 'state', 'domain time', 'lag', 'parked', 'queued'];
  const provinces = seen.flatMap(({ status }) => (status ? [status.province] : []));
  const heads = zh ? ['账本', ...provinces, '最新根', '联署', '状态'] : ['journal', ...provinces, 'newest root', 'cosigned by', 'state'];
  const said = findings.map((finding) => `! ${finding[asked.lang]}\n`).join('');
  const good = asked.in({ en: 'Nothing needs a hand.\n', zh: '无需处理的事项。\n' });
  return [table(nodes, nodeRows(seen, asked)), table(heads, headRows(seen)), said || good].filter((part) => part !== '').join('\n');
};

const look = async (asked: Asked, node: NodeAddress): Promise<Seen> => {
  try {
    return { node, status: await new NodeClient(asked, node).get<PublicStatus>('/v1/status') };
  } catch (error) {
    if (error instanceof Failure && error.code === EXIT.unreachable) return { node, status: null };
    throw error;
  }
};

/** Answers 3 when a node does not answer, 1 when anything else needs a hand. */
export const status: Run = async (asked: Asked): Promise<ExitCode> => {
  const seen = await Promise.all(nodesOf(asked).map((node) => look(asked, node)));
  const findings = findingsIn(seen);
  await asked.answer({ nodes: seen, findings }, () => text(seen, findings, asked));
  if (findings.some(({ kind }) => kind === 'unreachable')) return EXIT.unreachable;
  return findings.length > 0 ? EXIT.finding : EXIT.ok;
};
