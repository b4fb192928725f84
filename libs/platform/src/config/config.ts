/** The settings of a node: the environment read once, with every fault named before anything starts. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { WARNING_DAYS, type Federation } from '@yrd/ledger';
import { parseFederation } from './config-federation.js';
import { readKafka, readMongo, readWires, type Given, type Wires } from './config-wires.js';
import type { KafkaSettings } from '../kafka/kafka-client.js';
import { readFiles, type FilesConfig } from './config-files.js';
import { readTokenRules, type TokenRules } from './config-issuers.js';
import { readPersonal, type PersonalConfig } from './config-personal.js';

/** A limit on everything that comes from outside. */
export interface Limits {
  /** Bytes of a request body; a payload may hold 256 KiB (architecture §2). */
  readonly bodyBytes: number;
  /** How long a client may take to send a body, ms. */
  readonly bodyTimeoutMs: number;
  /** Listeners of the live feed at the same time. */
  readonly liveClients: number;
  /** Connections at the same time. */
  readonly connections: number;
  /** Requests a minute of one client that is a machine. */
  readonly clientRequests: number;
  /** Requests a minute of one person. */
  readonly personRequests: number;
}

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface NodeConfig extends Wires {
  /** NODE_ENV is production. */
  readonly production: boolean;
  /** Two-digit province code. */
  readonly province: string;
  readonly host: string;
  /** 0 picks a free port (tests). */
  readonly port: number;
  /** Path of the node's key file. */
  readonly keysPath: string;
  readonly federation: Federation;
  /** Folder of the policy packs. */
  readonly policiesPath: string;
  readonly clock: 'system' | 'demo';
  readonly tokens: TokenRules;
  /** How long the one-time code of the first security administrator is good, ms. */
  readonly firstAdminMs: number;
  readonly log: LogLevel;
  /** Name of this process among those that could own the journals; the same after a restart. */
  readonly instance: string;
  readonly openAlone: boolean;
  /** Days that the next key of a rotation is certified for. */
  readonly keyDays: number;
  /** Days before one of its keys expires at which the node warns. */
  readonly keyWarningDays: readonly number[];
  /** HMAC key under which invoice numbers cross borders, the same in all nodes (V15). 32 bytes; never shown, never logged. */
  readonly invoiceKey: Uint8Array;
  readonly personal: PersonalConfig;
  readonly files: FilesConfig;
  readonly limits: Limits;
  /** How long records of the audit have to be kept, days (domain 1.8). Shown with each; nothing is deleted when it is over. */
  readonly auditRetentionDays: number;
}

/** What is wrong with the settings: one sentence per fault, all of them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly faults: readonly string[]) {
    super(`the settings are not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads one variable after the other and collects what is wrong instead of stopping at the first fault. */
export class Reader {
  readonly faults: string[] = [];
  constructor(private readonly env: Environment) {}

  has(name: string): boolean {
    return (this.env[name]?.trim() ?? '') !== '';
  }

  text(name: string, fallback?: string): string {
    const value = this.env[name]?.trim();
    if (value !== undefined && value !== '') return value;
    if (fallback === undefined) this.faults.push(`${name} is not set: it is needed and has no default`);
    return fallback ?? '';
  }

  matching(name: string, shape: RegExp, form: string, fallback?: string): string {
    const before = this.faults.length;
    const value = this.text(name, fallback);
    if (this.faults.length === before && !shape.test(value)) this.faults.push(`${name} is "${value}" but must be ${form}`);
    return value;
  }

  /** A value that must not be repeated in a fault; undefined when it is not set or malformed. */
  secret(name: string, shape: RegExp, form: string): string | undefined {
    const value = this.env[name]?.trim();
    if (value === undefined || value === '') return undefined;
    if (shape.test(value)) return value;
    this.faults.push(`${name} must be ${form}`);
    return undefined;
  }

  list(name: string, shape: RegExp, form: string, fallback?: string): readonly string[] {
    const before = this.faults.length;
    const values = this.text(name, fallback)
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    if (this.faults.length > before) return [];
    if (values.length === 0) this.faults.push(`${name} is an empty list: give ${form}, separated by commas`);
    for (const value of values) if (!shape.test(value)) this.faults.push(`${name} holds "${value}" but each part must be ${form}`);
    return values;
  }

  oneOf<T extends string>(name: string, choices: readonly [T, ...T[]], fallback: T): T {
    const value = this.text(name, fallback);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.faults.push(`${name} is "${value}" but must be one of ${choices.join(', ')}`);
    return found ?? fallback;
  }

  whole(name: string, range: { readonly min: number; readonly max: number; readonly fallback: number }): number {
    const value = this.text(name, String(range.fallback));
    const number = /^\d{1,12}$/.test(value) ? Number(value) : NaN;
    if (number >= range.min && number <= range.max) return number;
    this.faults.push(`${name} is "${value}" but must be a whole number from ${range.min} to ${range.max}`);
    return range.fallback;
  }
}

const minute = 60_000;
/** Ten years, the longest that the law asks for of such records (浙江省公共信用信息条例 20); three at least (网络数据安全管理条例 12). */
const AUDIT_RETENTION_DAYS = { min: 1_096, max: 36_525, fallback: 3_653 };

const readLimits = (read: Reader): Limits => ({
  bodyBytes: read.whole('YRD_BODY_BYTES', { min: 1_024, max: 4 * 262_144, fallback: 262_144 }),
  bodyTimeoutMs: read.whole('YRD_BODY_TIMEOUT_MS', { min: 100, max: 10 * minute, fallback: 10_000 }),
  liveClients: read.whole('YRD_LIVE_CLIENTS', { min: 0, max: 10_000, fallback: 64 }),
  connections: read.whole('YRD_CONNECTIONS', { min: 1, max: 100_000, fallback: 2_000 }),
  clientRequests: read.whole('YRD_CLIENT_REQUESTS', { min: 1, max: 10_000_000, fallback: 600 }),
  personRequests: read.whole('YRD_PERSON_REQUESTS', { min: 1, max: 10_000_000, fallback: 3_000 }),
});

const readFederation = (read: Reader, province: string, readText: (path: string) => string): Federation => {
  const none: Federation = { federation: '', nodes: [] };
  const path = read.text('YRD_FEDERATION');
  if (path === '') return none;
  let text: string;
  try {
    text = readText(path);
  } catch {
    read.faults.push(
      `YRD_FEDERATION names ${path}, which cannot be read: give the path of the federation file agreed with the other nodes`,
    );
    return none;
  }
  const { federation, faults } = parseFederation(text);
  read.faults.push(...faults.map((fault) => `the federation file ${path}: ${fault}`));
  if (faults.length === 0 && /^\d{2}$/.test(province) && !federation.nodes.some((node) => node.province === province)) {
    read.faults.push(`the federation file ${path} knows no node of province ${province}: add it, or correct YRD_PROVINCE`);
  }
  return federation;
};

/** Without the variable: a key that anybody can compute from the federation's name. Good for a laptop, refused in production. */
const readInvoiceKey = (read: Reader, production: boolean, federation: string): Uint8Array => {
  const form = '64 hex digits, agreed with the other nodes';
  const given = read.secret('YRD_INVOICE_KEY', /^[0-9a-f]{64}$/, form);
  if (given !== undefined) return Buffer.from(given, 'hex');
  if (production) read.faults.push(`YRD_INVOICE_KEY is not set while NODE_ENV is production: give ${form}`);
  return createHash('sha256').update(`yrd.local-invoice-key ${federation}`).digest();
};

/**
 * The settings from an environment. `readText` reads a file.
 * @throws ConfigError listing every fault.
 */
export const readConfig = (env: Environment, readText: (path: string) => string): NodeConfig => {
  const read = new Reader(env);
  const production = env['NODE_ENV'] === 'production';
  const province = read.matching('YRD_PROVINCE', /^\d{2}$/, 'two digits like 32');
  const host = read.text('YRD_HOST', '127.0.0.1');
  const keysPath = read.text('YRD_KEYS');
  const federation = readFederation(read, province, readText);
  const wires = readWires(read, host, { production, readText });
  const config: NodeConfig = {
    production,
    province,
    host,
    port: read.whole('YRD_PORT', { min: 0, max: 65_535, fallback: /^\d{2}$/.test(province) ? 3_100 + Number(province) : 3_100 }),
    ...wires,
    keysPath,
    federation,
    policiesPath: read.text('YRD_POLICIES'),
    clock: read.oneOf('YRD_CLOCK', ['system', 'demo'], 'system'),
    tokens: readTokenRules(read, { production, province, provinces: federation.nodes.map((node) => node.province), readText }),
    firstAdminMs: minute * read.whole('YRD_FIRST_ADMIN_MINUTES', { min: 5, max: 1_440, fallback: 60 }),
    log: read.oneOf('YRD_LOG', logLevels, 'info'),
    instance: read.matching('YRD_INSTANCE', /^[\w.-]{1,64}$/, 'letters, digits, dots and hyphens', `${province || 'node'}-1`),
    openAlone: read.oneOf('YRD_OPEN_ALONE', ['no', 'yes'], 'no') === 'yes',
    keyDays: read.whole('YRD_KEY_DAYS', { min: 1, max: 36_500, fallback: 1_095 }),
    keyWarningDays: read.list('YRD_KEY_WARNING_DAYS', /^\d{1,4}$/, 'a number of days', WARNING_DAYS.join(',')).map(Number),
    invoiceKey: readInvoiceKey(read, production, federation.federation),
    files: readFiles(read, { production, province, keysPath, readText, vouched: wires.vouched }),
    personal: readPersonal(read, { production, federation: federation.federation, keysPath }),
    limits: readLimits(read),
    auditRetentionDays: read.whole('YRD_AUDIT_RETENTION_DAYS', AUDIT_RETENTION_DAYS),
  };
  if (production && config.clock === 'demo') {
    read.faults.push('YRD_CLOCK is demo while NODE_ENV is production: a demo clock moves statutory time limits, use YRD_CLOCK=system');
  }
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return config;
};

/** The public address of this node, as the federation file has it. */
export const addressOf = ({ federation, province }: Pick<NodeConfig, 'federation' | 'province'>): string =>
  (federation.nodes.find((node) => node.province === province)?.url ?? '').replace(/\/+$/, '');

/** The settings of this process. @throws ConfigError listing every fault. */
export const processConfig = (): NodeConfig => readConfig(process.env, (path) => readFileSync(path, 'utf8'));

const ofProcess = <T>(wire: (given: Given) => T): T => {
  const read = new Reader(process.env);
  const settings = wire({ read, readText: (path) => readFileSync(path, 'utf8'), production: false, vouched: [] });
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return settings;
};

/** Only the way to Kafka, for a tool that is no node. @throws ConfigError listing every fault. */
export const processKafka = (): KafkaSettings => ofProcess(readKafka);

/** Only the way to MongoDB, for a tool that is no node: holds a password. @throws ConfigError listing every fault. */
export const processMongo = (): string => ofProcess(readMongo);
