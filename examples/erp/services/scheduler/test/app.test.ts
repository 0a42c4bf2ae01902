import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { AppModule } from '../src/app.module';

let app: INestApplication;

beforeAll(async () => {
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = await module.createNestApplication({ logger: false }).init();
});

afterAll(() => app.close());

test('the timetable is there without a queue, which readiness misses', async () => {
  const jobs = await request(app.getHttpServer()).get('/jobs').expect(200);
  expect(jobs.body).toContainEqual(expect.objectContaining({ name: 'month-end' }));
  await request(app.getHttpServer())
    .get('/health/ready')
    .expect(503)
    .expect(({ body }) => expect(body.checks).toEqual({ queue: 'down' }));
});
