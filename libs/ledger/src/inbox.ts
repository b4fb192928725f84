/** What arrives on the others' topics: blocks, beats, questions and answers, each handed to the part that knows it. */
import { decodeWire } from './block.js';
import { hex } from './bytes.js';
import type { Healing } from './healing.js';
import { topics } from './ids.js';
import type { NodeOptions } from './node.js';
import type { BusMessage, Subscription } from './ports.js';
import { topicOf } from './publisher.js';
import type { Replica } from './replica.js';
import type { Witness } from './witness.js';

export class Inbox {
  private readonly subscriptions: Subscription[] = [];

  constructor(
    private readonly options: NodeOptions,
    private readonly replicas: ReadonlyMap<string, Replica>,
    private readonly witness: Witness,
    private readonly healing: Healing,
    private readonly onBeat: () => void,
  ) {}

  async open(peers: readonly string[]): Promise<void> {
    const { world, province, instance, context } = this.options;
    const group = `yrd.${province}.${context.name}`;
    const live = peers.map((peer) => topics.journal(peer, context.name));
    this.subscriptions.push(
      await world.bus.subscribe({ topics: live, group: `${group}.journals`, from: 'earliest' }, (message) => this.live(message)),
    );
    // Beats, questions and answers are only worth anything when they are new: a group of its own at each start begins at the end.
    const now = `${group}.now.${instance}.${hex(world.random.bytes(4))}`;
    const spoken = peers.flatMap((peer) => [topics.witness(peer), topics.sync(peer), topics.heal(peer)]);
    this.subscriptions.push(await world.bus.subscribe({ topics: spoken, group: now, from: 'latest' }, (message) => this.spoken(message)));
  }

  async close(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => subscription.close()));
  }

  private async live(message: BusMessage): Promise<void> {
    const block = decodeWire(message.value);
    const replica = [...this.replicas.values()].find(({ journal }) => topicOf(journal.name) === message.topic);
    // One writing province a topic: a journal that turns up on another's is not taken from there.
    const received = block && replica?.journal.name === block.journal ? await replica.receive(block) : 'malformed';
    if (received === 'malformed') this.options.world.notice({ level: 'warn', what: 'replica.malformed', facts: { topic: message.topic } });
    if (!replica) return;
    const unread = received === 'malformed' || received === 'broken' || received === 'distrusted';
    if (unread || received === 'gap') this.inBackground(this.healing.heal(replica.journal.name, unread));
  }

  private async spoken(message: BusMessage): Promise<void> {
    if (message.topic.endsWith('.witness')) {
      await this.witness.hear(message.value, message.topic.split('.')[1] ?? '');
      this.onBeat();
    } else if (message.topic.endsWith('.heal')) await this.healing.take(message);
    else this.inBackground(this.healing.answer(message));
  }

  private inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.options.world.notice({ level: 'warn', what: 'healing.failed', facts: { why: String(error) } }));
  }
}
