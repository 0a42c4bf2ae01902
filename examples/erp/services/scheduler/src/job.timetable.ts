import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { JobQueue } from './job.queue';
import { type Job, TIMETABLE } from './jobs';

export interface Entry extends Job {
  readonly next: string | null;
}

/** Puts each job into the queue when its time has come. */
@Injectable()
export class JobTimetable implements OnModuleInit {
  private readonly logger = new Logger(JobTimetable.name);

  constructor(
    private readonly registry: SchedulerRegistry,
    private readonly queue: JobQueue,
  ) {}

  onModuleInit(): void {
    for (const { name, cron } of TIMETABLE) {
      const job = CronJob.from({ cronTime: cron, timeZone: 'UTC', onTick: () => this.put(name) });
      this.registry.addCronJob(name, job);
      job.start();
    }
  }

  entries(): Entry[] {
    return TIMETABLE.map((job) => ({
      ...job,
      next: this.registry.getCronJob(job.name).nextDate().toISO(),
    }));
  }

  private async put(name: string): Promise<void> {
    const minute = new Date().toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length);
    await this.queue.put(name, `${name}@${minute.replace(':', '.')}`).catch((error: unknown) => {
      this.logger.error(`${name} is not queued: ${String(error)}`);
    });
  }
}
