// The common list of service classes (服务内容相通) and how each province's own codes map to it. Every line says where it comes from;
// `assumed` ones wait for the four provinces to agree. A change is a new version with its first day: what was placed before keeps its own.
import type { ServiceClass, ServiceMapping } from './service-codes.js';

const JIANGSU = 'domain 2.2 (R1): use directions of the live Jiangsu system';
const ZHEJIANG = 'domain 2 (P5): Zhejiang transformation regulation, article 22';
const ORDINARY = 'domain V10 (R3, general knowledge): never paid for';
const USUAL = 'general knowledge; the list of 双创券 (7 classes with 18 services, W3) was not found';

const of = (code: string, zh: string, en: string, source: string, assumed = false): ServiceClass => ({ code, zh, en, source, assumed });

export const SERVICE_LIST_2026: { readonly version: string; readonly classes: readonly ServiceClass[] } = {
  version: 'yrd-2026.1',
  classes: [
    of('YRD-01', '委托分析测试', 'commissioned analysis', JIANGSU),
    of('YRD-02', '委托实验验证', 'commissioned experiments', JIANGSU),
    of('YRD-03', '机时共享', 'shared instrument hours', JIANGSU),
    of('YRD-04', '结构含量检测', 'structure and content tests', JIANGSU),
    of('YRD-05', '技术指标测试', 'tests of technical indicators', JIANGSU),
    of('YRD-06', '性能测试', 'performance tests', JIANGSU),
    of('YRD-07', '标准全文传递', 'delivery of standards in full text', JIANGSU),
    of('YRD-08', '标准系统定制', 'tailored systems of standards', JIANGSU),
    of('YRD-09', 'IC封装测试', 'packaging and testing of integrated circuits', JIANGSU),
    of('YRD-10', '软件测评', 'software evaluation', JIANGSU),
    of('YRD-11', '研发设计', 'research and design', ZHEJIANG),
    of('YRD-12', '中试', 'pilot-scale trials', ZHEJIANG),
    of('YRD-13', '知识产权服务', 'intellectual property services', USUAL, true),
    of('YRD-14', '技术转移服务', 'technology transfer services', USUAL, true),
    of('YRD-15', '科技咨询', 'technology consulting', USUAL, true),
    of('statutory-test', '强制检测、法定检测', 'tests mandated by law', ORDINARY),
    of('routine-production', '常规批量检验、生产', 'routine inspection and production', ORDINARY),
    of('training', '销售培训', 'sales training', ORDINARY),
    of('advertising', '广告', 'advertising', ORDINARY),
    of('filing-fee', '代理申报费', 'fees for filing', ORDINARY),
  ],
};

const JIANGSU_CODES: Readonly<Record<string, string>> = {
  '5': 'YRD-01',
  '6': 'YRD-02',
  '7': 'YRD-03',
  '9': 'YRD-04',
  '10': 'YRD-05',
  '11': 'YRD-06',
  '13': 'YRD-07',
  '14': 'YRD-08',
  '16': 'YRD-09',
  '28': 'YRD-10',
};
const BORROWED = "not found; Jiangsu's use directions until the province names its own codes";

const mapping = (province: string, codes: Readonly<Record<string, string>>, source: string, assumed: boolean): ServiceMapping => ({
  province,
  version: `${province}-codes-2026.1`,
  list: SERVICE_LIST_2026.version,
  from: '2025-09-01',
  codes,
  source,
  assumed,
});

/** Every version of every province's mapping, oldest first. */
export const SERVICE_MAPPINGS: readonly ServiceMapping[] = [
  mapping('31', JIANGSU_CODES, BORROWED, true),
  mapping('32', JIANGSU_CODES, JIANGSU, false),
  mapping('33', { ...JIANGSU_CODES, 'yanfa-sheji': 'YRD-11', zhongshi: 'YRD-12' }, `${BORROWED}; ${ZHEJIANG}`, true),
  mapping('34', JIANGSU_CODES, BORROWED, true),
];
