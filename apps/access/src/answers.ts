/** What single reads of the access register answer: each field with what it means and its unit. */
import { Retention } from '@yrd/contracts';
import { CommandAnswered, NULLABLE, OPTIONAL, Shown, shownRow } from '@yrd/platform';
import { personListed } from './list-rows.js';

const word = { class: ['记录类别', 'class of the records'], basis: ['保存依据代码', 'code of the clause that demands it'] } as const;

const DutyShown = shownRow('RetentionDuty', { ...word, untilMs: ['保存至', 'kept until', 'time'] });
export const PersonShown = shownRow('PersonShown', {
  ...personListed,
  duties: ['各项保存义务', 'duties to keep the records', 'objects', { of: () => DutyShown }],
});

/** A reading of full values: what was written first, and the values. */
export class Disclosed extends CommandAnswered {
  @Shown({ zh: '所读字段的全值', en: 'field → its full value' }, 'map', { each: 'text' })
  values: Readonly<Record<string, string>>;
}

/** An erasure was asked for. */
export class ErasureAsked extends CommandAnswered {
  @Shown({ zh: '删除编号', en: 'id of the erasure' })
  erasure: string;

  @Shown({ zh: '状态', en: 'state of the person here' }, 'text', { enum: ['held', 'asked', 'postponed', 'erased'] })
  state: string;
}

const AttestedShown = shownRow('ErasureAttested', {
  outcome: ['结果', 'what came of it'],
  atMs: ['时间', 'when', 'time'],
  keyBackupDays: ['密钥备份留存天数', 'days for which backups of keys may hold it', 'whole', OPTIONAL],
  basis: [...word.basis, 'text', OPTIONAL],
  untilMs: ['保存至', 'kept until', 'time', OPTIONAL],
});
export const ErasureShown = shownRow('ErasureShown', {
  id: ['删除编号', 'id'],
  person: ['人员编号', 'id of the person'],
  askedMs: ['申请时间', 'when it was asked for', 'time'],
  shared: ['是否告知外省', 'whether other nodes were asked too', 'yesno'],
  provinces: ['各省答复', 'province → what it attests', 'map', { of: () => AttestedShown }],
  state: ['状态', 'state of the person here', 'text', { enum: ['held', 'asked', 'postponed', 'erased'] }],
  done: ['已答复的省数', 'provinces that have answered', 'whole'],
});

const pack = JSON.parse(JSON.stringify(Retention)) as { properties: object; required: readonly string[] };
const RETENTION_ITEM = {
  ...pack,
  properties: { ...pack.properties, adopted: { type: 'boolean', description: '已采用 · whether it was adopted' } },
  required: [...pack.required, 'adopted'],
};
export const RetentionShown = shownRow('RetentionShown', {
  inForce: ['现行保存期限', 'the pack in force', 'object', { ...NULLABLE, schema: Retention }],
  items: ['本节点可采用的版本', 'packs that this node can adopt', 'objects', { schema: RETENTION_ITEM }],
});
