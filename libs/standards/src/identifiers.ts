// All identifiers by name: what a form, a schema or an import chooses its check from.
import { industryCode, subjectCode } from './classification.js';
import { batchNumber, expertNumber, orderNumber } from './own-numbers.js';
import { patentApplication } from './patent.js';
import { personId } from './person-id.js';
import { regionCode } from './regions.js';
import { invoiceNumber, orcid, technologyContract } from './research-numbers.js';
import { organisationCode, uscc } from './uscc.js';

export const identifiers = {
  uscc, organisationCode, personId, patentApplication, orcid, invoiceNumber, technologyContract,
  regionCode, subjectCode, industryCode, orderNumber, batchNumber, expertNumber,
} as const;

export type IdentifierName = keyof typeof identifiers;
