/** docs/ACCESS.md, printed from the access table: who may do and see what. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessTable, CONDITIONS, PURPOSES, ROLES, SCOPES, type AccessRow, type Scope } from '@yrd/contracts';

export const ACCESS_DOCUMENT = 'docs/ACCESS.md';

const line = (name: string, { roles, condition, zh, en }: AccessRow): string => {
  const who = roles === 'anybody' ? 'anybody' : roles.map((role) => `\`${role}\``).join(', ');
  const { zh: whoseZh, en: whose } = CONDITIONS[condition];
  return `| \`${name}\` | ${zh} · ${en.replaceAll('|', '\\|')} | ${who} | ${condition === 'none' ? '' : `${whoseZh} · ${whose}`} |`;
};

/** The document as it has to stand. */
export const accessDocument = (): string => {
  const rows = Object.entries<AccessRow>(accessTable);
  const table = (heading: string, chosen: typeof rows): readonly string[] => [
    `## ${heading}`,
    '',
    '| row | what | roles | condition |',
    '| --- | --- | --- | --- |',
    ...chosen.map(([name, row]) => line(name, row)),
    '',
  ];
  const isReading = ([name]: (typeof rows)[number]): boolean => /^(Read|Count|Ask(?!Attestation|Erasure)|Follow)/.test(name);
  return [
    '# Who may do and see what',
    '',
    'Printed from `libs/contracts/src/access-*.ts` by `npm run access-table`; a test fails when it is older than the table.',
    'Every route has one row, and a service with a route of no row does not start. A command is decided by the same row, so that the',
    'screen and the decision agree. Everybody acts at the home node of his organisation; another one answers 421 with its address.',
    'What belongs to another organisation is answered like what is not there (404), and the attempt is an entry of the audit, which its',
    'owner sees at `/v1/audit/mine`. So is every command that was carried out, every refusal, and every reading under a condition or of',
    'the audit itself. Who says in the header `Yrd-Purpose` what he reads for has that recorded: one of',
    `${Object.entries(PURPOSES)
      .map(([word, zh]) => `\`${word}\` ${zh}`)
      .join(', ')}.`,
    '',
    '| role | 角色 |',
    '| --- | --- |',
    ...Object.entries(ROLES).map(([role, zh]) => `| \`${role}\` | ${zh} |`),
    '',
    ...table(
      'Commands',
      rows.filter((row) => !isReading(row)),
    ),
    ...table('Readings', rows.filter(isReading)),
    '## Scopes of machines',
    '',
    'A system of an enterprise or agency (OAuth client credentials) has the roles of its organisation, and no more rows than its scopes',
    'name. A person who lends one of these scopes to a client is limited to it there. No scope names a row that only clerks have.',
    '',
    '| scope | what | rows |',
    '| --- | --- | --- |',
    ...Object.entries<Scope>(SCOPES).map(
      ([name, { zh, en, rows: opened }]) => `| \`${name}\` | ${zh} · ${en} | ${opened.map((each) => `\`${each}\``).join(', ')} |`,
    ),
    '',
  ].join('\n');
};

/** Writes the document anew. */
export const writeAccessDocument = (root: string): void => writeFileSync(join(root, ACCESS_DOCUMENT), accessDocument());
