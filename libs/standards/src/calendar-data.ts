// The official years 2024 to 2026: holidays and make-up workdays exactly as the notices of the State Council's General Office state them.
import type { OfficialYear } from './calendar.js';
import type { Bilingual } from './parsed.js';

const NEW_YEAR: Bilingual = { zh: '元旦', en: 'New Year’s Day' };
const SPRING: Bilingual = { zh: '春节', en: 'Spring Festival' };
const QINGMING: Bilingual = { zh: '清明节', en: 'Tomb-sweeping Day' };
const LABOUR: Bilingual = { zh: '劳动节', en: 'Labour Day' };
const DRAGON_BOAT: Bilingual = { zh: '端午节', en: 'Dragon Boat Festival' };
const MID_AUTUMN: Bilingual = { zh: '中秋节', en: 'Mid-Autumn Festival' };
const NATIONAL: Bilingual = { zh: '国庆节', en: 'National Day' };

/** 国务院办公厅关于2024年部分节假日安排的通知. */
export const OFFICIAL_2024: OfficialYear = {
  year: 2024,
  notice: '国办发明电〔2023〕7号',
  issued: '2023-10-25',
  holidays: [
    { name: NEW_YEAR, from: '2024-01-01', to: '2024-01-01' },
    { name: SPRING, from: '2024-02-10', to: '2024-02-17' },
    { name: QINGMING, from: '2024-04-04', to: '2024-04-06' },
    { name: LABOUR, from: '2024-05-01', to: '2024-05-05' },
    { name: DRAGON_BOAT, from: '2024-06-10', to: '2024-06-10' },
    { name: MID_AUTUMN, from: '2024-09-15', to: '2024-09-17' },
    { name: NATIONAL, from: '2024-10-01', to: '2024-10-07' },
  ],
  makeUpWorkdays: [
    '2024-02-04', '2024-02-18', '2024-04-07', '2024-04-28', '2024-05-11', '2024-09-14', '2024-09-29', '2024-10-12',
  ],
};

/** 国务院办公厅关于2025年部分节假日安排的通知. */
export const OFFICIAL_2025: OfficialYear = {
  year: 2025,
  notice: '国办发明电〔2024〕12号',
  issued: '2024-11-12',
  holidays: [
    { name: NEW_YEAR, from: '2025-01-01', to: '2025-01-01' },
    { name: SPRING, from: '2025-01-28', to: '2025-02-04' },
    { name: QINGMING, from: '2025-04-04', to: '2025-04-06' },
    { name: LABOUR, from: '2025-05-01', to: '2025-05-05' },
    { name: DRAGON_BOAT, from: '2025-05-31', to: '2025-06-02' },
    { name: { zh: '国庆节、中秋节', en: 'National Day and Mid-Autumn Festival' }, from: '2025-10-01', to: '2025-10-08' },
  ],
  makeUpWorkdays: ['2025-01-26', '2025-02-08', '2025-04-27', '2025-09-28', '2025-10-11'],
};

/** 国务院办公厅关于2026年部分节假日安排的通知. */
export const OFFICIAL_2026: OfficialYear = {
  year: 2026,
  notice: '国办发明电〔2025〕7号',
  issued: '2025-11-04',
  holidays: [
    { name: NEW_YEAR, from: '2026-01-01', to: '2026-01-03' },
    { name: SPRING, from: '2026-02-15', to: '2026-02-23' },
    { name: QINGMING, from: '2026-04-04', to: '2026-04-06' },
    { name: LABOUR, from: '2026-05-01', to: '2026-05-05' },
    { name: DRAGON_BOAT, from: '2026-06-19', to: '2026-06-21' },
    { name: MID_AUTUMN, from: '2026-09-25', to: '2026-09-27' },
    { name: NATIONAL, from: '2026-10-01', to: '2026-10-07' },
  ],
  makeUpWorkdays: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
};

/** Every year announced when this version was made, ascending. A later notice is loaded as data beside these. */
export const OFFICIAL_YEARS: readonly OfficialYear[] = [OFFICIAL_2024, OFFICIAL_2025, OFFICIAL_2026];
