/** The deep library of a service: HTTP, tokens, storage, bus and clock around ledger nodes. */
export { checkExport, type ExportVerdict } from './audit/audit-check.js';
export { systemClock } from './clock.js';
export { demoClock, type DemoClock, type DemoClockOptions, type Forward } from './clock-demo.js';
export { certify, createAuthority } from './keys/certificates.js';
export { kafkaBus } from './kafka/kafka-bus.js';
export { type KafkaSettings } from './kafka/kafka-client.js';
export * from './keys/keys.js';
export { type RecordIndexes } from './mongo/mongo-records.js';
export { nodeHasher, nodeKeys, nodeRandom } from './keys/node-crypto.js';
export { openWorld, type WorldOptions } from './world.js';
export { Allows, CurrentActor } from './identity/access.js';
export { AcceptsCommand, Call, CurrentCall, type CommandAnswer, type RunOptions } from './commands.js';
export {
  ConfigError,
  processConfig,
  processKafka,
  processMongo,
  readConfig,
  type Environment,
  type Limits,
  type NodeConfig,
} from './config/config.js';
export { parseFederation } from './config/config-federation.js';
export { checkBackup, restoreBackup, takeBackup, type Backup, type BackupPart } from './mongo/backup.js';
export { NoBody } from './http/no-fields.js';
export * from './http/fields.js';
export { Custody, Erased, SUBJECT_KEYS, type Fields, type MatchingKey, type Opened, type SealedFields } from './keys/custody.js';
export { type ContextGround } from './context-ground.js';
export { type StoredFile } from './files/arrivals.js';
export { FILE_TYPES } from './files/file-types.js';
export { fileIndexes, KeptFiles, type KeptFile } from './files/kept-files.js';
export { openStore } from './files/open-store.js';
export { TakesDocument, TakesFile } from './http/file-body.js';
export { importIndexes, IMPORT_STATES, isOver, type ImportJob } from './tables/import-jobs.js';
export { templateOf, type Flaw, type Gathered, type ImportKind, type RowResult } from './tables/import-kind.js';
export { Imports } from './tables/imports.js';
export { databaseOf, processService } from './ground.js';
export { CSV_MARK, csvLine, type Cell } from './tables/csv.js';
export { ANSWER_FORMATS, sent, type AnswerFormat } from './tables/table-answer.js';
export { FORMATS } from './tables/table.js';
export { csvRows } from './tables/csv-reading.js';
export { TableFault, type TableRow } from './tables/table.js';
export { localWrapping, openWrapping, type KeyWrapping } from './keys/key-wrapping.js';
export { openLog, type Log } from './log.js';
export { type MovableClock } from './node-facts.js';
export { parsePosition, showPosition } from './nodes.js';
export { CommandAnswered, RowsPage, Sends } from './http/answers.js';
export { offeredBy, Offers } from './offers.js';
export { answerList, Lists, pagesOf, type List, type Rows } from './http/lists.js';
export { ListQuery, PageQuery, ReadQuery, readPage, type Page } from './http/paging.js';
export { NULLABLE, OPTIONAL, Shown, shownRow, type ShownField } from './http/shown.js';
export { Problem, Refused } from './http/problem.js';
export { beginEvents, type Response as HttpResponse } from './http/request.js';
export { runService } from './run-service.js';
export { Service, type Ground, type ServedContext, type ServiceOptions } from './service.js';
export { LedgerTransport } from './kafka/transport.js';
export { LeftOut } from './http/validation.js';
export { element, readXml, xmlDocument, XmlFault, type Element } from './tables/xml.js';
