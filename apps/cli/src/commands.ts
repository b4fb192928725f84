/** Every command: its words, options and examples. What carries one out is loaded only when it is asked for. */
import { TOKEN_OPTIONS } from './client.js';
import type { Command, Option } from './command.js';
import { NODE_OPTIONS } from './nodes.js';

const FEDERATION: Option = {
  name: 'federation',
  value: 'FILE',
  words: {
    en: 'Federation file with the pinned keys; of the local federation without it',
    zh: '载有固定公钥的联邦文件；默认取本机联邦的',
  },
};

const CONTEXT: Option = { name: 'context', value: 'voucher', words: { en: 'Context; voucher without it', zh: '业务域；默认 voucher' } };

/** Options of commands that need a token. */
const WITH_TOKEN: readonly Option[] = [...NODE_OPTIONS, ...TOKEN_OPTIONS];

export const COMMANDS: readonly Command[] = [
  {
    path: 'status',
    takes: '',
    least: 0,
    most: 0,
    words: {
      en: 'The nodes: how far each holds every journal, keys near expiry, and what needs a hand',
      zh: '各节点：所持账本的长度、临近到期的密钥、需要处理的事项',
    },
    options: NODE_OPTIONS,
    examples: [
      { line: 'yrd status', words: { en: 'all nodes of the local federation', zh: '本机联邦的全部节点' } },
      { line: 'yrd status --node https://node.sh.example --json', words: { en: 'one node, for a program', zh: '一个节点，供程序读取' } },
    ],
    load: async () => (await import('./status.js')).status,
  },
  {
    path: 'verify',
    takes: '[journal…]',
    least: 0,
    most: 100,
    words: {
      en: 'Checks whole journals: every leaf to the signed and cosigned root, and that they continue what was checked before',
      zh: '核验整本账本：逐叶计算至已签名、已联署的根，并接续上次核验的检查点',
    },
    options: [
      ...NODE_OPTIONS,
      FEDERATION,
      {
        name: 'older',
        value: 'FILE',
        words: { en: 'A checkpoint that you kept, in place of the remembered one', zh: '自行保存的检查点，代替所记的' },
      },
      { name: 'forget', words: { en: 'Neither use nor keep a remembered checkpoint', zh: '既不使用也不保存所记的检查点' } },
    ],
    examples: [
      { line: 'yrd verify', words: { en: 'every journal, at its owner', zh: '全部账本，在其所有者处核验' } },
      {
        line: 'yrd verify 31/voucher --node https://node.js.example --federation federation.json',
        words: { en: "Shanghai's journal as Jiangsu holds it", zh: '江苏所持的上海账本' },
      },
    ],
    load: async () => (await import('./verify.js')).verify,
  },
  {
    path: 'verify proof',
    takes: '<file>…',
    least: 1,
    most: 1_000,
    words: {
      en: 'Checks kept .tlog-proof files and exports of the audit, offline',
      zh: '离线核验保存的 .tlog-proof 文件与审计导出',
    },
    options: [FEDERATION],
    examples: [
      {
        line: 'yrd verify proof order.tlog-proof --federation federation.json',
        words: { en: 'one entry', zh: '一个条目' },
      },
      { line: 'yrd verify proof audit.ndjson', words: { en: 'every record of an export', zh: '导出中的每条记录' } },
    ],
    load: async () => (await import('./verify.js')).verifyProofs,
  },
  {
    path: 'policy check',
    takes: '<file>…',
    least: 1,
    most: 1_000,
    words: {
      en: 'Every fault of policy packs, with its line and how to mend it; of several files also how they follow each other',
      zh: '政策包的全部错误，附行号与改法；多个文件时一并检查先后衔接',
    },
    options: [],
    examples: [
      { line: 'yrd policy check policies/31/voucher.yaml', words: { en: 'one pack', zh: '一份政策包' } },
      { line: 'yrd policy check policies/*/*.yaml --json', words: { en: 'all of them, for a program', zh: '全部，供程序读取' } },
    ],
    load: async () => (await import('./policy-check.js')).policyCheck,
  },
  {
    path: 'policy diff',
    takes: '<old> <new>',
    least: 2,
    most: 2,
    words: {
      en: 'What changes between two packs: which rule, from what to what, for whom',
      zh: '两份政策包的差异：规则、原值、新值、影响对象',
    },
    options: [],
    examples: [
      {
        line: 'yrd policy diff policies/31/voucher.yaml draft.yaml --lang zh',
        words: { en: 'a draft beside the pack in use', zh: '草案与现行包对照' },
      },
    ],
    load: async () => (await import('./policy-diff.js')).policyDiff,
  },
  {
    path: 'policy what-if',
    takes: '',
    least: 0,
    most: 0,
    words: {
      en: 'What another pack would have cost each province, per quarter: the node replays its ledger and changes nothing',
      zh: '假如采用另一政策包，各省各季度的费用：由节点重放账本，不改变任何数据',
    },
    options: [
      ...WITH_TOKEN,
      { name: 'pack', value: 'FILE', words: { en: 'The pack to replay under', zh: '用于重放的政策包' } },
      { name: 'from', value: 'DAY', words: { en: 'Redemptions approved from this day on', zh: '自该日起批准的兑付' } },
      { name: 'to', value: 'DAY', words: { en: 'Redemptions approved up to and on this day', zh: '至该日止批准的兑付' } },
    ],
    examples: [
      { line: 'yrd policy what-if --pack draft.yaml --province 32', words: { en: "at Jiangsu's local node", zh: '在本机江苏节点' } },
      {
        line: 'yrd policy what-if --pack draft.yaml --from 2026-01-01 --to 2026-06-30 --node https://node.js.example',
        words: { en: 'half a year', zh: '半年' },
      },
    ],
    load: async () => (await import('./policy-what-if.js')).policyWhatIf,
  },
  {
    path: 'settlement show',
    takes: '[window]',
    least: 0,
    most: 1,
    words: {
      en: 'A settlement window: cuts, pairs, sums, nets and digests; the newest without a number',
      zh: '清算窗口：截点、省际对、金额、净额、摘要；不写序号为最新',
    },
    options: NODE_OPTIONS,
    examples: [{ line: 'yrd settlement show 3', words: { en: 'the third window', zh: '第三个窗口' } }],
    load: async () => (await import('./settlement.js')).settlementShow,
  },
  {
    path: 'settlement explain',
    takes: '<window>',
    least: 1,
    most: 1,
    words: {
      en: 'Why a window stands where it does: who is waited for, which digests differ, and where a line belongs',
      zh: '清算窗口为何停在此处：等待哪一方、哪份摘要不同、某清算行属于哪个窗口',
    },
    options: [
      ...WITH_TOKEN,
      { name: 'pair', value: '32-31', words: { en: 'Only this pair, payer first', zh: '只看这一对，付款省在前' } },
      {
        name: 'order',
        value: 'ID',
        words: {
          en: 'Where the line of this order belongs; <order>~1 for its first clawback',
          zh: '该订单的清算行属于何处；首次追回写作 <订单>~1',
        },
      },
    ],
    examples: [
      { line: 'yrd settlement explain 3 --province 32', words: { en: 'every pair of the third window', zh: '第三个窗口的每一对' } },
      {
        line: 'yrd settlement explain 3 --province 32 --pair 32-31 --order 0f3c5a9b1d2e4f60718293a4b5',
        words: { en: 'one line', zh: '一条清算行' },
      },
    ],
    load: async () => (await import('./settlement.js')).settlementExplain,
  },
  {
    path: 'parked list',
    takes: '',
    least: 0,
    most: 0,
    words: { en: 'What could not be handled and waits for an operator, with what helps', zh: '无法处理、等待运维的条目，及处理办法' },
    options: WITH_TOKEN,
    examples: [{ line: 'yrd parked list', words: { en: 'at all nodes of the local federation', zh: '本机联邦的全部节点' } }],
    load: async () => (await import('./parked.js')).parkedList,
  },
  {
    path: 'parked show',
    takes: '<id>',
    least: 1,
    most: 1,
    words: { en: 'One parked thing with its entry, as deep as you may see it', zh: '一个搁置条目及其内容（按权限可见）' },
    options: WITH_TOKEN,
    examples: [
      {
        line: "yrd parked show '31/voucher|120' --province 32",
        words: { en: 'entry 120 of 31/voucher at node 32', zh: '32 节点上 31/voucher 的第 120 条' },
      },
    ],
    load: async () => (await import('./parked.js')).parkedShow,
  },
  {
    path: 'parked redrive',
    takes: '',
    least: 0,
    most: 0,
    words: {
      en: 'Tries again what reactions parked, oldest first, once its cause is mended; everything else goes on',
      zh: '原因排除后，按先后重试反应所搁置的条目；其余照常进行',
    },
    options: [...WITH_TOKEN, CONTEXT],
    examples: [{ line: 'yrd parked redrive --province 32', words: { en: 'vouchers at node 32', zh: '32 节点的创新券' } }],
    load: async () => (await import('./parked.js')).parkedRedrive,
  },
  {
    path: 'export',
    takes: '<list>',
    least: 1,
    most: 1,
    words: {
      en: 'A list as CSV or NDJSON (orders, redemptions, quotas, agencies, products, lines, windows, policies), or the audit',
      zh: '导出列表为 CSV 或 NDJSON（订单、兑付、额度、机构、产品、清算行、窗口、政策），或附证明的审计',
    },
    options: [
      ...WITH_TOKEN,
      { name: 'role', value: 'ROLE', words: { en: 'Role to sign in with at the local identity provider', zh: '在本机身份服务登录的角色' } },
      {
        name: 'format',
        value: 'csv|ndjson',
        words: { en: 'By the name of --out without it, else ndjson', zh: '默认依 --out 的扩展名，否则 ndjson' },
      },
      {
        name: 'out',
        value: 'FILE',
        words: { en: 'File to write, whole or not at all; standard output without it', zh: '写入的文件，要么完整要么没有；默认标准输出' },
      },
      {
        name: 'where',
        value: 'field=value',
        many: true,
        words: { en: 'A filter of the list; several may be given', zh: '列表的筛选条件，可多次给出' },
      },
      {
        name: 'columns',
        value: 'a,b,c',
        words: { en: 'Columns of the CSV; all of the first page without it', zh: 'CSV 的列；默认首页的全部字段' },
      },
      { name: 'from', value: 'DAY', words: { en: 'First day, of the audit', zh: '审计的首日' } },
      { name: 'to', value: 'DAY', words: { en: 'Last day, of the audit', zh: '审计的末日' } },
    ],
    examples: [
      {
        line: 'yrd export orders --province 32 --where state=Payable --out payable.csv',
        words: { en: 'for a spreadsheet', zh: '供表格软件打开' },
      },
      { line: 'yrd export agencies --format ndjson', words: { en: 'for a program; needs no token', zh: '供程序读取，无需令牌' } },
      {
        line: 'yrd export audit --province 32 --from 2026-03-01 --to 2026-03-31 --out audit.ndjson',
        words: { en: 'then: yrd verify proof audit.ndjson', zh: '随后：yrd verify proof audit.ndjson' },
      },
    ],
    load: async () => (await import('./export.js')).exportList,
  },
  {
    path: 'replay',
    takes: '',
    least: 0,
    most: 0,
    words: {
      en: 'Builds all views anew from the journals beside those in use, and changes over; the node goes on working',
      zh: '从账本在旁重建全部视图，完成后切换；期间节点照常工作',
    },
    options: [...WITH_TOKEN, CONTEXT, { name: 'no-wait', words: { en: 'Begin it and do not follow it', zh: '只启动，不跟踪进度' } }],
    examples: [{ line: 'yrd replay --province 32', words: { en: 'the views of vouchers at node 32', zh: '32 节点的创新券视图' } }],
    load: async () => (await import('./replay.js')).replay,
  },
];
