/** The federation file, read strictly: who takes part, where, and with which pinned keys. */
import { createPublicKey, verify } from 'node:crypto';
import {
  boxName,
  certificateText,
  cosignerName,
  identityName,
  originOf,
  sm2Material,
  sm2Name,
  type CertifiedKey,
  type Federation,
  type FederationNode,
  type RepinnedKey,
} from '@yrd/ledger';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** C2SP verifier line: name, key id, base64 of algorithm byte and public key: 32 bytes, or those of an SM2 key with its label. */
const lineShape = /^([^+\s]+)\+[0-9a-f]{8}\+([A-Za-z0-9+/]{44}|\/[A-Za-z0-9+/]{110}=)$/;
// RFC 8410 §4: what stands before the 32 bytes in the SPKI form of an Ed25519 key.
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

const ED25519_BYTES = 32;
/** The label and the point of an SM2 key. */
const SM2_BYTES = sm2Material(new Uint8Array(64)).length;

/** The public key of a verifier line of this name; null when the line is malformed, of another name or another length. */
const publicKeyOf = (line: string, name: string, length: number): Buffer | null => {
  const [, found, encoded] = lineShape.exec(line) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  return found === name && bytes.length === 1 + length ? bytes.subarray(1) : null;
};

const certified = (identity: Buffer, { key: line, certificate, notAfterMs }: CertifiedKey): boolean => {
  const key = createPublicKey({ key: Buffer.concat([spkiPrefix, identity]), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(certificateText(line, notAfterMs)), key, Buffer.from(certificate, 'base64'));
};

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Reads one node and says what is wrong with it. */
class NodeReader {
  constructor(
    private readonly federation: string,
    private readonly say: (fault: string) => void,
  ) {}

  text(of: Json, field: string, shape: RegExp, form: string): string {
    const value = of[field];
    if (typeof value === 'string' && shape.test(value)) return value;
    this.say(`"${field}" must be ${form}`);
    return '';
  }

  only(of: Json, fields: readonly string[], where: string): void {
    for (const field of Object.keys(of)) if (!fields.includes(field)) this.say(`${where} has a field "${field}" that nobody knows`);
  }

  line(value: unknown, name: string, length = ED25519_BYTES): Buffer | null {
    const key = typeof value === 'string' ? publicKeyOf(value, name, length) : null;
    if (key === null) this.say(`the key of ${name} must be a verifier line of exactly that name`);
    return key;
  }

  /** A key that the identity key has to certify, perhaps up to a time; `more` names what else may stand beside it. */
  private one(value: unknown, name: string, identity: Buffer | null, length?: number, more: readonly string[] = []): CertifiedKey {
    const { key, certificate, notAfterMs, ...rest } = isObject(value) ? value : {};
    this.only(rest, more, `the key of ${name}`);
    const line = this.line(key, name, length) === null ? '' : String(key);
    if (notAfterMs !== undefined && !isWhole(notAfterMs)) this.say(`"notAfterMs" of the key of ${name} must be a whole number of ms`);
    const until = isWhole(notAfterMs) ? { notAfterMs } : {};
    const stated = { key: line, certificate: typeof certificate === 'string' ? certificate : '', ...until };
    if (line !== '' && identity !== null && !certified(identity, stated))
      this.say(`the key of ${name} is not certified by the node's identity key: take the file that the node itself published`);
    return stated;
  }

  /** Keys that the identity key has to certify, one for each context. */
  certified(
    of: Json,
    nameOf: (context: string) => string,
    identity: Buffer | null,
    length?: number,
  ): Readonly<Record<string, CertifiedKey>> {
    return Object.fromEntries(Object.entries(of).map(([context, value]) => [context, this.one(value, nameOf(context), identity, length)]));
  }

  /** The keys of journals: the first, and under `then` those that were agreed on out of band, each from a larger size on. */
  journals(of: Json, province: string, identity: Buffer | null): FederationNode['journals'] {
    const { federation } = this;
    return Object.fromEntries(
      Object.entries(of).map(([context, value]) => {
        const name = originOf(federation, `${province}/${context}`);
        const first = this.one(value, name, identity, undefined, ['then']);
        const listed = isObject(value) ? value['then'] : undefined;
        if (listed !== undefined && !Array.isArray(listed)) this.say(`"then" of the key of ${name} must be a list of keys`);
        let before = 0;
        const then = (Array.isArray(listed) ? listed : []).map((each: unknown): RepinnedKey => {
          const { from, sm2 } = isObject(each) ? each : {};
          if (!isWhole(from) || from <= before) this.say(`"from" of a later key of ${name} must be a size beyond that of the key before`);
          before = isWhole(from) ? from : before;
          const second = sm2 !== undefined && { sm2: this.one(sm2, sm2Name(federation, province, context), identity, SM2_BYTES) };
          return { ...this.one(each, name, identity, undefined, ['from', 'sm2']), from: before, ...second };
        });
        return [context, { ...first, ...(then.length > 0 && { then }) }];
      }),
    );
  }

  cosigners(of: Json, province: string): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(of).map(([context, line]) => {
        this.line(line, cosignerName(this.federation, province, context));
        return [context, String(line)];
      }),
    );
  }

  node(value: unknown): FederationNode {
    const of = isObject(value) ? value : {};
    this.only(of, ['province', 'name', 'url', 'identity', 'journals', 'cosigners', 'boxes', 'sm2'], 'it');
    const province = this.text(of, 'province', /^\d{2}$/, 'two digits');
    const identity = this.line(of['identity'], identityName(this.federation, province));
    const part = (name: string): Json => (isObject(of[name]) ? of[name] : {});
    return {
      province,
      name: this.text(of, 'name', /^.{1,100}$/u, 'a name of 1 to 100 characters'),
      url: this.text(of, 'url', /^https?:\/\/[^\s?#]+$/, 'an http(s):// address').replace(/\/+$/, ''),
      identity: String(of['identity']),
      journals: this.journals(part('journals'), province, identity),
      cosigners: this.cosigners(part('cosigners'), province),
      sm2: this.certified(part('sm2'), (context) => sm2Name(this.federation, province, context), identity, SM2_BYTES),
      boxes: this.certified(part('boxes'), (context) => boxName(this.federation, province, context), identity),
    };
  }
}

/** A federation file and all its faults; the federation may be believed only when there are none. */
export const parseFederation = (text: string): { readonly federation: Federation; readonly faults: readonly string[] } => {
  const faults: string[] = [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { federation: { federation: '', nodes: [] }, faults: ['it is not JSON'] };
  }
  const { federation: host, nodes, ...rest } = isObject(value) ? value : {};
  for (const field of Object.keys(rest)) faults.push(`it has a field "${field}" that nobody knows`);
  const federation = typeof host === 'string' ? host : '';
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(federation)) faults.push('"federation" must be a host name like yrd.local');
  if (!Array.isArray(nodes) || nodes.length === 0) faults.push('"nodes" must be a list with at least one node');
  const list: readonly unknown[] = Array.isArray(nodes) ? nodes : [];
  const read = list.map((node, at) => new NodeReader(federation, (fault) => faults.push(`node ${at + 1}: ${fault}`)).node(node));
  const provinces = read.map((node) => node.province);
  for (const double of new Set(provinces.filter((one, at) => provinces.indexOf(one) !== at)))
    faults.push(`province ${double} stands in it twice`);
  return { federation: { federation, nodes: read }, faults };
};
