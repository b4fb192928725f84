// A canary workspace: the real rules, tags and versions of this tree in a scratch folder, with files that break one law each. Linting it
// shows whether the laws are enforced. An invented context and its service stand in for neighbours that may not exist yet.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { listFiles } from './tidy-files.js';

/** One file put into the canary workspace: where it would stand in the tree, and its text. */
export interface CanaryFile {
  readonly at: string;
  readonly text: string;
}

/** What lint said about one file. */
export interface Finding {
  readonly rule: string;
  readonly message: string;
}

interface LintResult {
  readonly filePath: string;
  readonly messages: readonly { ruleId: string | null; message: string }[];
}

const COPIED = ['package-lock.json', '.gitignore', 'nx.json', 'eslint.config.mjs', 'tsconfig.base.json', 'tsconfig.spec.json'];
const LINT_TIMEOUT_MS = 120_000; // Ten times what it takes on a busy machine of two cores.
const NEIGHBOUR_SCOPE = 'scope:canary';
const neighbour = (name: string, type: string) => ({
  name,
  version: '0.1.0',
  private: true,
  type: 'module',
  exports: { '.': './src/index.ts' },
  nx: { projectType: 'library', tags: [`type:${type}`, NEIGHBOUR_SCOPE] },
});

/** The scratch copy. Close it when done: it is a folder of the system's temporary place. */
export class CanaryWorkspace {
  readonly folder: string;
  private readonly environment: NodeJS.ProcessEnv;

  constructor(root: string, files: readonly CanaryFile[]) {
    this.folder = mkdtempSync(join(tmpdir(), 'canary-'));
    const { NX_TASK_TARGET_TARGET: _, NX_WORKSPACE_ROOT_PATH: __, ...inherited } = process.env;
    this.environment = { ...inherited, NX_DAEMON: 'false', NX_WORKSPACE_ROOT_PATH: this.folder, FORCE_COLOR: '0' };
    const packages = listFiles(root).filter((path) => path.endsWith('package.json'));
    for (const path of [...COPIED, ...packages]) cpSync(join(root, path), join(this.folder, path));
    this.write('libs/contexts/canary/package.json', JSON.stringify(neighbour('@yrd/canary', 'context')));
    this.linkModules(root, [...packages.filter((path) => path !== 'package.json'), 'libs/contexts/canary/package.json']);
    for (const { at, text } of files) this.write(at, text);
  }

  /** Lints the whole workspace once, in one process. @returns the findings of each file, by its path in the tree. */
  lint(): Map<string, Finding[]> {
    const { stdout, stderr } = this.run('node_modules/eslint/bin/eslint.js', ['.', '--format', 'json']);
    if (!stdout.startsWith('[')) throw new Error(`ESLint gave no result in the canary workspace: ${stderr.slice(0, 2_000)}`);
    const results = JSON.parse(stdout) as LintResult[];
    const findings = ({ messages }: LintResult) => messages.map(({ ruleId, message }) => ({ rule: ruleId ?? 'parse', message }));
    return new Map(results.map((result) => [result.filePath.slice(this.folder.length + 1), findings(result)]));
  }

  /** Lints one project the way everybody does, `nx run <project>:lint`. @returns exit code and what it printed. */
  lintByNx(project: string): { status: number | null; output: string } {
    const { status, stdout, stderr } = this.run('node_modules/nx/dist/bin/nx.js', ['run', `${project}:lint`, '--skip-nx-cache']);
    return { status, output: stdout + stderr };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The installed packages by link, and our own by links into this copy, each with a source that is nothing but a song. */
  private linkModules(root: string, ours: readonly string[]): void {
    const modules = join(this.folder, 'node_modules');
    mkdirSync(join(modules, '@yrd'), { recursive: true });
    const installed = readdirSync(join(root, 'node_modules')).filter((name) => name !== '@yrd');
    for (const name of installed) symlinkSync(join(root, 'node_modules', name), join(modules, name));
    for (const path of ours) {
      const { name } = JSON.parse(readFileSync(join(this.folder, path), 'utf8')) as { name: string };
      symlinkSync(join(this.folder, dirname(path)), join(modules, name));
      this.write(join(dirname(path), 'src/index.ts'), 'export const song = 1;\n');
    }
  }

  private write(at: string, text: string): void {
    mkdirSync(dirname(join(this.folder, at)), { recursive: true });
    writeFileSync(join(this.folder, at), text);
  }

  private run(script: string, args: readonly string[]) {
    return spawnSync(process.execPath, [join(this.folder, script), ...args], {
      cwd: this.folder,
      env: this.environment,
      encoding: 'utf8',
      timeout: LINT_TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
  }
}
