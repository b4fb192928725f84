// Region tables of GB/T 2260: all province-level prefixes, the prefecture-level cities of the delta and the districts of Shanghai.
import type { Bilingual } from './parsed.js';

type Row = readonly [code: string, zh: string, en: string];

const PREFIXES: readonly Row[] = [
  ['11', '北京市', 'Beijing'], ['12', '天津市', 'Tianjin'], ['13', '河北省', 'Hebei'], ['14', '山西省', 'Shanxi'],
  ['15', '内蒙古自治区', 'Inner Mongolia'], ['21', '辽宁省', 'Liaoning'], ['22', '吉林省', 'Jilin'], ['23', '黑龙江省', 'Heilongjiang'],
  ['31', '上海市', 'Shanghai'], ['32', '江苏省', 'Jiangsu'], ['33', '浙江省', 'Zhejiang'], ['34', '安徽省', 'Anhui'],
  ['35', '福建省', 'Fujian'], ['36', '江西省', 'Jiangxi'], ['37', '山东省', 'Shandong'], ['41', '河南省', 'Henan'],
  ['42', '湖北省', 'Hubei'], ['43', '湖南省', 'Hunan'], ['44', '广东省', 'Guangdong'], ['45', '广西壮族自治区', 'Guangxi'],
  ['46', '海南省', 'Hainan'], ['50', '重庆市', 'Chongqing'], ['51', '四川省', 'Sichuan'], ['52', '贵州省', 'Guizhou'],
  ['53', '云南省', 'Yunnan'], ['54', '西藏自治区', 'Xizang'], ['61', '陕西省', 'Shaanxi'], ['62', '甘肃省', 'Gansu'],
  ['63', '青海省', 'Qinghai'], ['64', '宁夏回族自治区', 'Ningxia'], ['65', '新疆维吾尔自治区', 'Xinjiang'], ['71', '台湾省', 'Taiwan'],
  ['81', '香港特别行政区', 'Hong Kong'], ['82', '澳门特别行政区', 'Macao'],
];

/** Province-level prefixes of two digits with their names. */
export const NATIONAL_PREFIXES: ReadonlyMap<string, Bilingual> = new Map(PREFIXES.map(([code, zh, en]) => [code, { zh, en }]));

/** The 16 districts of Shanghai, six digits. */
export const SHANGHAI_DISTRICTS: readonly Row[] = [
  ['310101', '黄浦区', 'Huangpu'], ['310104', '徐汇区', 'Xuhui'], ['310105', '长宁区', 'Changning'], ['310106', '静安区', 'Jing’an'],
  ['310107', '普陀区', 'Putuo'], ['310109', '虹口区', 'Hongkou'], ['310110', '杨浦区', 'Yangpu'], ['310112', '闵行区', 'Minhang'],
  ['310113', '宝山区', 'Baoshan'], ['310114', '嘉定区', 'Jiading'], ['310115', '浦东新区', 'Pudong New Area'],
  ['310116', '金山区', 'Jinshan'], ['310117', '松江区', 'Songjiang'], ['310118', '青浦区', 'Qingpu'], ['310120', '奉贤区', 'Fengxian'],
  ['310151', '崇明区', 'Chongming'],
];

/** The 13 cities of Jiangsu, 11 of Zhejiang and 16 of Anhui, four digits. Anhui's 3409 and 3414 are no longer in use. */
export const DELTA_CITIES: readonly Row[] = [
  ['3201', '南京市', 'Nanjing'], ['3202', '无锡市', 'Wuxi'], ['3203', '徐州市', 'Xuzhou'], ['3204', '常州市', 'Changzhou'],
  ['3205', '苏州市', 'Suzhou (Jiangsu)'], ['3206', '南通市', 'Nantong'], ['3207', '连云港市', 'Lianyungang'], ['3208', '淮安市', 'Huai’an'],
  ['3209', '盐城市', 'Yancheng'], ['3210', '扬州市', 'Yangzhou'], ['3211', '镇江市', 'Zhenjiang'], ['3212', '泰州市', 'Taizhou (Jiangsu)'],
  ['3213', '宿迁市', 'Suqian'],
  ['3301', '杭州市', 'Hangzhou'], ['3302', '宁波市', 'Ningbo'], ['3303', '温州市', 'Wenzhou'], ['3304', '嘉兴市', 'Jiaxing'],
  ['3305', '湖州市', 'Huzhou'], ['3306', '绍兴市', 'Shaoxing'], ['3307', '金华市', 'Jinhua'], ['3308', '衢州市', 'Quzhou'],
  ['3309', '舟山市', 'Zhoushan'], ['3310', '台州市', 'Taizhou (Zhejiang)'], ['3311', '丽水市', 'Lishui'],
  ['3401', '合肥市', 'Hefei'], ['3402', '芜湖市', 'Wuhu'], ['3403', '蚌埠市', 'Bengbu'], ['3404', '淮南市', 'Huainan'],
  ['3405', '马鞍山市', 'Ma’anshan'], ['3406', '淮北市', 'Huaibei'], ['3407', '铜陵市', 'Tongling'], ['3408', '安庆市', 'Anqing'],
  ['3410', '黄山市', 'Huangshan'], ['3411', '滁州市', 'Chuzhou'], ['3412', '阜阳市', 'Fuyang'], ['3413', '宿州市', 'Suzhou (Anhui)'],
  ['3415', '六安市', 'Lu’an'], ['3416', '亳州市', 'Bozhou'], ['3417', '池州市', 'Chizhou'], ['3418', '宣城市', 'Xuancheng'],
];
