/**
 * The key file of a running node. A rotation makes its keys here first: their secrets are on the disk before the journal names them,
 * so that whatever ends the process in between leaves a node that can sign what it has written.
 */
import { readFileSync } from 'node:fs';
import { fingerprintOf, type RotateKey } from '@yrd/ledger';
import type { NodeConfig } from '../config/config.js';
import { loadNodeKeys, nextKeys, replaceNodeKeys, type NodeSecret } from './keys.js';
import { nodeHasher, nodeKeys, type NodeKeys } from './node-crypto.js';

/** What a rotation is to be. */
export interface WantedRotation {
  /** Id of the command: the same one gets the same keys. */
  readonly command: string;
  /** The line of the key in force. */
  readonly old: string;
  /** Domain ms; for ever without it. */
  readonly notAfterMs?: number;
  readonly reason: string;
}

/** Makes the keys of a rotation, and keeps them before anybody hears of them. */
export interface KeyKeeper {
  prepare(wanted: WantedRotation): Promise<RotateKey>;
}

/** Another process of the node may have written the file: it is looked at again this often at most, ms. */
const REREAD_MS = 2_000;

export class KeyFile implements KeyKeeper {
  readonly keys: NodeKeys;
  private writing: Promise<unknown> = Promise.resolve();
  private readAt = Date.now();

  private constructor(
    private readonly path: string,
    readonly secret: NodeSecret,
  ) {
    this.keys = nodeKeys(secret.keys, () => this.reread());
  }

  /** Throws one sentence when the file cannot be used. */
  static async open(path: string): Promise<KeyFile> {
    return new KeyFile(path, await loadNodeKeys(path));
  }

  /** The body of the command; the keys in it are held from now on. Two at once are made one after the other. */
  prepare(wanted: WantedRotation): Promise<RotateKey> {
    const prepared = this.writing.then(() => this.make(wanted));
    this.writing = prepared.catch(() => undefined);
    return prepared;
  }

  private async make({ command, old, notAfterMs, reason }: WantedRotation): Promise<RotateKey> {
    const secret = await loadNodeKeys(this.path);
    const kept = secret.rotations?.find((each) => each.command === command);
    if (!kept) {
      const { keys, stated } = nextKeys(secret, old, notAfterMs);
      const body = { old, ...stated, reason };
      const rotations = [...(secret.rotations ?? []), { command, body }];
      await replaceNodeKeys(this.path, { ...secret, keys: [...secret.keys, ...keys], rotations });
      this.keys.add(keys);
      return body;
    }
    this.keys.add(secret.keys);
    return kept.body;
  }

  private reread(): readonly string[] {
    if (Date.now() - this.readAt < REREAD_MS) return [];
    this.readAt = Date.now();
    try {
      return (JSON.parse(readFileSync(this.path, 'utf8')) as NodeSecret).keys;
    } catch {
      // It was whole when this process started; what cannot be read now brings nothing new.
      return [];
    }
  }
}

/** Name → short form of each key that the federation file names for the node itself. */
export const pinnedFingerprints = ({
  federation,
  province,
}: Pick<NodeConfig, 'federation' | 'province'>): Readonly<Record<string, string>> => {
  const node = federation.nodes.find((each) => each.province === province);
  const journals = [...Object.values(node?.journals ?? {}), ...Object.values(node?.sm2 ?? {})].map(({ key }) => key);
  const lines = [node?.identity ?? '', ...journals, ...Object.values(node?.cosigners ?? {})];
  return Object.fromEntries(lines.map((line) => [line.split('+')[0] ?? '', fingerprintOf(nodeHasher, line)]));
};
