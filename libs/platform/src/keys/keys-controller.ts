/** How a security administrator changes the keys of the node: the next ones are made here, and the journal hands over to them. */
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { say, Unavailable, type NodeStatus } from '@yrd/ledger';
import { IsIn, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { Allows } from '../identity/access.js';
import { AcceptsCommand, CurrentCall, type Call, type CommandAnswer } from '../commands.js';
import type { KeyKeeper } from './key-file.js';
import { NodeFacts } from '../node-facts.js';
import { Nodes } from '../nodes.js';
import { TextField } from '../http/fields.js';
import { Problem } from '../http/problem.js';

const DAY_MS = 86_400_000;
/** A key for a hundred years is one that never expires. */
const DAYS_MAX = 36_500;

const ContextName = (): PropertyDecorator =>
  TextField(/^[a-z][a-z0-9-]{0,31}$/, 32, { zh: '哪个业务的账本或共签', en: 'whose journal or cosigner' }, 'voucher');

class Rotation {
  @ContextName()
  context: string;

  @ApiProperty({ description: 'Which key: the journal’s (with its SM2 key) or the cosigner’s.', enum: ['journal', 'cosigner'] })
  @IsIn(['journal', 'cosigner'])
  key: 'journal' | 'cosigner';

  @ApiProperty({ description: 'Days that the next key is certified for; without it what the node is configured with.', required: false })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(DAYS_MAX)
  days?: number;

  @ApiProperty({ description: 'Why, for everybody who reads the journal.', example: 'yearly rotation' })
  @IsString()
  @Length(1, 500)
  reason: string;
}

class Revocation {
  @ContextName()
  context: string;

  @ApiProperty({ description: 'The verifier line of a key that was rotated before, as /log/…/key or the status shows it.' })
  @IsString()
  @Length(1, 500)
  key: string;

  @ApiProperty({ description: 'Of a journal’s key: heads of this size and beyond are not believed by it.', required: false })
  @IsOptional()
  @IsInt()
  @Min(0)
  fromSize?: number;

  @ApiProperty({ description: 'Of a cosigner’s key: cosignatures from this time on (ms) are not believed.', required: false })
  @IsOptional()
  @IsInt()
  @Min(0)
  fromMs?: number;

  @ApiProperty({ description: 'Why, for everybody who reads the journal.', example: 'stolen' })
  @IsString()
  @Length(1, 500)
  reason: string;
}

@ApiTags('node')
@Controller('v1/keys')
export class KeysController {
  constructor(
    private readonly nodes: Nodes,
    private readonly facts: NodeFacts,
    @Inject('KeyKeeper') private readonly keeper: KeyKeeper | null,
  ) {}

  /** The secret is on the disk before the journal names the key; the same Idempotency-Key names the same keys, whatever came between. */
  @Post('rotation')
  @Allows('RotateKey')
  @HttpCode(200)
  @AcceptsCommand()
  async rotate(@Body() { context, key, days, reason }: Rotation, @CurrentCall() call: Call): Promise<CommandAnswer> {
    const node = this.nodes.serving(context);
    if (this.keeper === null) throw new Problem('E-KEY', { facts: { why: say('noKeyFile') } });
    const { now, keys } = node.status();
    const old = lineInForce(keys, key, context);
    const notAfterMs = now + (days ?? this.facts.config.keyDays) * DAY_MS;
    const body = await this.keeper.prepare({ command: call.commandId('RotateKey'), old, notAfterMs, reason });
    return call.run(node, 'RotateKey', body);
  }

  @Post('revocation')
  @Allows('RevokeKey')
  @HttpCode(200)
  @AcceptsCommand()
  revoke(@Body() { context, ...revoked }: Revocation, @CurrentCall() call: Call): Promise<CommandAnswer> {
    return call.run(this.nodes.serving(context), 'RevokeKey', revoked);
  }
}

/** The key that signs now. @throws Unavailable while the node does not run. */
const lineInForce = (keys: NodeStatus['keys'], key: Rotation['key'], context: string): string => {
  const part = key === 'journal' ? 'log' : 'witness';
  const found = keys.find(({ name }) => name.split('/')[1] === part && name.endsWith(`/${context}`));
  if (!found) throw new Unavailable(say('nodeStarting'));
  return found.line;
};
