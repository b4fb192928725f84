/** The auditor finds what it is there to find: a command that is nowhere, and one that stands twice. */
import { commandId } from '@yrd/ledger';
import { nodeHasher } from '@yrd/platform';
import { findings } from './audit.js';

test('a lost command and a doubled one are named; entries without a command are nobody’s', () => {
  const told = (key: string) => ({ organisation: 'org', operation: 'PlaceOrder', key });
  const id = (key: string) => commandId(nodeHasher, 'org', 'PlaceOrder', key);
  const found = findings([id('kept'), '', '', id('twice'), id('twice')], ['kept', 'twice', 'gone'].map(told));
  expect(found).toEqual({ commands: 2, lost: [told('gone')], doubled: [id('twice')] });
});
