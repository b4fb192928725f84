/** From words on a command line to an exit code. */
import { readAsked, type Command, type Io } from './command.js';
import { COMMANDS } from './commands.js';
import { helpFor, helpOf } from './help.js';
import { EXIT, Failure, type ExitCode } from './outcome.js';
import { isLang, type Lang } from './words.js';

/** The command that the first one or two words name, and how many they were. */
const named = (words: readonly string[]): { readonly command: Command; readonly used: number } | null => {
  for (const used of [2, 1]) {
    const path = words.slice(0, used).join(' ');
    const command = COMMANDS.find((each) => each.path === path);
    if (command) return { command, used };
  }
  return null;
};

/** The language before anything else is known. */
const spoken = (words: readonly string[], io: Io): Lang => {
  const given =
    words.find((_, at) => words[at - 1] === '--lang') ?? words.find((word) => word.startsWith('--lang='))?.slice('--lang='.length);
  return given !== undefined && isLang(given) ? given : io.settings.lang;
};

const helped = (words: readonly string[], lang: Lang, io: Io): ExitCode => {
  const [first = ''] = words.filter((word) => !word.startsWith('-') && word !== 'help' && !isLang(word));
  const group = COMMANDS.filter(({ path }) => path === first || path.startsWith(`${first} `));
  const asked = words.length === 0 || words.includes('--help') || words[0] === 'help';
  if (asked && (first === '' || group.length > 0)) {
    void io.out(helpOf(first === '' ? COMMANDS : group, lang));
    return EXIT.ok;
  }
  const what = words.filter((word) => !word.startsWith('-')).join(' ');
  const sentence = {
    en: `There is no command "${what}": use one of these.`,
    zh: `没有命令“${what}”：请使用以下之一。`,
  }[lang];
  io.err(`${sentence}\n\n${helpOf(group.length > 0 ? group : COMMANDS, lang)}`);
  return EXIT.usage;
};

/** Says what went wrong: a sentence on standard error, and under `--json` the same as JSON on standard output. */
const told = async (error: unknown, words: readonly string[], io: Io): Promise<ExitCode> => {
  if (!(error instanceof Failure)) {
    io.err(`${String(error instanceof Error ? error.stack : error)}\n`);
    return EXIT.broken;
  }
  const { code, words: said, rejection } = error;
  io.err(`${said[spoken(words, io)]}\n`);
  if (words.includes('--json')) await io.out(`${JSON.stringify({ error: { exit: code, code: rejection ?? null, ...said } }, null, 2)}\n`);
  return code;
};

/** Carries out what the words ask for. Never throws; answers the exit code. */
export const run = async (words: readonly string[], io: Io): Promise<ExitCode> => {
  try {
    const found = named(words);
    if (!found) return helped(words, spoken(words, io), io);
    const asked = readAsked(found.command, words.slice(found.used), io);
    if (asked.flag('help')) {
      await io.out(helpFor(found.command, asked.lang));
      return EXIT.ok;
    }
    return await (
      await found.command.load()
    )(asked);
  } catch (error) {
    return told(error, words, io);
  }
};
