/** Voucher clearing as a service: HTTP to commands and queries. Every rule is in `@yrd/voucher`. */
import { Module, type DynamicModule } from '@nestjs/common';
import type { LedgerNode } from '@yrd/ledger';
import { importIndexes, Imports, type ContextGround, type NodeConfig, type ServedContext } from '@yrd/platform';
import { voucher } from '@yrd/voucher';
import { AgenciesController } from './agencies.controller.js';
import { AssessmentsController } from './assessments.controller.js';
import { AuditSamplesController } from './audit-samples.controller.js';
import { BatchesController } from './batches.controller.js';
import { CalendarController } from './calendar.controller.js';
import { ComplaintsController } from './complaints.controller.js';
import { Desk } from './desk.js';
import { DesksController } from './desks.controller.js';
import { EligibilityController } from './eligibility.controller.js';
import { EngagementsController } from './engagements.controller.js';
import { ExplainingController } from './explaining.controller.js';
import { importKinds } from './import-kinds.js';
import { ImportsController } from './imports.controller.js';
import { indexes } from './indexes.js';
import { InvoicesController } from './invoices.controller.js';
import { InterestsController } from './interests.controller.js';
import { OrderTally } from './order-tally.js';
import { OrdersController } from './orders.controller.js';
import { OrdersReadingController } from './orders-reading.controller.js';
import { ownersOf } from './owners.js';
import { readPacks } from './packs.js';
import { OwnershipController } from './ownership.controller.js';
import { PaymentsController } from './payments.controller.js';
import { PoliciesController } from './policies.controller.js';
import { ProductsController } from './products.controller.js';
import { QualificationsController } from './qualifications.controller.js';
import { QuotasController } from './quotas.controller.js';
import { RecognitionsController } from './recognitions.controller.js';
import { RedeemingController } from './redeeming.controller.js';
import { SanctionsController } from './sanctions.controller.js';
import { ServiceCodesController } from './service-codes.controller.js';
import { Sight } from './sight.js';
import { SlicesController } from './slices.controller.js';
import { SubjectsController } from './subjects.controller.js';
import { WhatIfController, WhatIfDesk } from './what-if.controller.js';
import { WindowsController } from './windows.controller.js';

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
  InvoicesController,
  ExplainingController,
  WindowsController,
  BatchesController,
  PaymentsController,
  AuditSamplesController,
  DesksController,
  ImportsController,
];

type Settings = Pick<NodeConfig, 'province' | 'policiesPath' | 'invoiceKey' | 'instance'>;

@Module({})
export class VoucherModule {
  /** @throws when a policy pack in `config.policiesPath` is not usable: a node must not start with rules it cannot read. */
  static forNode(node: LedgerNode, config: Settings, ground: ContextGround): DynamicModule {
    const desk = new Desk(node, config.province, readPacks(config.policiesPath), config.invoiceKey);
    const kinds = importKinds(desk);
    return {
      module: VoucherModule,
      controllers,
      providers: [
        { provide: Desk, useValue: desk },
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
  indexes: { ...indexes, ...importIndexes },
  owners: ownersOf,
};
