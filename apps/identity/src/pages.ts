/** The pages of the provider, as plain HTML in Chinese and English: no script, one style sheet, everything reached by keyboard. */
import type { Account, IdentitySettings, Words } from './settings.js';

export type Language = 'zh' | 'en';

/** Chinese unless English is asked for: by the page that sent the person here, or by the browser. */
export const languageOf = (header: string | undefined, asked?: unknown): Language => {
  const [first = ''] = typeof asked === 'string' && asked !== '' ? [asked] : (header ?? 'zh').slice(0, 100).split(/[,;]/);
  return /^\s*en\b/i.test(first) ? 'en' : 'zh';
};

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Text as HTML shows it. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char] ?? char);

const words = {
  title: { zh: '登录', en: 'Sign in' },
  product: { zh: '长三角创新市场', en: 'Delta innovation market' },
  demo: {
    zh: '演示身份：仅供本机首次启动使用，无密码，不得用于生产。',
    en: 'Demonstration accounts for a first start on this machine: no passwords, never for production.',
  },
  pick: { zh: '以哪个身份登录？', en: 'Who do you want to be?' },
  provinces: { zh: '省份', en: 'Province' },
  cancel: { zh: '取消登录', en: 'Cancel' },
  signOut: { zh: '退出登录？', en: 'Sign out?' },
  signOutLead: {
    zh: '退出后，本机浏览器中的各省节点页面都需重新登录。',
    en: 'The pages of all nodes in this browser will ask you to sign in again.',
  },
  yes: { zh: '退出', en: 'Sign out' },
  no: { zh: '保持登录', en: 'Stay signed in' },
  signedOut: { zh: '已退出登录', en: 'You are signed out' },
  signedOutLead: { zh: '可以关闭此页。', en: 'You may close this page.' },
  error: { zh: '无法继续登录', en: 'This sign-in cannot go on' },
  errorLead: {
    zh: '请回到节点页面，重新点击“登录”。若仍不成功，请把下面的代码告诉管理员。',
    en: 'Go back to the page of the node and choose “Sign in” again. If that does not help, tell the administrator the code below.',
  },
} as const satisfies Readonly<Record<string, Words>>;

const document = (language: Language, title: string, body: string): string => `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="/identity.css">
</head>
<body>
<main>
<p class="over">${words.product[language]}</p>
${body}
</main>
</body>
</html>
`;

export interface SignInView {
  readonly settings: IdentitySettings;
  readonly uid: string;
  /** The province whose accounts are shown. */
  readonly province: string;
  readonly language: Language;
}

const accountButton = ({ id, name, about, roles }: Account, language: Language): string =>
  `<li><button name="account" value="${escaped(id)}"><strong>${escaped(name[language])}</strong> <span>${escaped(about[language])}</span>` +
  ` <code>${escaped(roles.join(' '))}</code></button></li>`;

const groupsOf = (accounts: readonly Account[], language: Language): string => {
  const groups = new Map<string, Account[]>();
  for (const account of accounts) {
    const heading = account.group[language];
    groups.set(heading, [...(groups.get(heading) ?? []), account]);
  }
  return [...groups]
    .map(
      ([heading, members]) =>
        `<h2>${escaped(heading)}</h2>\n<ul class="accounts">${members.map((each) => accountButton(each, language)).join('\n')}</ul>`,
    )
    .join('\n');
};

/** The login page: provinces as links, the accounts of one as buttons. */
export const signInPage = ({ settings, uid, province, language }: SignInView): string => {
  const address = (code: string, tongue: Language): string => `/sign-in/${encodeURIComponent(uid)}?province=${code}&amp;lang=${tongue}`;
  const other: Language = language === 'zh' ? 'en' : 'zh';
  const tabs = settings.pages.map(({ province: code, name }) => {
    const current = code === province ? ' aria-current="page"' : '';
    return `<a href="${address(code, language)}"${current}>${escaped(name[language])} <small>${code}</small></a>`;
  });
  const accounts = settings.accounts.filter((account) => account.province === province);
  const [tongue, its] = other === 'zh' ? ['中文', 'zh-CN'] : ['English', 'en'];
  return document(
    language,
    `${words.title[language]} · ${words.product[language]}`,
    `<header>
<h1>${words.pick[language]}</h1>
<a class="tongue" hreflang="${its}" lang="${its}" href="${address(province, other)}">${tongue}</a>
</header>
<p class="demo">${words.demo[language]}</p>
<nav aria-label="${words.provinces[language]}">${tabs.join('\n')}</nav>
<form method="post" action="/sign-in/${escaped(encodeURIComponent(uid))}">
${groupsOf(accounts, language)}
<p class="end"><button class="plain" name="cancel" value="yes">${words.cancel[language]}</button></p>
</form>`,
  );
};

/** Asks whether to sign out; the form with its secret is the provider's. */
export const signOutPage = (language: Language, form: string): string =>
  document(
    language,
    words.signOut[language],
    `<h1>${words.signOut[language]}</h1>
<p class="lead">${words.signOutLead[language]}</p>
${form}
<p class="choices"><button class="main" type="submit" form="op.logoutForm" name="logout" value="yes">${words.yes[language]}</button>
<button class="plain" type="submit" form="op.logoutForm">${words.no[language]}</button></p>`,
  );

export const signedOutPage = (language: Language): string =>
  document(
    language,
    words.signedOut[language],
    `<h1>${words.signedOut[language]}</h1>\n<p class="lead">${words.signedOutLead[language]}</p>`,
  );

/** What went wrong, in the codes of OAuth. */
export const errorPage = (language: Language, fault: { readonly error: string; readonly error_description?: string | undefined }): string =>
  document(
    language,
    words.error[language],
    `<h1>${words.error[language]}</h1>
<p class="lead">${words.errorLead[language]}</p>
<p><code>${escaped(fault.error)}</code></p>
<p class="fault" lang="en">${escaped(fault.error_description ?? '')}</p>`,
  );
