/** What a node says of itself, while it cannot answer or has a key or a loss to mend: Chinese and English. */
import type { NodePhrase } from '@yrd/ledger';
import type { Phrases } from './said.js';

export const nodePhrases = {
  nodeStarting: ['节点正在启动。', 'The node is starting.'],
  nodeStopping: ['节点正在停止。', 'The node is stopping.'],
  nodeStandingBy: ['待命：本节点的另一进程持有账本。', 'Standing by: another process of this node holds the journal.'],
  nodeCannotRun: ['节点无法运行，正在重试；原因见日志。', 'The node cannot run and tries again; the log says why.'],
  notReachedYet: ['存储和消息总线尚未连通。', 'Storage and bus are not reached yet.'],
  leaseLost: ['租约已失去，或账本须重新打开。', 'The lease was lost, or the journal has to be opened again.'],
  leaseInDoubt: ['租约存疑：另一进程可能正在写入本账本。', 'Another process may be writing this journal: the lease is in doubt.'],
  openingJournal: ['正在打开账本。', 'Opening the journal.'],
  journalReopened: ['账本正在重新打开。', 'The journal is opened again.'],
  peerHoldsMore: [
    '其他节点持有的本省账本比本节点更长，正在重新打开。',
    'A peer holds more of the own journal than this node: it is opened again.',
  ],
  comparingJournal: [
    '正在恢复：将本省账本与其主题和各节点持有的头部核对。',
    'Recovering: the own journal is compared with its topic and with the heads that peers hold.',
  ],
  readOnlyWithoutPeers: [
    '只读：尚无其他节点应答。请启动一个对等节点，或仅此一次让本节点单独打开（YRD_OPEN_ALONE=yes）。',
    'Read-only, since no peer has answered yet. Start a peer, or tell this node once to open alone (YRD_OPEN_ALONE=yes).',
  ],
  waitingForPeers: ['正在等待其他节点：{peers} 个中已有 {present} 个应答。', 'Waiting for peers: {present} of {peers} have answered.'],
  takingBack: [
    '正在恢复：从副本取回本省账本的条目 {from} 至 {to}。',
    'Recovering: entries {from} to {to} of the own journal are taken back from its replicas.',
  ],
  contradictsItself: [
    '已隔离：本省账本与本节点在长度 {size} 签署的头部矛盾。请恢复备份，或开立后继账本。',
    'Quarantined: the own journal contradicts a head that this node signed at size {size}. Restore it, or open a successor.',
  ],
  recoveryFailed: ['恢复失败，正在重试；原因见日志。', 'Recovery failed and is tried again; the log says why.'],
  frozenByLoss: [
    '已冻结：自条目 {from} 起有 {entries} 份私有内容丢失。请恢复备份，或由运维人员接受丢失。',
    'Frozen, since {entries} private payloads from entry {from} on are lost. Restore a backup, or let the operator accept the loss.',
  ],
  clockDisagrees: ['本节点的时钟与其他节点不一致，请校准。', 'The clock of this node disagrees with its peers: set it right.'],
  keyMissing: [
    '本进程没有当前签名的密钥 {key}（{fingerprint}）：请用轮换时写出的密钥文件启动，或请其他运营方固定新密钥。',
    'The key {key} that signs now ({fingerprint}) is not here: start with the key file of the rotation, or let the others pin a new key.',
  ],
  keyExpired: [
    '密钥 {key}（{fingerprint}）的有效期至 {untilMs}，请轮换（POST /v1/keys/rotation，或 npm run keys -- rotate）。',
    'The key {key} ({fingerprint}) is certified until {untilMs} only: rotate it (POST /v1/keys/rotation, or npm run keys -- rotate).',
  ],
  keyChangeRefused: ['所提交的更换不成立：{becauseWord}。', 'The change of keys does not hold: {becauseWord}.'],
  nextKeyMissing: ['本进程没有下一把密钥 {key}。', 'This process does not hold the next key {key}.'],
  noKeyFile: ['本进程没有可写的密钥文件。', 'This process has no key file that it may write.'],
  storeSilent: ['存储没有应答。', 'The store does not answer.'],
  recordsContended: [
    '其他进程长时间在写入同样的记录：请再试。',
    'Others write the same records, and went on doing so for long: try again.',
  ],
  journalHalted: ['账本 {journal} 无法继续；原因见日志。', 'The journal {journal} cannot go on; the log says why.'],
  entryUnreadable: ['此流的条目 {index} 在此无法读取。', 'Entry {index} of this stream cannot be read here.'],
  decidesNothing: [
    '账本目前不作决定，因此无法询问其将如何决定。',
    'The journal decides nothing now, so it cannot be asked what it would decide.',
  ],
  notReadSoFar: ['{journal} 在此只到 {size}，需要到 {needed}。', '{journal} is here up to {size} only, and is needed up to {needed}.'],
  notCosignedYet: [
    '另两个节点尚未联署 {journal} 的条目 {index}：请几秒后再试。',
    'Two other nodes have not cosigned entry {index} of {journal} yet: ask again in a few seconds.',
  ],
  queueFull: ['命令队列已满：请一秒后再次提交。', 'The queue of commands is full: send the command again in a second.'],
  redrivingAlready: ['搁置条目正在重试：请待其结束后再试。', 'What is parked is being tried again already: ask again when that has ended.'],
  replayRunning: ['另一次政策包重放正在进行：请待其结束后再试。', 'Another replay under a pack is running: ask again when it has ended.'],
  tooManyChanges: ['同时有过多操作在更改此导入：请再试。', 'Too many change this import at once: try again.'],
  parkedBehind: ['此流较早的条目已搁置。', 'An earlier entry of this stream is parked.'],
  parkedUnread: [
    '本版本不认识条目类型 {type}，或无法读取：请升级节点。',
    'This version does not know the entry type {type}, or cannot read it: update the node.',
  ],
  parkedUnfolded: ['折叠失败：{error}', 'Folding failed: {error}'],
  parkedRefused: ['{what} 被拒', '{what} was refused'],
  parkedFailed: ['{what} 失败：{error}', '{what} failed: {error}'],
  vaultUnusable: ['密钥保险库无法使用；原因见日志。', 'The vault cannot be used; the log says why.'],
  keyHasExpired: [
    '密钥 {key}（{fingerprint}）已过期，请轮换（POST /v1/keys/rotation，或 npm run keys -- rotate）。',
    'The key {key} ({fingerprint}) has expired: rotate it (POST /v1/keys/rotation, or npm run keys -- rotate).',
  ],
  keyExpires: [
    '密钥 {key}（{fingerprint}）还有 {days} 天到期，请轮换（POST /v1/keys/rotation，或 npm run keys -- rotate）。',
    'The key {key} ({fingerprint}) expires in {days} days: rotate it (POST /v1/keys/rotation, or npm run keys -- rotate).',
  ],
  auditWaits: ['审计：{count} 条记录等待写入。{parts}', 'The audit: {count} records wait. {parts}'],
  auditFrozen: [
    '审计账本的私有内容已丢失，须由运维人员接受。',
    'Private payloads of its journal were lost: the operator has to accept that.',
  ],
  auditUnkept: ['审计：启动以来有 {count} 条记录未能保存。', 'The audit: {count} records were not kept since the start.'],
} as const satisfies Phrases & Record<NodePhrase, unknown>;
