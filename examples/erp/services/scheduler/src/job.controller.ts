import { Controller, Get, HttpCode, NotFoundException, Param, Post } from '@nestjs/common';
import { JobQueue } from './job.queue';
import { type Entry, JobTimetable } from './job.timetable';

@Controller('jobs')
export class JobController {
  constructor(
    private readonly queue: JobQueue,
    private readonly timetable: JobTimetable,
  ) {}

  @Get()
  all(): Entry[] {
    return this.timetable.entries();
  }

  /** Runs a job once, out of turn. */
  @Post(':name')
  @HttpCode(202)
  async run(@Param('name') name: string): Promise<void> {
    if (!this.timetable.entries().some((entry) => entry.name === name)) {
      throw new NotFoundException();
    }
    await this.queue.put(name, `${name}@${Date.now()}`);
  }
}
