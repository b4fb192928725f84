/** The store of files that the settings name. */
import type { FilesConfig } from '../config/config-files.js';
import { FolderFiles, type FileStore } from './file-store.js';
import { S3Files } from './s3-files.js';

/** Reaches nothing yet: a store that does not answer is found out by who asks it. */
export const openStore = ({ place, ...limits }: FilesConfig): FileStore =>
  place.s3 === null ? new FolderFiles(place.folder, limits) : new S3Files(place.s3, place.folder, limits);
