import { Module } from '@nestjs/common';
import { Cache } from './cache';

@Module({ providers: [Cache], exports: [Cache] })
export class CacheModule {}
