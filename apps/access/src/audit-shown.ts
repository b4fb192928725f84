/** A record of the audit as it is answered: whole to auditors, to a party without what would tell of others. */
import type { AuditRow } from '@yrd/access';
import { CONCEALED } from '@yrd/contracts';
import type { Actor } from '@yrd/ledger';
import type { Cell } from '@yrd/platform';

const DAY_MS = 86_400_000;

/** Everything, with the day until which it has to be kept (domain 1.8). */
export const shownRecord = ({ ids: _, concerns: __, ...row }: AuditRow, retentionDays: number) => ({
  ...row,
  time: new Date(row.at).toISOString(),
  keepUntil: new Date(row.at + retentionDays * DAY_MS).toISOString().slice(0, 10),
});
export type ShownRecord = ReturnType<typeof shownRecord>;

/** E-ROW would tell that the thing is there: to whom it was refused, it is the same as nothing. */
const told = (code: string | null): string | null => (code === CONCEALED ? 'E-NOTFOUND' : code);

/** What somebody sees of a record that concerns him: who acted and from where is shown of his own acts only. */
export const shownToParty = (row: AuditRow, actor: Actor) => {
  const { id, at, outcome, code, organisation, province, roles, about, purpose, policyVersion, position } = row as AuditRow & {
    id: string;
  };
  const own = row.person === actor.person;
  const shown = {
    id,
    at,
    time: new Date(at).toISOString(),
    outcome,
    row: row.row,
    organisation,
    province,
    roles,
    about,
    purpose,
    policyVersion,
    position,
  };
  return { ...shown, code: own ? told(code) : code, own, ...(own ? { address: row.address, trace: row.trace } : {}) };
};

/** Columns of the table for people: heading and cell. */
const COLUMNS: readonly (readonly [heading: string, cell: (record: ShownRecord) => Cell])[] = [
  ['序号 index', ({ index }) => index],
  ['时间 time', ({ time }) => time],
  ['结果 outcome', ({ outcome }) => outcome],
  ['事项 row', ({ row }) => row],
  ['代码 code', ({ code }) => code],
  ['人员 person', ({ person }) => person],
  ['机构 organisation', ({ organisation }) => organisation],
  ['省份 province', ({ province }) => province],
  ['角色 roles', ({ roles }) => roles.join(' ')],
  ['对象 about', ({ about }) => about.join(' ')],
  ['所属机构 parties', ({ parties }) => parties.join(' ')],
  ['目的 purpose', ({ purpose }) => purpose],
  ['政策版本 policy', ({ policyVersion }) => policyVersion],
  ['地址 address', ({ address }) => address],
  ['追踪号 trace', ({ trace }) => trace],
  ['位置 position', ({ position }) => position],
  ['次数 count', ({ count }) => count],
  ['保存至 keep until', ({ keepUntil }) => keepUntil],
];
export const auditHeadings: readonly Cell[] = COLUMNS.map(([heading]) => heading);
export const auditCells = (record: ShownRecord): readonly Cell[] => COLUMNS.map(([, cell]) => cell(record));
