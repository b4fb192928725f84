/** Who may do what at a province's Kafka, as data: its own node, and the mirrors of the others that bring their topics. */
import kafkajs, { type AclEntry } from 'kafkajs';
import { topics } from '@yrd/ledger';
import { kafkaBus, type KafkaSettings } from '@yrd/platform';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

type Operation = 'Read' | 'Write' | 'Create' | 'Alter' | 'Describe' | 'DescribeConfigs' | 'AlterConfigs';

/** One sentence: this principal may do these operations on what is named, or on everything whose name begins so. */
export interface Grant {
  /** As Kafka writes it: `User:yrd-32`, or `User:CN=…` of a certificate. */
  readonly principal: string;
  readonly resource: 'topic' | 'group' | 'transactional-id';
  readonly name: string;
  readonly pattern: 'prefixed' | 'literal';
  readonly operations: readonly Operation[];
}

const own = (province: string): string => `yrd.${province}.`;

/** A node reads what all say, and writes in its own province's name only. Reading and writing imply describing. */
export const nodeGrants = (province: string, principal = `User:yrd-${province}`): readonly Grant[] => [
  { principal, resource: 'topic', name: 'yrd.', pattern: 'prefixed', operations: ['Read'] },
  { principal, resource: 'topic', name: own(province), pattern: 'prefixed', operations: ['Write', 'Create'] },
  { principal, resource: 'group', name: own(province), pattern: 'prefixed', operations: ['Read'] },
  { principal, resource: 'transactional-id', name: own(province), pattern: 'prefixed', operations: ['Write', 'Describe'] },
];

const mirrorUser = (province: string): string => `User:yrd-mirror-${province}`;

/** At its own province's broker a mirror reads what it carries outward. */
export const outwardGrants = (province: string, principal = mirrorUser(province)): readonly Grant[] => [
  { principal, resource: 'topic', name: own(province), pattern: 'prefixed', operations: ['Read', 'DescribeConfigs'] },
];

/** At the broker of another province a mirror writes the topics of the province that it comes from, and its own notes. */
export const mirrorGrants = (from: string, principal = mirrorUser(from)): readonly Grant[] => [
  {
    principal,
    resource: 'topic',
    name: own(from),
    pattern: 'prefixed',
    operations: ['Write', 'Create', 'Alter', 'DescribeConfigs', 'AlterConfigs'],
  },
  ...['configs', 'offsets', 'status'].map((what): Grant => ({
    principal,
    resource: 'topic',
    name: `mm2-${what}.${from}.internal`,
    pattern: 'literal',
    operations: ['Read', 'Write', 'Create', 'DescribeConfigs'],
  })),
  { principal, resource: 'group', name: `${from}-mm2`, pattern: 'literal', operations: ['Read'] },
];

/** How Kafka knows a consumer outside; groups that it may join are named `yrd-consumer-<name>.…`. */
export const consumerUser = (name: string): string => `yrd-consumer-${name}`;

/**
 * Who only listens: the topics of public events, each by its whole name, and groups of its own. Nothing else of the province, and
 * nothing that a later topic could begin with.
 */
export const consumerGrants = (province: string, contexts: readonly string[], name: string): readonly Grant[] => {
  const principal = `User:${consumerUser(name)}`;
  const named = contexts.map((context) => topics.events(province, context));
  return [
    ...named.map((topic): Grant => ({ principal, resource: 'topic', name: topic, pattern: 'literal', operations: ['Read'] })),
    { principal, resource: 'group', name: `${consumerUser(name)}.`, pattern: 'prefixed', operations: ['Read'] },
  ];
};

/** The grants as Kafka's own command line takes them. */
export const asCommands = (grants: readonly Grant[], brokers: string): readonly string[] =>
  grants.map(({ principal, resource, name, pattern, operations }) => {
    const what = `--${resource} '${name}' --resource-pattern-type ${pattern}`;
    const operation = operations.map((each) => `--operation ${each}`).join(' ');
    const who = `--add --allow-principal '${principal}'`;
    return `kafka-acls.sh --bootstrap-server ${brokers} --command-config admin.properties ${who} ${operation} ${what}`;
  });

const RESOURCES = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  'transactional-id': AclResourceTypes.TRANSACTIONAL_ID,
} as const;
const OPERATIONS = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Alter: AclOperationTypes.ALTER,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  AlterConfigs: AclOperationTypes.ALTER_CONFIGS,
} as const satisfies Record<Operation, number>;

const entriesOf = ({ principal, resource, name, pattern, operations }: Grant): AclEntry[] =>
  operations.map((operation) => ({
    principal,
    host: '*',
    operation: OPERATIONS[operation],
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: RESOURCES[resource],
    resourceName: name,
    resourcePatternType: pattern === 'prefixed' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
  }));

/** Topics of a node. */
export const topicsOf = (province: string, contexts: readonly string[]): readonly string[] => [
  ...contexts.flatMap((context) => [topics.journal(province, context), topics.events(province, context)]),
  ...['sync', 'heal', 'witness'].map((what) => `${own(province)}${what}`),
];

/** Makes the topics that are missing, with the ledger's settings, and the grants; what is there already stays. */
export const applyKafka = async (
  settings: KafkaSettings,
  o: { readonly topics: readonly string[]; readonly grants: readonly Grant[] },
): Promise<void> => {
  const { ssl, sasl } = settings;
  const kafka = new kafkajs.Kafka({
    clientId: 'yrd-grants',
    brokers: [...settings.brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    ...(ssl !== undefined && { ssl }),
    ...(sasl && { sasl }),
  });
  const admin = kafka.admin();
  const bus = kafkaBus({ ...settings, clientId: 'yrd-grants', notice: () => undefined });
  try {
    await admin.connect();
    if (o.grants.length > 0) await admin.createAcls({ acl: o.grants.flatMap(entriesOf) });
    await bus.ensure(o.topics);
  } finally {
    await admin.disconnect();
    await bus.close();
  }
};
