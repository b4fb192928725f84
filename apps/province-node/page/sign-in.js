// Signing in at the node's small page: authorization code with PKCE in the browser (OAuth 2.1), by a public client of the issuer that
// the node names. The access token lives in this page only; what survives a reload is the refresh token of this tab.

const words = {
  signIn: ['登录', 'Sign in'], signOut: ['退出', 'Sign out'],
  who: ['已登录', 'Signed in'],
  elsewhere: ['您的机构属于另一省，请到该省节点办理：', 'Your organisation is at home at another node: '],
  refused: ['登录未完成。', 'Signing in did not succeed.'],
  over: ['登录已过期，请重新登录。', 'Your sign-in is over; sign in again.'],
  silent: ['登录服务没有应答，请稍后再试。', 'The sign-in service does not answer; try again later.'],
  enterprise: ['企业、团队', 'enterprise'], agency: ['服务机构', 'agency'], university: ['高校院所', 'university'],
  'district-reviewer': ['区县审核', 'district reviewer'], reviewer: ['省级初审', 'reviewer'], approver: ['复核审批', 'approver'],
  finance: ['财政', 'finance'], 'draw-officer': ['专家抽取', 'draw officer'], supervisor: ['监督管理', 'supervisor'],
  'integrity-officer': ['诚信管理', 'integrity officer'], auditor: ['审计', 'auditor'], operator: ['系统运维', 'operator'],
  'security-admin': ['安全管理', 'security administrator'],
};
const REFRESH = 'yrd.refresh';
const ID = 'yrd.id';
const ASKED = 'yrd.asked';
// Asked for again so long before its end, so that no request meets a dead token.
const AHEAD_MS = 60_000;

let language = 'zh';
let shown = { me: null, note: '', address: '' };
let access = '';
let renewal;

const say = (key) => words[key]?.[language === 'zh' ? 0 : 1] ?? key;
const place = () => `${location.origin}/`;

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const challengeOf = async (verifier) => base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));

/** Where to sign in, as this node and its first issuer say; read once. */
let found = null;
const issuer = () => (found ??= discover().catch((error) => {
  found = null;
  throw error;
}));
const discover = async () => {
  const { authorization_servers: [name], page_client: client } = await json('/.well-known/oauth-protected-resource');
  const metadata = await json(`${name.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (metadata.issuer !== name) throw new Error('the metadata is of another issuer');
  return { name, client, metadata };
};

const json = async (address, init) => {
  const answer = await fetch(address, init);
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.error ?? body.code ?? `HTTP ${answer.status}`), { status: answer.status, body });
  return body;
};

const signIn = async () => {
  const { client, metadata } = await issuer();
  const [state, verifier] = [random(), random()];
  sessionStorage.setItem(ASKED, JSON.stringify({ state, verifier }));
  const asked = {
    client_id: client, redirect_uri: place(), response_type: 'code', scope: 'openid', state,
    code_challenge: await challengeOf(verifier), code_challenge_method: 'S256', ui_locales: language === 'zh' ? 'zh-CN' : 'en',
  };
  location.assign(`${metadata.authorization_endpoint}?${new URLSearchParams(asked)}`);
};

const forget = () => {
  clearTimeout(renewal);
  access = '';
  for (const key of [REFRESH, ID]) sessionStorage.removeItem(key);
};

const signOut = async () => {
  const hint = sessionStorage.getItem(ID) ?? '';
  forget();
  show({ me: null });
  const { metadata, client } = await issuer();
  if (!metadata.end_session_endpoint) return;
  const asked = {
    client_id: client, post_logout_redirect_uri: place(), ...(hint ? { id_token_hint: hint } : {}),
    ui_locales: language === 'zh' ? 'zh-CN' : 'en',
  };
  location.assign(`${metadata.end_session_endpoint}?${new URLSearchParams(asked)}`);
};

/** Asks the issuer for tokens and keeps them. */
const take = async (form) => {
  const { client, metadata } = await issuer();
  const tokens = await json(metadata.token_endpoint, { method: 'POST', body: new URLSearchParams({ client_id: client, ...form }) });
  access = tokens.access_token;
  if (tokens.refresh_token) sessionStorage.setItem(REFRESH, tokens.refresh_token);
  if (tokens.id_token) sessionStorage.setItem(ID, tokens.id_token);
  clearTimeout(renewal);
  renewal = setTimeout(() => renew().catch(failed), Math.max(AHEAD_MS, tokens.expires_in * 1000 - AHEAD_MS));
};

const renew = async () => {
  const refresh = sessionStorage.getItem(REFRESH);
  if (!refresh) return;
  try {
    await take({ grant_type: 'refresh_token', refresh_token: refresh });
  } catch (error) {
    throw Object.assign(error, { over: error.status !== undefined });
  }
};

/** The way back from the issuer: the code is only worth something with the state and verifier of this tab (RFC 9207 names the issuer). */
const comeBack = async (answer) => {
  const asked = JSON.parse(sessionStorage.getItem(ASKED) ?? 'null');
  sessionStorage.removeItem(ASKED);
  history.replaceState(null, '', location.pathname);
  const { name } = await issuer();
  const iss = answer.get('iss');
  if (!asked || answer.get('state') !== asked.state || (iss !== null && iss !== name)) throw Object.assign(new Error('state'), { status: 400 });
  if (answer.has('error')) return;
  await take({ grant_type: 'authorization_code', code: answer.get('code'), redirect_uri: place(), code_verifier: asked.verifier });
};

const identify = async () => {
  const headers = { Authorization: `Bearer ${access}`, 'Accept-Language': language === 'zh' ? 'zh-CN' : 'en' };
  try {
    show({ me: await json('/v1/me', { headers }), note: '', address: '' });
  } catch (error) {
    if (error.status === 421) show({ me: { elsewhere: true }, note: 'elsewhere', address: error.body.facts.address });
    else throw error;
  }
};

const show = (next) => {
  shown = { ...shown, ...next };
  const { me, note, address } = shown;
  const button = document.getElementById('sign');
  button.textContent = say(me ? 'signOut' : 'signIn');
  button.dataset.to = me ? 'out' : 'in';
  const who = document.getElementById('who');
  const parts = me?.roles ? [`${say('who')}${language === 'zh' ? '：' : ': '}`, strong(me.roles.map(say).join(language === 'zh' ? '、' : ', ')), ` · ${me.organisation}`] : [];
  if (note) parts.push(say(note), ...(address ? [link(address)] : []));
  who.replaceChildren(...parts);
  who.hidden = parts.length === 0;
};
const strong = (text) => Object.assign(document.createElement('strong'), { textContent: text });
const link = (href) => Object.assign(document.createElement('a'), { href, textContent: href });

const failed = (error) => {
  // Not answered: the refresh token stays for when the page is opened anew. Refused: all is over.
  if (error.status !== undefined) forget();
  show({ me: null, note: error.over ? 'over' : error.status === undefined ? 'silent' : 'refused', address: '' });
};

const begin = async () => {
  const answer = new URLSearchParams(location.search);
  if (answer.has('state') && (answer.has('code') || answer.has('error'))) await comeBack(answer);
  else await renew();
  if (access) await identify();
};

/** Shows the words again in this language. */
export const speak = (now) => {
  language = now;
  show({});
};

/** Starts: goes on with a sign-in that is under way or was made before in this tab. */
export const startSignIn = (now) => {
  speak(now);
  const button = document.getElementById('sign');
  button.addEventListener('click', () => (button.dataset.to === 'out' ? signOut() : signIn()).catch(failed));
  begin().catch(failed);
};
