#!/usr/bin/env node
// `npx yrd`: starts the compiled command line, or says in one sentence how to compile it. Committed, so that npm finds it before a build.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write('yrd is not compiled yet: run npx tsc -b once (npm start does it too). yrd 尚未编译：请先运行 npx tsc -b。\n');
  process.exitCode = 2;
}
