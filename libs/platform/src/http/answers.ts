/** What answers look like, for the description of the interface. */
import { ApiOkResponse, ApiProperty } from '@nestjs/swagger';

/** A command was carried out, or had been before. */
export class CommandAnswered {
  @ApiProperty({ description: '读己所写 · Read your own write with ?at= and this.', example: '32/voucher@128' })
  position: string;

  @ApiProperty({ description: '所涉事项的流 · The stream of the thing that it is about.', example: 'order/0f3c5a9b1d2e4f60718293a4b5' })
  stream: string;

  @ApiProperty({ description: '流版本，即 ETag · The version of the stream, also in ETag.', example: 3 })
  version: number;

  @ApiProperty({ description: '此命令先前已执行 · This very command had been carried out before.', example: false })
  repeated: boolean;
}

/** Something new is there. */
export class ThingCreated extends CommandAnswered {
  @ApiProperty({ description: '新事物的编号 · The id of what was created.', example: '0f3c5a9b1d2e4f60718293a4b5' })
  id: string;
}

/** A page of rows; `next` is the cursor of the page after it. */
export class RowsPage {
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  items: object[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next: string | null;

  @ApiProperty({ type: [String], example: ['31/voucher@40', '32/voucher@128'] })
  positions: string[];
}

/** Describes a route that sends a file, or a stream of lines, in one of these types. */
export const Sends = (description: string, ...types: readonly string[]): MethodDecorator =>
  ApiOkResponse({ description, content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }])) });
