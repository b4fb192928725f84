/** What persons can do over HTTP: each command of a context has one route. */
import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse } from '@nestjs/swagger';
import type { AccessName } from '@yrd/contracts';
import { Allows } from './identity/access.js';
import { CommandAnswered, ThingCreated } from './http/answers.js';
import { AcceptsCommand } from './commands.js';

const OFFERED = 'yrd:offered';

/** The command that a route carries out; undefined for a route that only reads. */
export const offeredBy = (route: object): AccessName | undefined => Reflect.getMetadata(OFFERED, route) as AccessName | undefined;

/** Marks a route as the one that carries out this command: its roles, headers, status and words. */
export const Offers = (command: AccessName, options: { readonly creates?: boolean } = {}): MethodDecorator => {
  const answered = options.creates
    ? ApiCreatedResponse({
        type: ThingCreated,
        headers: { Location: { description: 'Where the new thing is found.', schema: { type: 'string' } } },
      })
    : ApiOkResponse({ type: CommandAnswered });
  return applyDecorators(SetMetadata(OFFERED, command), Allows(command), AcceptsCommand(), HttpCode(options.creates ? 201 : 200), answered);
};
