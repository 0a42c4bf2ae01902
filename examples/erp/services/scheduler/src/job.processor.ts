import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Logger } from '@nestjs/common';
import type { Job } from 'bullmq';
import { JOBS, TIMETABLE } from './jobs';

/** Does the jobs of the queue, one after the other. */
@Processor(JOBS)
export class JobProcessor extends WorkerHost {
  private readonly logger = new Logger(JobProcessor.name);

  async process({ name }: Job): Promise<string> {
    const job = TIMETABLE.find((known) => known.name === name);
    if (!job) {
      throw new Error(`there is no job "${name}"`);
    }
    this.logger.log(job.description);
    return job.description;
  }

  /** A worker whose connection is lost looks for another one by itself. */
  @OnWorkerEvent('error')
  lost(error: Error): void {
    this.logger.debug(`no queue: ${error.message}`);
  }
}
