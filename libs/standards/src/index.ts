// The public face of @yrd/standards: identifiers with their checks, regions, the working-day calendar and legal clocks.
export {
  type Calendar,
  type DayStatus,
  type OfficialHoliday,
  type OfficialYear,
  type CalendarFaultKind,
  CalendarFault,
  DAYS_OFF_MAX,
  calendar,
  officialYearFault,
} from './calendar.js';
export { OFFICIAL_2024, OFFICIAL_2025, OFFICIAL_2026, OFFICIAL_YEARS } from './calendar-data.js';
export { mod11x2 } from './check-digits.js';
export { type EmailAddress, type PhoneNumber, emailAddress, phoneNumber } from './contact.js';
export {
  type IndustryCode,
  type IndustryParts,
  type SubjectCode,
  type SubjectParts,
  industryCode,
  isWithin,
  subjectCode,
} from './classification.js';
export { type Deadline, type Period, type PeriodUnit, deadline, penaltyLawUnit, workingDaysLeft } from './clocks.js';
export { type IdentifierName, identifiers } from './identifiers.js';
export {
  type LocalDate,
  DAY_MS,
  addDays,
  addMonths,
  daysBetween,
  endOfDayMs,
  isLocalDate,
  isWeekend,
  localDate,
  startOfDayMs,
  toShanghaiDate,
} from './local-date.js';
export {
  type BatchNumber,
  type BatchNumberParts,
  type ExpertNumber,
  type ExpertNumberParts,
  type OrderNumber,
  type OrderNumberParts,
  batchNumber,
  composeBatchNumber,
  composeExpertNumber,
  composeOrderNumber,
  expertNumber,
  orderNumber,
  ownNumberCheckDigit,
} from './own-numbers.js';
export {
  type Accepted,
  type Bilingual,
  type Identifier,
  type IdentifierReason,
  type Parsed,
  type Refused,
  IDENTIFIER_REASONS,
  IDENTIFIER_TEXT_MAX,
  normalise,
} from './parsed.js';
export { type PatentApplicationNumber, type PatentParts, patentApplication, patentCheckDigit } from './patent.js';
export { type PersonalKind, masked, maskName, personalIn } from './personal.js';
export { type PersonId, type PersonIdParts, personId, personIdCheckDigit } from './person-id.js';
export {
  type City,
  type Province,
  type ProvinceCode,
  type RegionCode,
  type RegionParts,
  PROVINCES,
  PROVINCE_CODES,
  citiesOf,
  cityOf,
  isInRegion,
  isProvinceCode,
  nationalPrefixName,
  provinceOf,
  regionCode,
} from './regions.js';
export {
  type InvoiceNumber,
  type InvoiceParts,
  type Orcid,
  type TechnologyContractNumber,
  type TechnologyContractParts,
  invoiceNumber,
  orcid,
  orcidCheckDigit,
  technologyContract,
} from './research-numbers.js';
export { type ServiceClass, type ServiceMapping, commonService, serviceMapping } from './service-codes.js';
export { SERVICE_LIST_2026, SERVICE_MAPPINGS } from './service-codes-data.js';
export {
  type OrganisationCode,
  type Uscc,
  type UsccParts,
  composeUscc,
  organisationCheckDigit,
  organisationCode,
  uscc,
  usccCheckDigit,
} from './uscc.js';
