import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { ScheduleModule } from '@nestjs/schedule';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { JobController } from './job.controller';
import { JobProcessor } from './job.processor';
import { JobQueue } from './job.queue';
import { JobTimetable } from './job.timetable';
import { JOBS, redisUrl } from './jobs';

@Module({
  imports: [
    InfrastructureModule.forRoot('scheduler'),
    ScheduleModule.forRoot(),
    BullModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        connection: { url: redisUrl(config) },
      }),
    }),
    BullModule.registerQueue({ name: JOBS }),
  ],
  controllers: [JobController],
  providers: [JobProcessor, JobQueue, JobTimetable],
})
export class AppModule {}
