/** The access register as a process plugs it in. Every rule is in `@yrd/access`. */
import { Module, type DynamicModule } from '@nestjs/common';
import { access, person } from '@yrd/access';
import type { LedgerNode } from '@yrd/ledger';
import type { Custody, NodeConfig, ServedContext } from '@yrd/platform';
import { AuditController, AuditDesk } from './audit.controller.js';
import { Eraser, Erasing } from './eraser.js';
import { ErasuresController } from './erasures.controller.js';
import { indexes } from './indexes.js';
import { PersonsDesk } from './persons-desk.js';
import { PersonsController } from './persons.controller.js';
import { RetentionController } from './retention.controller.js';
import { readRetention } from './retention-packs.js';

type Settings = Pick<NodeConfig, 'auditRetentionDays' | 'province' | 'policiesPath' | 'tokens'>;

@Module({})
export class AccessModule {
  /** @throws when a retention pack in `config.policiesPath` is not usable. */
  static forNode(node: LedgerNode, config: Settings, custody: Custody): DynamicModule {
    const issuers = config.tokens.issuers.map(({ issuer }) => issuer);
    const desk = new PersonsDesk(node, config.province, custody, readRetention(config.policiesPath), issuers);
    return {
      module: AccessModule,
      controllers: [AuditController, PersonsController, ErasuresController, RetentionController, Eraser],
      providers: [
        { provide: AuditDesk, useValue: new AuditDesk(node, config.auditRetentionDays) },
        { provide: PersonsDesk, useValue: desk },
        { provide: Erasing, useValue: new Erasing(node, config.province, custody) },
      ],
    };
  }
}

/** Whose a person is: his organisation sees who asked for him. */
const owners = async (node: LedgerNode, thing: string): Promise<readonly string[]> => {
  if (!thing.startsWith('person/')) return [];
  const { recorded } = (await node.read(person, thing)).state;
  return recorded ? [recorded.organisation] : [];
};

export const accessRegister: ServedContext = {
  context: access,
  module: (node, config, { custody }) => AccessModule.forNode(node, config, custody),
  indexes,
  owners,
};
