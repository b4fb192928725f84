/** Files of orders over HTTP: handed in once by whoever names them, listed and fetched through the order that names them. */
import { Controller, Get, HttpCode, Inject, Param, Post, Query, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import { isStaff } from '@yrd/contracts';
import type { Actor } from '@yrd/ledger';
import {
  Allows,
  Call,
  CurrentActor,
  CurrentCall,
  DocumentHash,
  FILE_TYPES,
  KeptFiles,
  NULLABLE,
  Problem,
  ReadQuery,
  shownRow,
  TakesDocument,
  type KeptFile,
  type NodeConfig,
} from '@yrd/platform';
import {
  agency,
  agencyStream,
  ownerOf,
  subject,
  subjectStream,
  type OrderRow,
  type NamedBy,
  type Paper,
  type PapersRow,
} from '@yrd/voucher';
import { Desk } from '../desk.js';
import { Sight } from '../sight.js';
import { OrderPath } from './order-bodies.js';

const FileHandedIn = shownRow('FileHandedIn', {
  hash: ['文件 SHA-256', 'SHA-256 of the file, by which commands name it'],
  bytes: ['字节数', 'bytes', 'whole'],
  type: ['类型', 'media type, told by its first bytes', 'text', { enum: FILE_TYPES }],
});

const OrderFile = shownRow('OrderFile', {
  hash: ['文件 SHA-256', 'SHA-256 of the file'],
  kind: ['种类', 'kind of paper'],
  provinces: ['应保存于', 'provinces whose node it is for to hold it', 'words'],
  held: ['本节点已保存', 'whether this node holds it for a party of the order', 'yesno'],
  bytes: ['字节数', 'bytes', 'whole', NULLABLE],
  type: ['类型', 'media type', 'text', { ...NULLABLE, enum: FILE_TYPES }],
});

const OrderFiles = shownRow('OrderFiles', {
  order: ['订单', 'id of the order'],
  files: ['文件', 'files that the order names, each kind of a file once', 'objects', { of: () => OrderFile }],
});

class FilePath extends OrderPath {
  @DocumentHash({ zh: '文件 SHA-256', en: 'SHA-256 of the file' })
  hash: string;
}

type Terms = Pick<OrderRow, 'province' | 'agencyProvince' | 'subject' | 'agency' | 'mode'>;

/** Of a party the paper, of staff also what speaks against one (V29). */
const mayKnow = (actor: Actor, { kind }: Paper): boolean => kind !== 'return-payment' || isStaff(actor.roles);

/** The province in which whoever names a paper is at home, and so hands it in. */
const provinceOf = ({ province, agencyProvince, mode }: Terms, by: NamedBy): string =>
  by === 'agency' || (by === 'redeemer' && mode === 'tongdui') ? agencyProvince : province;

@Controller('v1')
export class FilesController implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly desk: Desk,
    private readonly sight: Sight,
    private readonly kept: KeptFiles,
    @Inject('FilesConfig') private readonly limits: NodeConfig['files'],
  ) {}

  onApplicationBootstrap(): void {
    this.kept.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.kept.stop();
  }

  /** The answer says nothing of whether anybody had handed the file in before. */
  @Post('files')
  @Allows('HandInFile')
  @TakesDocument()
  @HttpCode(200)
  @ApiOkResponse({ type: FileHandedIn })
  handIn(@CurrentActor() { organisation }: Actor, @CurrentCall() call: Call): Promise<object> {
    return call.document(this.limits, (content) => this.kept.take(content, organisation));
  }

  @Get('orders/:order/files')
  @Allows('ReadOrderFiles')
  @ApiExtraModels(OrderFile)
  @ApiOkResponse({ type: OrderFiles })
  async list(@Param() path: OrderPath, @Query() _query: ReadQuery, @CurrentActor() actor: Actor): Promise<object> {
    const { terms, papers } = await this.seen(actor, path.order);
    const held = await this.heldFor(
      terms,
      papers.map(({ hash }) => hash),
    );
    const byKind = new Map<string, { readonly paper: Paper; readonly provinces: Set<string> }>();
    for (const paper of papers) {
      const key = `${paper.kind} ${paper.hash}`;
      const each = byKind.get(key) ?? { paper, provinces: new Set<string>() };
      byKind.set(key, each);
      each.provinces.add(provinceOf(terms, paper.by));
    }
    const files = [...byKind.values()].map(({ paper: { hash, kind }, provinces }) => {
      const here = held.get(hash);
      return {
        hash,
        kind,
        provinces: [...provinces].sort(),
        held: here !== undefined,
        bytes: here?.bytes ?? null,
        type: here?.type ?? null,
      };
    });
    return { order: path.order, files };
  }

  @Get('orders/:order/files/:hash')
  @Allows('ReadOrderFile')
  @ApiProduces(...FILE_TYPES)
  @ApiOkResponse({
    schema: { type: 'string', format: 'binary' },
    headers: { ETag: { description: 'The SHA-256 of the file.', schema: { type: 'string' } } },
  })
  async read(@Param() { order, hash }: FilePath, @Query() _query: ReadQuery, @CurrentActor() actor: Actor, @CurrentCall() call: Call) {
    const { terms, papers } = await this.seen(actor, order);
    const named = papers.filter((paper) => paper.hash === hash);
    if (named.length === 0) throw Problem.unseen(false);
    const found = (await this.heldFor(terms, [hash])).get(hash);
    if (!found) {
      const provinces = [...new Set(named.map(({ by }) => provinceOf(terms, by)))].sort();
      throw new Problem('E-FILE-ELSEWHERE', { facts: { provinces: provinces.join(', ') } });
    }
    const content = await this.kept.open(found);
    call.noteRead();
    const ending = found.type.slice(found.type.indexOf('/') + 1);
    return call.sendFile(found, `${hash}.${ending}`, content);
  }

  /** An order that the asker may see, with the papers of it that he may know of. @throws Problem E-NOTFOUND. */
  private async seen(actor: Actor, id: string): Promise<{ readonly terms: Terms; readonly papers: readonly Paper[] }> {
    const { node } = this.desk;
    const terms = (await node.rows<OrderRow>('orders', { where: { id }, limit: 1 })).rows[0]?.row;
    if (!terms || !(await this.sight.ofOrder(actor, { ...terms, home: terms.province }))) throw Problem.unseen(terms !== undefined);
    const named = (await node.rows<PapersRow>('papers', { where: { id }, limit: 1 })).rows[0]?.row.papers ?? [];
    return { terms, papers: named.filter((paper) => mayKnow(actor, paper)) };
  }

  /**
   * Those of these files that this node holds for a party of the order, by hash. Who knows a hash can name it in an order of his own: a
   * file is shown through an order whose party handed it in, and no other.
   */
  private async heldFor(terms: Terms, hashes: readonly string[]): Promise<ReadonlyMap<string, KeptFile>> {
    const [held, parties] = await Promise.all([this.kept.held(hashes), this.parties(terms)]);
    return new Map([...held].filter(([, { by }]) => by.some((each) => parties.has(each))));
  }

  /** Organisations of this province that are a party of the order; after a merger (A7) also the one that was merged. */
  private async parties(terms: Terms): Promise<ReadonlySet<string>> {
    const { node, province } = this.desk;
    const [firm, body] = await Promise.all([
      terms.province === province ? node.read(subject, subjectStream(terms.subject)) : null,
      terms.agencyProvince === province ? node.read(agency, agencyStream(terms.agency)) : null,
    ]);
    const all = [firm && ownerOf(firm.state), firm?.state.registered?.organisation, body?.state.organisation];
    return new Set(all.filter((each) => typeof each === 'string'));
  }
}
