/** `yrd replay`: all views of a context built anew beside those in use, while the node works; they change over when both are level. */
import { randomUUID } from 'node:crypto';
import { NodeClient } from './client.js';
import type { Run } from './command.js';
import { nodeOf } from './nodes.js';
import { EXIT } from './outcome.js';

interface Views {
  readonly context: string;
  readonly generation: number;
  readonly rebuilding: { readonly folded: number; readonly of: number } | null;
}

const PAUSE_MS = 500;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** Begins a rebuild, or follows one that is under way, until the views have changed over. */
export const replay: Run = async (asked) => {
  const client = new NodeClient(asked, nodeOf(asked), 'operator');
  const context = asked.value('context') ?? 'voucher';
  const address = `/v1/views/${context}`;
  let views = await client.post<Views>(`${address}/rebuild`, {}, randomUUID());
  while (views.rebuilding !== null && !asked.flag('no-wait')) {
    const { folded, of } = views.rebuilding;
    if (!asked.json) asked.note({ en: `${folded} of ${of} entries folded anew`, zh: `已重新折叠 ${of} 条中的 ${folded} 条` });
    await pause();
    views = await client.get<Views>(address);
  }
  const { generation, rebuilding } = views;
  await asked.answer(views, () =>
    rebuilding === null
      ? asked.in({ en: `The views of ${context} are rebuild ${generation} now.\n`, zh: `${context} 的视图现为第 ${generation} 次重建。\n` })
      : asked.in({
          en: `The views of ${context} are being rebuilt; ask again to follow it.\n`,
          zh: `${context} 的视图正在重建；再次运行可跟踪进度。\n`,
        }),
  );
  return EXIT.ok;
};
