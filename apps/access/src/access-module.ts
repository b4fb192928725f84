/** The access register as a process plugs it in. Every rule is in `@yrd/access`. */
import { Module, type DynamicModule } from '@nestjs/common';
import { access } from '@yrd/access';
import type { ServedContext } from '@yrd/platform';

@Module({})
export class AccessModule {
  static forNode(): DynamicModule {
    return { module: AccessModule };
  }
}

export const accessRegister: ServedContext = { context: access, module: () => AccessModule.forNode() };
