/** What is printed for people is what is enforced. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCESS_DOCUMENT, accessDocument } from './access-document.js';
import { findRoot } from './tidy-files.js';

test('docs/ACCESS.md is as new as the access table: print it with npm run access-table', () => {
  expect(readFileSync(join(findRoot(), ACCESS_DOCUMENT), 'utf8')).toBe(accessDocument());
});
