/** The refusals that every service can give, with their HTTP status and their words. A context adds its own. */

import type { Code } from '@yrd/contracts';

export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** How a code is shown: its words are the title and never change; `detail` may name facts as `{fact}`. */
export interface CodeRow extends Words, Pick<Code, 'status'> {
  /** The rule that refuses. */
  readonly clause?: string;
  readonly detail?: Words;
}

export type CodeTable = Readonly<Record<string, CodeRow>>;

const row = (status: number, title: readonly [zh: string, en: string], detail?: readonly [zh: string, en: string]): CodeRow => ({
  status,
  zh: title[0],
  en: title[1],
  ...(detail === undefined ? {} : { detail: { zh: detail[0], en: detail[1] } }),
});

export const nodeCodes = {
  'E-VALIDATION': row(
    400,
    ['输入有误', 'The input is not valid'],
    ['共 {count} 处有误，见 errors。', 'Wrong fields: {count}. They are listed in errors.'],
  ),
  'E-MALFORMED': row(400, ['请求无法解析', 'The request cannot be read'], ['{reason}', '{reason}']),
  'E-AUTH': row(401, ['未认证', 'Not authenticated'], ['需要有效的访问令牌：{reason}。', 'A valid access token is needed: {reason}.']),
  'E-ROLE': row(403, ['权限不足', 'Not allowed'], ['需要以下角色之一：{needed}。', 'One of these roles is needed: {needed}.']),
  'E-SCOPE': row(
    403,
    ['超出令牌范围', 'Beyond the scope of the token'],
    ['需要以下范围之一：{needed}。', 'One of these scopes is needed: {needed}.'],
  ),
  'E-CODE': row(
    403,
    ['一次性代码无效', 'The one-time code is not good'],
    [
      '代码有误、已使用或已过期；在尚无安全管理员时，节点下次启动会打印新的代码。',
      'It is wrong, used or too late. While there is no security administrator, the node prints a new one at a later start.',
    ],
  ),
  'E-DUTIES': row(
    403,
    ['三员分立', 'Another duty stands in the way'],
    ['系统管理员与审计管理员不得兼任安全管理员。', 'Who runs or audits the node does not administer its security as well.'],
  ),
  'E-LAST': row(
    409,
    ['最后一位安全管理员不可免去', 'The last security administrator stays'],
    ['请先任命另一位。', 'Name another one first.'],
  ),
  'E-NOTFOUND': row(404, ['不存在', 'Not found'], ['此处没有这样的内容。', 'There is nothing here by that name.']),
  'E-METHOD': row(405, ['方法不允许', 'Method not allowed']),
  'E-SLOW': row(
    408,
    ['请求超时', 'The request came too slowly'],
    ['请求体须在 {timeoutMs} 毫秒内送达。', 'The body must arrive within {timeoutMs} ms.'],
  ),
  'E-FROZEN': row(409, ['此项已冻结，待运维人员裁定', 'This is frozen until an operator decides']),
  'E-KEY': row(409, ['签名密钥已过期，或不能这样更换', 'A signing key has expired, or cannot be changed like this'], ['{why}', '{why}']),
  'E-CLOCK': row(409, ['时钟不能倒退', 'The clock never goes back'], ['现在是 {now}。', 'It is {now} now.']),
  'E-TOO-LARGE': row(413, ['请求体过大', 'The body is too large'], ['上限为 {limitBytes} 字节。', 'The limit is {limitBytes} bytes.']),
  'E-MEDIA-TYPE': row(
    415,
    ['不支持的内容类型', 'Unsupported content type'],
    ['请以未压缩的 application/json（UTF-8）发送。', 'Send application/json in UTF-8, not compressed.'],
  ),
  'E-FILE-TYPE': row(
    415,
    ['不支持的文件类型', 'Unsupported type of file'],
    [
      '请以 text/csv 或 application/vnd.openxmlformats-officedocument.spreadsheetml.sheet 直接发送文件内容，不压缩、不用表单。',
      'Send the file itself as text/csv or application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: not compressed, no form.',
    ],
  ),
  'E-DOCUMENT': row(
    415,
    ['不接受的文件种类', 'A kind of file that is not taken'],
    [
      '按文件起始字节辨认，可接受：{types}。请直接发送文件内容，不压缩、不用表单。',
      'Taken are {types}, told by the first bytes. Send the file itself: not compressed, no form.',
    ],
  ),
  'E-FILE-ELSEWHERE': row(
    404,
    ['此节点没有该文件', 'This node does not hold the file'],
    [
      '文件不出省：该文件应在以下省份的节点提交并保存：{provinces}。请向该省对方当事人或主管部门索取，或由本省当事人在此提交（POST /v1/files）。',
      'Files never cross a border: it is for the node of {provinces} to hold it. Ask the party or the office there for it, ' +
        'or let the party of this province hand it in here (POST /v1/files).',
    ],
  ),
  'E-FILE-MISSING': row(
    409,
    ['所列文件尚未提交', 'A file that is named was not handed in'],
    [
      '请先由本机构在本节点提交：POST /v1/files，再办理。缺少：{hashes}。',
      'Hand it in here first, by the organisation that names it: POST /v1/files, then try again. Missing: {hashes}.',
    ],
  ),
  'E-FILE-DAMAGED': row(
    500,
    ['所存文件已损坏或丢失', 'The stored file is damaged or gone'],
    [
      '存储内容与其 SHA-256 不符，不予提供。请由持有原件的一方再次提交：POST /v1/files。',
      'What is stored does not have this SHA-256, so it is not given out. Let who has the original hand it in again: POST /v1/files.',
    ],
  ),
  'E-TABLE': row(422, ['表格无法读取', 'The table cannot be read'], ['{reason}', '{reason}']),
  'E-HOME': row(
    421,
    ['请到贵机构所在省的节点办理', 'This is not your home node'],
    ['贵机构属于 {home}，请使用 {address}。', 'Your organisation is at home in {home}: use {address}.'],
  ),
  'E-RATE': row(
    429,
    ['请求过于频繁', 'Too many requests'],
    ['每 {windowS} 秒最多 {limit} 次，请按 Retry-After 稍后再试。', 'At most {limit} in {windowS} s; come back after Retry-After.'],
  ),
  'E-BUSY': row(429, ['繁忙', 'Too busy'], ['请稍后再试。', 'Try again in a moment.']),
  'E-INTERNAL': row(500, ['内部错误', 'Internal error'], ['已记录，请提供 traceId。', 'It was logged; please quote the traceId.']),
  'E-UNAVAILABLE': row(503, ['暂时无法处理', 'Not available now'], ['{reason}', '{reason}']),
  'E-NOT-REACHED': row(
    503,
    ['尚未读到所要求的位置', 'The position asked for is not reached yet'],
    ['在 {waitedMs} 毫秒内未读到 {position}，请重试。', '{position} was not reached within {waitedMs} ms; try again.'],
  ),
} as const satisfies CodeTable;

export type NodeCode = keyof typeof nodeCodes;
