/** The access register as a process plugs it in. Every rule is in `@yrd/access`. */
import { Module, type DynamicModule } from '@nestjs/common';
import { access } from '@yrd/access';
import type { LedgerNode } from '@yrd/ledger';
import type { NodeConfig, ServedContext } from '@yrd/platform';
import { AuditController, AuditDesk } from './audit.controller.js';
import { indexes } from './indexes.js';

@Module({})
export class AccessModule {
  static forNode(node: LedgerNode, config: Pick<NodeConfig, 'auditRetentionDays'>): DynamicModule {
    return {
      module: AccessModule,
      controllers: [AuditController],
      providers: [{ provide: AuditDesk, useValue: new AuditDesk(node, config.auditRetentionDays) }],
    };
  }
}

export const accessRegister: ServedContext = { context: access, module: (node, config) => AccessModule.forNode(node, config), indexes };
