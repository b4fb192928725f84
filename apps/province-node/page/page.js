// The node's small page: shows what the node itself tells anybody, live, in Chinese or English. It asks /v1/live (the status
// once a second), /v1/orders/summary and /v1/windows/latest (nothing there yet: an empty state).

import { speak, startSignIn } from './sign-in.js';

const words = {
  kind: ['创新券通用通兑 · 省级节点', 'Innovation voucher clearing · province node'],
  clock: ['本节点时间', 'Time at this node'],
  demo: ['演示时钟：此时间由操作员拨快，不是真实时间。', 'Demo clock: an operator moves this time forward. It is not the real time.'],
  offline: ['与节点的连接中断，正在重连；以下为最后一次看到的内容。',
    'The node does not answer; trying again. What you see below is the last that was seen.'],
  journals: ['账本', 'Journals'],
  journalsLead: ['每省只写自己的账本；其余为本节点逐条验证过的副本。',
    'Each province writes only its own journal; the others are replicas that this node verified entry by entry.'],
  journal: ['账本', 'Journal'], head: ['已读 / 头部', 'Held / head'], lag: ['落后', 'Lag'], heard: ['最近心跳', 'Last heard'],
  cosigners: ['联署', 'Cosigned by'], state: ['状态', 'State'], check: ['自行核验', 'Check it'],
  checkpoint: ['检查点', 'checkpoint'], key: ['公钥', 'key'],
  keys: ['本节点的签名密钥', 'Keys of this node'],
  keysLead: ['指纹为公钥行 SHA-256 的前 16 位，可与其他运营方当面核对。',
    'The fingerprint is the first 16 digits of SHA-256 of the verifier line, to be compared with the other operators.'],
  keyName: ['密钥', 'Key'], fingerprint: ['指纹', 'Fingerprint'], until: ['有效期至', 'Valid until'], daysLeft: ['剩余天数', 'Days left'],
  forever: ['长期', 'no end'],
  orders: ['用券订单', 'Orders by state'], ordersNone: ['还没有订单。', 'No orders yet.'],
  window: ['最近一次结算', 'Last settlement window'],
  windowLead: ['各省各自计算；四个摘要一致，即四方对同一笔账。', 'Each province computes alone; four equal digests mean four equal accounts.'],
  windowNone: ['还没有结算过。', 'Nothing has been settled yet.'],
  equal: ['四省摘要一致。', 'All four digests are equal.'], unequal: ['摘要尚不一致，或尚未收齐。', 'The digests are not equal yet, or not all are here.'],
  pairs: ['已结省际对', 'Settled pairs:'], awaited: ['等待中', 'awaited'],
  others: ['其他节点', 'The other nodes'], docs: ['接口文档', 'API documentation'], raw: ['原始状态', 'Raw status'], metrics: ['指标', 'Metrics'],
  ready: ['就绪', 'ready'], notReady: ['未就绪', 'not ready'], never: ['从未', 'never'], none: ['无', 'none'],
  live: ['正常', 'live'], recovering: ['恢复中', 'recovering'], 'read-only': ['只读', 'read-only'], healing: ['补全中', 'healing'],
  quarantined: ['已隔离', 'quarantined'],
  Placed: ['已下单', 'placed'], Accepted: ['已接单', 'accepted'], InService: ['服务中', 'in service'], Delivered: ['已交付', 'delivered'],
  Disputed: ['争议中', 'disputed'], ServiceAccepted: ['已验收', 'service accepted'], InvoiceAsked: ['发票核验中', 'invoice asked'],
  UnderReview: ['审核中', 'under review'], Approved: ['已批准', 'approved'], Publicised: ['公示中', 'publicised'], Objected: ['异议处理中', 'objected'],
  Payable: ['待付款', 'payable'], Settled: ['已结算', 'settled'], Closed: ['已关闭', 'closed'],
};

const byId = (id) => document.getElementById(id);
const stored = () => {
  try {
    return localStorage.getItem('language');
  } catch {
    return null;
  }
};
let language = stored() ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');
let seen = { status: null, orders: null, latest: null };

const say = (key) => words[key]?.[language === 'zh' ? 0 : 1] ?? key;

/** An element with children; text is only ever set as text. */
const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return element;
};
/** Shows children in place of what is there; what has not changed stays, so that selected text stays selected. */
const put = (id, ...children) => {
  const next = make('div', {}, ...children);
  const now = byId(id);
  const shown = [...now.childNodes];
  const same = next.childNodes.length === shown.length && shown.every((child, at) => child.isEqualNode(next.childNodes[at]));
  if (!same) now.replaceChildren(...next.childNodes);
};

const ago = (ms) => {
  if (ms === null) return say('never');
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return language === 'zh' ? `${seconds} 秒前` : `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  return language === 'zh' ? `${minutes} 分钟前` : `${minutes} min ago`;
};

/** What a node calls itself is in one language; the four provinces have their names in both. */
const PROVINCES = { 31: ['上海市', 'Shanghai'], 32: ['江苏省', 'Jiangsu'], 33: ['浙江省', 'Zhejiang'], 34: ['安徽省', 'Anhui'] };
const provinceName = ({ province, name }) => PROVINCES[province]?.[language === 'zh' ? 0 : 1] ?? name;

const toneOf = { live: 'good', quarantined: 'bad' };

const journalRow = (journal, own) => {
  const address = `/log/${journal.journal}`;
  const behind = journal.lag > 0 ? 'warn' : '';
  return make('tr', { className: journal.journal.startsWith(`${own}/`) ? 'own' : '' },
    make('td', {}, make('code', {}, journal.journal)),
    make('td', { className: 'number' }, `${journal.size} / ${journal.head}`),
    make('td', { className: `number ${behind}` }, journal.lag),
    make('td', { className: journal.silentMs === null || journal.silentMs > 10_000 ? 'warn' : '' }, ago(journal.silentMs)),
    make('td', {}, journal.cosigners.join(' · ') || say('none')),
    make('td', { className: toneOf[journal.state] ?? 'warn' }, say(journal.state)),
    make('td', {}, make('a', { href: `${address}/checkpoint` }, say('checkpoint')), ' ', make('a', { href: `${address}/key` }, say('key'))),
  );
};

const keyRow = ({ name, fingerprint, notAfterMs, daysLeft, warning }) =>
  make('tr', {},
    make('td', {}, make('code', {}, name)),
    make('td', {}, make('code', {}, fingerprint)),
    make('td', {}, notAfterMs === null ? say('forever') : new Date(notAfterMs).toISOString().slice(0, 10)),
    make('td', { className: `number ${warning === null ? '' : 'warn'}` }, daysLeft ?? '—'));

/** What has to be done about a key that expires, in one sentence. */
const keyWarning = ({ name, fingerprint, daysLeft }) => {
  const how = 'npm run keys -- rotate';
  if (language === 'zh')
    return daysLeft < 0
      ? `密钥 ${name}（${fingerprint}）已过期，节点停止记账；请轮换（${how}）。`
      : `密钥 ${name}（${fingerprint}）还有 ${daysLeft} 天到期，请轮换（${how}）。`;
  return daysLeft < 0
    ? `The key ${name} (${fingerprint}) has expired and the node writes nothing: rotate it (${how}).`
    : `The key ${name} (${fingerprint}) expires in ${daysLeft} days: rotate it (${how}).`;
};

const zone = { timeZone: 'Asia/Shanghai', dateStyle: 'long', timeStyle: 'medium' };

const showStatus = (status) => {
  document.title = `${provinceName(status)} · ${status.province}`;
  put('name', `${provinceName(status)} (${status.province})`);
  put('ready', say(status.ready ? 'ready' : 'notReady'));
  byId('ready').className = `pill ${status.ready ? 'good' : 'warn'}`;
  byId('ready').title = status.contexts.map(({ notReady }) => notReady?.[language]).filter(Boolean).join('\n');
  put('time', new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', zone).format(new Date(status.clock.now)));
  byId('time').dateTime = status.clock.iso;
  byId('demo').hidden = status.clock.mode !== 'demo';
  put('demo', say('demo'));
  put('journals', ...status.contexts.flatMap(({ journals }) => journals.map((journal) => journalRow(journal, status.province))));
  const keys = status.contexts.flatMap((one) => one.keys ?? []);
  put('keys', ...keys.map(keyRow));
  const expiring = keys.filter(({ warning }) => warning !== null);
  put('keysWarning', ...expiring.map((each) => make('span', {}, keyWarning(each), ' ')));
  const queued = status.contexts.reduce((sum, one) => sum + one.queued, 0);
  const parked = status.contexts.reduce((sum, one) => sum + one.parked, 0);
  const line = language === 'zh' ? `排队命令 ${queued}，搁置条目 ${parked}。` : `${queued} commands queued, ${parked} entries set aside.`;
  put('queue', line);
  const others = status.federation.filter(({ province }) => province !== status.province);
  put('others', ...others.map((each) => make('li', {}, make('a', { href: each.url }, `${provinceName(each)} (${each.province})`))));
};

/** `states`: state → count. */
const showOrders = (orders) => {
  const filled = Object.entries(orders?.states ?? {}).filter(([, count]) => count > 0);
  const most = Math.max(1, ...filled.map(([, count]) => count));
  put('orders', ...filled.map(([state, count]) =>
    make('li', {},
      make('span', {}, say(state)), make('span', { className: 'count' }, count), make('progress', { max: most, value: count }))));
  byId('ordersNone').hidden = filled.length > 0;
};

const money = { style: 'currency', currency: 'CNY', signDisplay: 'exceptZero' };
const yuan = (fen) => new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB', money).format(fen / 100);

/** One province's digest of the window, and what it gets (+) or owes (−) in the end. */
const digestRow = (province, digest, net) =>
  make('li', {},
    make('strong', {}, province),
    digest === null ? make('span', { className: 'warn' }, say('awaited')) : make('code', {}, digest),
    net === undefined ? '' : make('span', { className: 'net' }, yuan(net)));

/** `digests`: province → hex or null; `nets`: province → fen; `pairs`: where each ordered pair stands. */
const showWindow = (latest) => {
  byId('windowTitle').textContent = say('window') + (latest === null ? '' : ` · ${latest.window}`);
  const digests = Object.entries(latest?.digests ?? {});
  put('digests', ...digests.map(([province, digest]) => digestRow(province, digest, latest.nets?.[province])));
  const settled = latest?.pairs.filter(({ state }) => state === 'settled').length;
  const pairs = latest === null ? '' : ` ${say('pairs')} ${settled} / ${latest.pairs.length}`;
  put('windowNote', say(latest === null ? 'windowNone' : latest.equal ? 'equal' : 'unequal') + pairs);
  byId('windowNote').className = `note ${latest === null ? '' : latest.equal ? 'good' : 'warn'}`;
};

const showViews = () => {
  showOrders(seen.orders);
  showWindow(seen.latest);
};

const showAll = () => {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const element of document.querySelectorAll('[data-t]')) element.textContent = say(element.dataset.t);
  byId('language').textContent = language === 'zh' ? 'English' : '中文';
  if (seen.status !== null) showStatus(seen.status);
  showViews();
};

byId('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  try {
    localStorage.setItem('language', language);
  } catch {
    // Private windows may refuse storage; the choice then lasts as long as the page.
  }
  showAll();
  speak(language);
});

/** JSON of an address; null when it is not there or does not answer. */
const read = async (address) => {
  try {
    const answer = await fetch(address, { headers: { Accept: 'application/json' } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
};

let feed = null;

const took = (status) => {
  byId('offline').hidden = status !== null;
  if (status === null) return;
  const first = seen.status === null;
  seen = { ...seen, status };
  if (first) showAll();
  else showStatus(status);
};

const listen = () => {
  feed = new EventSource('/v1/live');
  feed.addEventListener('status', ({ data }) => took(JSON.parse(data)));
  // A browser tries again by itself unless it was refused (too many listen); then the plain status serves meanwhile.
  feed.addEventListener('error', () => {
    if (feed.readyState === EventSource.CLOSED) setTimeout(listen, 15_000);
  });
};

const refresh = async () => {
  const [orders, latest] = await Promise.all([read('/v1/orders/summary'), read('/v1/windows/latest')]);
  seen = { ...seen, orders: orders ?? seen.orders, latest: latest ?? seen.latest };
  showViews();
  if (feed.readyState !== EventSource.OPEN) took(await read('/v1/status'));
  setTimeout(refresh, 3_000);
};

showAll();
startSignIn(language);
listen();
refresh();
