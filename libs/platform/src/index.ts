/** The deep library of a service: HTTP, tokens, storage, bus and clock around ledger nodes. */
export { checkExport, type ExportVerdict } from './audit-check.js';
export { systemClock } from './clock.js';
export { demoClock, type DemoClock, type DemoClockOptions, type Forward } from './clock-demo.js';
export { certify, createAuthority } from './certificates.js';
export { kafkaBus } from './kafka-bus.js';
export { type KafkaSettings } from './kafka-client.js';
export * from './keys.js';
export { type RecordIndexes } from './mongo-records.js';
export { nodeHasher, nodeKeys, nodeRandom } from './node-crypto.js';
export { openWorld, type WorldOptions } from './world.js';
export { Allows, CurrentActor } from './access.js';
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
} from './config.js';
export { parseFederation } from './config-federation.js';
export { checkBackup, restoreBackup, takeBackup, type Backup, type BackupPart } from './backup.js';
export { NoBody } from './no-fields.js';
export * from './fields.js';
export { Custody, Erased, SUBJECT_KEYS, type Fields, type MatchingKey, type Opened, type SealedFields } from './custody.js';
export { type ContextGround } from './context-ground.js';
export { FolderFiles, FILE_BYTES_MAX, FileRefused, type FileStore, type FileType, type StoredFile } from './file-store.js';
export { S3Files, type S3Place } from './s3-files.js';
export { TakesFile } from './file-body.js';
export { importIndexes, IMPORT_STATES, isOver, type ImportJob } from './import-jobs.js';
export { templateOf, type ImportKind, type RowResult } from './import-kind.js';
export { Imports } from './imports.js';
export { databaseOf, processService } from './ground.js';
export { CSV_MARK, csvLine, type Cell } from './csv.js';
export { ANSWER_FORMATS, sent, type AnswerFormat } from './table-answer.js';
export { csvRows } from './csv-reading.js';
export { TableFault, type TableRow } from './table.js';
export { localWrapping, openWrapping, type KeyWrapping } from './key-wrapping.js';
export { openLog, type Log } from './log.js';
export { type MovableClock } from './node-facts.js';
export { parsePosition, showPosition } from './nodes.js';
export { RowsPage } from './answers.js';
export { offeredBy, Offers } from './offers.js';
export { answerList, Lists, pagesOf, type Rows } from './lists.js';
export { ListQuery, PageQuery, ReadQuery, readPage, type Page } from './paging.js';
export { Shown, shownRow, type ShownField } from './shown.js';
export { Problem, Refused } from './problem.js';
export { beginEvents, type Response as HttpResponse } from './request.js';
export { runService } from './run-service.js';
export { Service, type Ground, type ServedContext, type ServiceOptions } from './service.js';
export { LedgerTransport } from './transport.js';
export { LeftOut } from './validation.js';
export { element, readXml, xmlDocument, XmlFault, type Element } from './xml.js';
