/** Rows about persons: who may record, read, correct and erase what a node holds of them. */
import { entry, open, organisations, row, staff, supervisor, type AccessRow } from './access-rows.js';

const clerks = [...entry, ...supervisor] as const;
/** Who runs the machines has no business with persons. */
const desks = staff.filter((role) => role !== 'operator');

export const personRows = {
  AdoptRetention: row(supervisor, 'none', '采用个人信息保存期限', 'Adopt how long records with personal data must be kept'),
  RecordPerson: row([...organisations, ...entry], 'ownPersonOrStaff', '登记人员（加密保存）', 'Record a person; every field is sealed'),
  CorrectPerson: row([...organisations, ...entry], 'ownPersonOrStaff', '更正人员信息', 'Correct what is recorded of a person'),
  BindAccount: row([...organisations, ...entry], 'ownPersonOrStaff', '将人员与其登录账号关联', 'Say which account is the person’s own'),
  DisclosePerson: {
    ...row(
      [...organisations, ...desks],
      'ownPersonOrStaff',
      '查阅人员完整信息，须说明目的；查阅留痕，本人可见',
      'Read full values for a purpose; the reading is an entry that the person can see',
    ),
    audited: 'itself',
  },
  AskErasure: row([...organisations, ...clerks], 'selfOrClerk', '申请删除个人信息', 'Ask for the erasure of a person’s data in every node'),
  ReadRetention: open('本省个人信息保存期限及其采用情况', 'How long records with personal data are kept here'),
  ReadPersons: row([...organisations, ...desks], 'ownPersonOrStaff', '人员列表（已脱敏）', 'Persons, masked'),
  ReadPerson: row([...organisations, ...desks], 'ownPersonOrStaff', '一名人员（已脱敏）', 'One person, masked'),
  ReadDisclosures: row([...organisations, 'auditor'], 'ownPersonOrSelf', '谁查阅过该人员的完整信息', 'Who read full values of a person'),
  ReadErasure: row(
    [...organisations, ...clerks, 'auditor'],
    'ownPersonOrStaff',
    '一次删除申请在各省的办理情况',
    'What each province did about an erasure',
  ),
} as const satisfies Readonly<Record<string, AccessRow>>;
