import { Controller, Get } from '@nestjs/common';
import { type Statuses, StatusService } from './status.service';

@Controller('status')
export class StatusController {
  constructor(private readonly status: StatusService) {}

  @Get()
  all(): Promise<Statuses> {
    return this.status.all();
  }
}
