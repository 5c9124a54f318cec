import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

interface Documented {
  minimum: number;
  maximum: number;
  default?: number;
  example?: number;
  description?: string;
}

/** Digits alone are a number; whatever else was sent stays as it is, and is refused. */
const INTEGER = /^\d{1,9}$/;

/** An integer in a query, which need not be there. */
export function QueryInteger(documented: Documented): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', ...documented }),
    IsOptional(),
    Transform(({ value }) => (INTEGER.test(String(value)) ? Number(value) : value)),
    IsInt(),
    Min(documented.minimum),
    Max(documented.maximum),
  );
}
