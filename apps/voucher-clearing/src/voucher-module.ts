/** Voucher clearing as a service: HTTP to commands and queries. Every rule is in `@yrd/voucher`. */
import { Module, type DynamicModule } from '@nestjs/common';
import type { LedgerNode } from '@yrd/ledger';
import {
  fileIndexes,
  importIndexes,
  Imports,
  KeptFiles,
  openStore,
  type ContextGround,
  type NodeConfig,
  type ServedContext,
} from '@yrd/platform';
import { voucher } from '@yrd/voucher';
import { AgenciesController } from './agencies/agencies.controller.js';
import { AssessmentsController } from './agencies/assessments.controller.js';
import { AuditSamplesController } from './settlement/audit-samples.controller.js';
import { BatchesController } from './settlement/batches.controller.js';
import { CalendarController } from './policy/calendar.controller.js';
import { ComplaintsController } from './agencies/complaints.controller.js';
import { Desk } from './desk.js';
import { DesksController } from './desks.controller.js';
import { EligibilityController } from './orders/eligibility.controller.js';
import { EngagementsController } from './orders/engagements.controller.js';
import { ExplainingController } from './settlement/explaining.controller.js';
import { FilesController } from './orders/files.controller.js';
import { importKinds } from './imports/import-kinds.js';
import { ImportsController } from './imports/imports.controller.js';
import { indexes } from './indexes.js';
import { InvoicesController } from './orders/invoices.controller.js';
import { InterestsController } from './orders/interests.controller.js';
import { OrderTally } from './orders/order-tally.js';
import { ObjectionsController } from './orders/objections.controller.js';
import { OrdersController } from './orders/orders.controller.js';
import { OrdersReadingController } from './orders/orders-reading.controller.js';
import { ownersOf } from './quotas/owners.js';
import { readPacks } from './policy/packs.js';
import { OwnershipController } from './quotas/ownership.controller.js';
import { PaymentsController } from './settlement/payments.controller.js';
import { PoliciesController } from './policy/policies.controller.js';
import { ProductsController } from './agencies/products.controller.js';
import { QualificationsController } from './agencies/qualifications.controller.js';
import { QuotasController } from './quotas/quotas.controller.js';
import { RecognitionsController } from './agencies/recognitions.controller.js';
import { RedeemingController } from './orders/redeeming.controller.js';
import { SanctionsController } from './agencies/sanctions.controller.js';
import { ServiceCodesController } from './agencies/service-codes.controller.js';
import { Sight } from './sight.js';
import { SlicesController } from './quotas/slices.controller.js';
import { SubjectsController } from './quotas/subjects.controller.js';
import { WhatIfController, WhatIfDesk } from './policy/what-if.controller.js';
import { WindowsController } from './settlement/windows.controller.js';

export const controllers = [
  WhatIfController,
  PoliciesController,
  CalendarController,
  SubjectsController,
  OwnershipController,
  SanctionsController,
  InterestsController,
  QuotasController,
  SlicesController,
  AssessmentsController,
  ComplaintsController,
  AgenciesController,
  QualificationsController,
  ProductsController,
  ServiceCodesController,
  RecognitionsController,
  EligibilityController,
  OrdersController,
  RedeemingController,
  OrdersReadingController,
  EngagementsController,
  ObjectionsController,
  FilesController,
  InvoicesController,
  ExplainingController,
  WindowsController,
  BatchesController,
  PaymentsController,
  AuditSamplesController,
  DesksController,
  ImportsController,
];

type Settings = Pick<NodeConfig, 'province' | 'policiesPath' | 'invoiceKey' | 'instance' | 'files'>;

@Module({})
export class VoucherModule {
  /** @throws when a policy pack in `config.policiesPath` is not usable: a node must not start with rules it cannot read. */
  static forNode(node: LedgerNode, config: Settings, ground: ContextGround): DynamicModule {
    const refersTo = async (hash: string): Promise<boolean> =>
      (await node.rows('papers', { where: { hashes: hash }, limit: 1 })).rows.length > 0;
    const files = new KeptFiles({ store: openStore(config.files), rules: config.files, node, ground, refersTo });
    const desk = new Desk(node, config.province, readPacks(config.policiesPath), config.invoiceKey, files);
    const kinds = importKinds(desk);
    return {
      module: VoucherModule,
      controllers,
      providers: [
        { provide: Desk, useValue: desk },
        { provide: KeptFiles, useValue: files },
        { provide: 'FilesConfig', useValue: config.files },
        { provide: Sight, useValue: new Sight(desk) },
        { provide: OrderTally, useValue: new OrderTally(node) },
        { provide: WhatIfDesk, useValue: new WhatIfDesk(desk) },
        { provide: 'ImportKinds', useValue: kinds },
        { provide: Imports, useValue: new Imports({ node, kinds, instance: config.instance, ground }) },
      ],
    };
  }
}

/** The context as a process plugs it in. */
export const voucherClearing: ServedContext = {
  context: voucher,
  module: (node, config, ground) => VoucherModule.forNode(node, config, ground),
  indexes: { ...indexes, ...importIndexes, ...fileIndexes },
  owners: ownersOf,
};
