import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty } from 'class-validator';

export class SettingValue {
  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'number' }] })
  @IsNotEmpty()
  value!: string | number;
}
