/** The demo clock over HTTP: an operator moves it forward, so that statutory time limits fire while somebody watches. */
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsInt, IsISO8601, Max, Min } from 'class-validator';
import { Allows } from './identity/access.js';
import { NodeFacts, type MovableClock } from './node-facts.js';
import { Problem } from './http/problem.js';
import { LeftOut } from './http/validation.js';

const dayMs = 86_400_000;
/** A single step is at most ten years: enough for every statutory limit, too little to leave the calendar. */
const stepMaxMs = 3_653 * dayMs;

export class ClockStep {
  @ApiPropertyOptional({ description: 'Move to this instant.', example: '2026-12-31T16:00:00Z' })
  @LeftOut()
  @IsISO8601({ strict: true })
  toIso?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 3_653 })
  @LeftOut()
  @IsInt()
  @Min(0)
  @Max(3_653)
  forwardDays?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: stepMaxMs })
  @LeftOut()
  @IsInt()
  @Min(0)
  @Max(stepMaxMs)
  forwardMs?: number;
}

interface ClockReading {
  readonly mode: 'system' | 'demo';
  /** Domain time, ms. */
  readonly now: number;
  readonly iso: string;
}

const wrong = (en: string, zh: string, field = ''): Problem => Problem.invalid({ field, rule: 'matches', message: { en, zh } });

type Move = Parameters<MovableClock['forward']>[0];

/** Where a step leads. @throws Problem E-VALIDATION. */
export const moveOf = (step: ClockStep, now: number): Move => {
  const given = [step.toIso, step.forwardDays, step.forwardMs].filter((value) => value !== undefined);
  if (given.length !== 1)
    throw wrong('give exactly one of toIso, forwardDays, forwardMs', 'toIso、forwardDays、forwardMs 须且仅须给出一个');
  if (step.toIso === undefined) return { byMs: step.forwardMs ?? (step.forwardDays ?? 0) * dayMs };
  if (!/T.*(Z|[+-]\d{2}:?\d{2})$/.test(step.toIso))
    throw wrong('say the time zone: 2026-12-31T16:00:00Z', '请写明时区，例如 2026-12-31T16:00:00Z', '/toIso');
  const toMs = Date.parse(step.toIso);
  if (!(toMs - now <= stepMaxMs)) throw wrong('move at most ten years at once', '一次最多前移十年', '/toIso');
  return { toMs };
};

@ApiTags('clock')
@Controller('v1/dev/clock')
export class ClockController {
  constructor(private readonly facts: NodeFacts) {}

  @Get()
  @Allows('ReadClock')
  read(): ClockReading {
    return this.facts.status().clock;
  }

  @Post()
  @Allows('MoveClock')
  @HttpCode(200)
  async move(@Body() step: ClockStep): Promise<ClockReading> {
    const clock: MovableClock | null = this.facts.clock;
    if (clock === null) throw new Problem('E-NOTFOUND');
    const before = clock.now();
    try {
      const now = await clock.forward(moveOf(step, before));
      return { mode: 'demo', now, iso: new Date(now).toISOString() };
    } catch (error) {
      if (error instanceof RangeError) throw new Problem('E-CLOCK', { facts: { now: new Date(before).toISOString() } });
      throw error;
    }
  }
}
