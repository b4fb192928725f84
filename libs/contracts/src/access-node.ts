/** Rows that every node has: health, status, the public log, the clock. */
import { everybody, keeper, open, operator, row, securityCandidates, type AccessRow } from './access-rows.js';

export const nodeRows = {
  AskLive: open('进程在应答', 'The process answers'),
  AskStarted: open('存储与主题已就绪；此前为 503', 'Storage and topics are open; 503 until then'),
  AskReady: open(
    '可办理业务；否则 503 并说明原因',
    'Commands are answered; 503 with reasons otherwise. Lists every journal with its lag and silence',
  ),
  ReadStatus: open('时钟、各账本的头、滞后与联署', 'Clock, journals with heads, lag and cosigners, and the other nodes'),
  FollowStatus: open('每秒一次的状态（服务器推送）', 'The status once a second, as server-sent events'),
  FollowFeed: open(
    '账本的公开条目（CloudEvents，服务器推送，可按 Last-Event-ID 续传）',
    'The public entries of a journal as CloudEvents: server-sent events, resumable by Last-Event-ID',
  ),
  ReadAsyncApi: open('公开条目的接口描述（AsyncAPI 3.1）', 'What is told of public entries, for programs (AsyncAPI 3.1)'),
  ReadSchema: open('一种条目的 JSON Schema', 'The JSON Schema of a type of entry, as readers may rest on it'),
  ReadMetrics: open('Prometheus 指标', 'Prometheus metrics'),
  ReadParked: row(['operator', 'auditor'], 'none', '搁置待处理的条目', 'Entries that could not be handled and wait for an operator'),
  ReadViews: row(['operator', 'auditor'], 'none', '视图的世代及重建进度', 'Which rebuild the views are of, and how far one under way is'),
  RebuildViews: row(operator, 'none', '在旁重建全部视图，完成后切换', 'Builds all views anew beside those in use, and changes over'),
  RedriveParked: row(
    operator,
    'none',
    '重试因反应失败而搁置的条目',
    'Tries again what reactions could not handle, once its cause is mended',
  ),
  AcceptLoss: row(
    operator,
    'none',
    '确认任何备份都没有的私有内容已丢失',
    'Goes on without private payloads that no backup has; an entry that everybody can read',
  ),
  RotateKey: row(
    keeper,
    'none',
    '轮换本节点账本或联署的签名密钥',
    'Hands over to the next key of a journal or a cosigner; an entry that everybody can read',
  ),
  RevokeKey: row(
    keeper,
    'none',
    '声明已轮换的密钥自某一长度或时间起不再可信',
    'States that a key of before must not be believed from a size or time on; an entry that everybody can read',
  ),
  ReadCheckpoint: open('账本最新的已签检查点（C2SP tlog-checkpoint）', 'The newest signed checkpoint (C2SP tlog-checkpoint) of a journal'),
  ReadTile: open(
    '散列块与条目包（C2SP tlog-tiles）',
    'Hash tiles and entry bundles (C2SP tlog-tiles): `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]`',
  ),
  ReadProof: open(
    '可离线核验的证明（C2SP tlog-proof），附两省联署',
    'A proof to keep and to check offline (C2SP tlog-proof), with the cosignatures of two other provinces',
  ),
  ReadKey: open(
    '账本的验证公钥（C2SP），其后为历任公钥',
    'The C2SP verifier line of a journal that is in force; then those of before, with the sizes that they signed',
  ),
  ReadSecondKey: open('账本的 SM2 验证公钥', 'The verifier line of the SM2 key that signs beside it, where the journal has one'),
  ReadEntry: {
    ...open('一个条目及其证明，按身份决定可见深度', 'One entry with its proof; staff of a province also see what only its nodes may read'),
    recognise: true,
  },
  ReadClock: open('业务时间', 'What time it is for the domain'),
  MoveClock: row(
    operator,
    'none',
    '将演示时钟向前拨；生产环境不可用',
    'Moves the demo clock forward, for all nodes that share it; never back (409). Not in production',
  ),
  ReadSignIn: open('到哪里登录（RFC 9728）', 'Where to sign in (RFC 9728)'),
  ReadMyself: row(everybody, 'none', '当前登录者', 'Who the bearer of the token is here'),
  BindFirstSecurityAdmin: {
    ...row(
      securityCandidates,
      'none',
      '以节点打印的一次性代码登记首位安全管理员',
      'Becomes the first security administrator by the one-time code that the node printed',
    ),
    unbound: true,
  },
  ReadSecurityAdmins: row(
    ['security-admin', 'auditor'],
    'none',
    '安全管理员及其任免记录',
    'Security administrators, and who named or removed whom',
  ),
  NameSecurityAdmin: row(keeper, 'none', '任命安全管理员', 'Names another security administrator'),
  RemoveSecurityAdmin: row(keeper, 'none', '免去安全管理员；最后一位不可免去', 'Removes a security administrator; never the last one'),
} as const satisfies Readonly<Record<string, AccessRow>>;
