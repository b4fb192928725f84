/** What the node tells consumers outside, described for their programs: AsyncAPI and a JSON Schema for each type of entry. */
import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { asyncApiDocument, schemaDocument } from '@yrd/contracts';
import { Allows } from '../identity/access.js';
import { addressOf } from '../config/config.js';
import { NodeFacts } from '../node-facts.js';
import { Problem } from './problem.js';

/** It changes with an update of the node only; whoever checks thousands of events asks once. */
const CACHED = 'public, max-age=300';

@ApiTags('contracts')
@Controller()
export class ContractsController {
  constructor(private readonly facts: NodeFacts) {}

  @Get('asyncapi.json')
  @Allows('ReadAsyncApi')
  @Header('Cache-Control', CACHED)
  asyncApi(): object {
    const { province, name, contexts } = this.facts.status();
    const url = addressOf(this.facts.config);
    return asyncApiDocument({ province, name, url, contexts: contexts.map(({ context }) => context) });
  }

  @Get('schemas/:file')
  @Allows('ReadSchema')
  @ApiParam({ name: 'file', example: 'voucher.agency-admitted.v1.json' })
  @Header('Cache-Control', CACHED)
  schema(@Param('file') file: string): object {
    const found = file.endsWith('.json') ? schemaDocument(file.slice(0, -'.json'.length), addressOf(this.facts.config)) : null;
    if (!found) throw new Problem('E-NOTFOUND');
    return found;
  }
}
