/** Listed products of all four provinces, with the price of the last revision. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import {
  Allows,
  AmountFen,
  answerList,
  Call,
  CurrentCall,
  FromText,
  Lists,
  ListQuery,
  MadeId,
  OneOf,
  Problem,
  ReadQuery,
  TextField,
} from '@yrd/platform';
import { PROVINCES } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { ItemClass } from '../fields.js';
import { ProductListed } from '../list-rows.js';
import { only, orderOf, range, sorts } from '../rows.js';

const SORTS = sorts('priceFen', 'name');
const LISTED = ['yes', 'no'] as const;

class ProductsQuery extends ListQuery {
  @OneOf(PROVINCES, { zh: '服务机构所在省', en: 'province of the agency', optional: true })
  province?: (typeof PROVINCES)[number];

  @MadeId({ zh: '服务机构编号', en: 'id of the agency', optional: true })
  agency?: string;

  @ItemClass({ zh: '服务类别', en: 'class of the service', optional: true })
  itemClass?: string;

  @ItemClass({ zh: '通用服务类别，四省相通', en: 'class of the common list, the same in all provinces', optional: true })
  commonClass?: string;

  @OneOf(LISTED, { zh: '是否在架', en: 'whether it is listed', optional: true })
  listed?: (typeof LISTED)[number];

  @FromText()
  @AmountFen({ zh: '价格自（分，含）', en: 'price from this on, fen', optional: true })
  priceFrom?: number;

  @FromText()
  @AmountFen({ zh: '价格至（分，不含）', en: 'price below this, fen', optional: true })
  priceTo?: number;

  @OneOf(SORTS, { zh: '排序', en: 'order', optional: true })
  sort?: (typeof SORTS)[number];
}

class ProductRowPath {
  @TextField(
    /^3[1-4]\.[0-9a-f]{26}\.[A-Za-z0-9_-]{1,40}$/,
    70,
    { zh: '省.机构.产品', en: 'province.agency.product' },
    '31.0f3c5a9b1d2e4f60718293a4b5.p1',
  )
  id: string;
}

@Controller('v1/products')
export class ProductsController {
  constructor(private readonly desk: Desk) {}

  @Get()
  @Allows('ReadProducts')
  @Lists(ProductListed)
  list(@Query() query: ProductsQuery, @CurrentCall() call: Call) {
    const { province, agency, itemClass, commonClass, listed, sort = 'priceFen' } = query;
    const where = only({
      province,
      agency,
      itemClass,
      commonClass,
      listed: listed === undefined ? undefined : listed === 'yes',
      priceFen: range(query.priceFrom, query.priceTo),
    });
    return answerList(call, this.desk.node, { view: 'products', where, order: orderOf(sort), row: ProductListed }, query);
  }

  @Get(':id')
  @Allows('ReadProduct')
  @ApiOkResponse({ type: ProductListed })
  async read(@Param() { id }: ProductRowPath, @Query() _query: ReadQuery): Promise<object> {
    const { rows } = await this.desk.node.rows<object>('products', { where: { id }, limit: 1 });
    const [found] = rows;
    if (found === undefined) throw new Problem('E-NOTFOUND');
    return { ...found.row, id };
  }
}
