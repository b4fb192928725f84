/** What addresses name in more than one controller. */
import { FromText, MadeId } from '@yrd/platform';
import { WindowNumber } from './fields.js';

/** A subject of this province. */
export class SubjectPath {
  @MadeId({ zh: '用券主体编号', en: 'id of the subject' })
  subject: string;
}

/** An agency, admitted or still under assessment. */
export class AgencyPath {
  @MadeId({ zh: '服务机构编号', en: 'id of the agency' })
  agency: string;
}

/** A settlement window. */
export class WindowPath {
  @FromText()
  @WindowNumber()
  window: number;
}
